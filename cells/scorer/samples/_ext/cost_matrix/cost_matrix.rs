/// The mean cost.
fn score(y_true: &[f64], y_pred: &[f64], weights: Option<&[f64]>) -> f64 {
    let costs = [[params.true_negative, params.false_positive], [params.false_negative, params.true_positive]];
    let (mut sum, mut total) = (0.0, 0.0);
    for (i, (y, p)) in y_true.iter().zip(y_pred).enumerate() {
        let w = weights.map_or(1.0, |w| w[i]);
        sum += w * costs[(*y > 0.5) as usize][(*p > 0.5) as usize];
        total += w;
    }
    sum / total
}
