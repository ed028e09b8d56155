/// The mean of the absolute errors.
fn score(y_true: &[f64], y_pred: &[f64]) -> f64 {
    let sum: f64 = y_true.iter().zip(y_pred).map(|(y, p)| (y - p).abs()).sum();
    sum / y_true.len() as f64
}
