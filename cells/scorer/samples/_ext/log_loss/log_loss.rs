/// The smallest probability that a row is scored with: a certain mistake would cost infinity.
const SMALLEST: f64 = 1e-15;

/// The log-loss.
fn score(y_true: &[f64], y_pred: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (y, s) in y_true.iter().zip(y_pred) {
        let mut p = 1.0 / (1.0 + (-(params.slope * s + params.offset)).exp());
        if p < SMALLEST {
            p = SMALLEST
        }
        if p > 1.0 - SMALLEST {
            p = 1.0 - SMALLEST
        }
        sum -= y * p.ln() + (1.0 - y) * (1.0 - p).ln();
    }
    sum / y_true.len() as f64
}
