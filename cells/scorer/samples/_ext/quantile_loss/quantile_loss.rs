/// The mean pinball loss.
fn score(y_true: &[f64], y_pred: &[f64]) -> f64 {
    let (over, under) = (params.alpha, params.alpha - 1.0);
    let mut sum = 0.0;
    for (y, p) in y_true.iter().zip(y_pred) {
        let d = y - p;
        sum += if d > 0.0 { over * d } else { under * d };
    }
    sum / y_true.len() as f64
}
