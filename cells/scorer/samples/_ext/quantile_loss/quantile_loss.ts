// The pinball loss of one row.
// @ts-ignore: decorator
@inline
function pinball(d: f64): f64 {
  return select(params.alpha, params.alpha - 1, d > 0) * d;
}

// The mean pinball loss, two rows a turn: this compiler does not unroll loops.
// Both arrays have n numbers, so their bounds need no check.
export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {
  const n = yTrue.length, pairs = n & ~1;
  let sum = 0.0;
  for (let i = 0; i < pairs; i += 2) {
    sum += pinball(unchecked(yTrue[i]) - unchecked(yPred[i]));
    sum += pinball(unchecked(yTrue[i + 1]) - unchecked(yPred[i + 1]));
  }
  if (pairs < n) sum += pinball(yTrue[pairs] - yPred[pairs]);
  return sum / n;
}
