const GOOD: [&str; 5] = ["good", "great", "excellent", "love", "best"];
const BAD: [&str; 5] = ["bad", "poor", "boring", "dull", "worst"];

/// Answers one request: polarity 2 is positive, 1 negative.
fn transform(input: &str) -> Result<String, String> {
    let text = field(input).ok_or("the request has no \"text\"")?.to_ascii_lowercase();
    let mut balance = 0;
    for word in text.split(|c: char| !c.is_ascii_lowercase()) {
        balance += GOOD.contains(&word) as i32 - BAD.contains(&word) as i32;
    }
    let (polarity, message) = if balance < 0 { (1, "negative") } else { (2, "positive") };
    Ok(format!("{{\"polarity\":{},\"message\":\"{}\"}}", polarity, message))
}

/// The string behind "text":, with its escapes, which do not matter for words but
/// for \n and the like.
fn field(json: &str) -> Option<String> {
    let rest = json[json.find("\"text\"")? + 6..].trim_start().strip_prefix(':')?;
    let rest = rest.trim_start().strip_prefix('"')?;
    let mut out = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return Some(out),
            '\\' => {
                chars.next()?;
                out.push(' ');
            }
            c => out.push(c),
        }
    }
}
