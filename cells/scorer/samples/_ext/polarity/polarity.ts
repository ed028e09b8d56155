const GOOD = ["good", "great", "excellent", "love", "best"];
const BAD = ["bad", "poor", "boring", "dull", "worst"];

// Answers one request: polarity 2 is positive, 1 negative. The host has checked
// that input is JSON.
export function transform(input: string): string {
  const start = input.indexOf('"text"');
  if (start < 0) throw new Error('the request has no "text"');
  let i = input.indexOf('"', input.indexOf(":", start)) + 1;
  if (i == 0) throw new Error('the request\'s "text" is not a string');
  let balance = 0, word = "";
  for (; ; i++) {
    const c = input.charCodeAt(i) | 32;
    if (c >= 97 && c <= 122) {
      word += String.fromCharCode(c);
      continue;
    }
    balance += i32(GOOD.includes(word)) - i32(BAD.includes(word));
    word = "";
    if (input.charAt(i) == '"') break;
    if (input.charAt(i) == "\\") i++;
  }
  return balance < 0 ? '{"polarity":1,"message":"negative"}' : '{"polarity":2,"message":"positive"}';
}
