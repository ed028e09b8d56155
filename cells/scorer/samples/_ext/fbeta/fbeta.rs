/// F-beta of labels 0 and 1: 0 if there is nothing to find and nothing found.
fn score(y_true: &[f64], y_pred: &[f64]) -> f64 {
    let (mut hit, mut missed, mut wrong) = (0u32, 0u32, 0u32);
    for (y, p) in y_true.iter().zip(y_pred) {
        let (real, found) = (*y > 0.5, *p > 0.5);
        hit += (real & found) as u32;
        missed += (real & !found) as u32;
        wrong += (!real & found) as u32;
    }
    let b = params.beta * params.beta;
    let all = (1.0 + b) * hit as f64 + b * missed as f64 + wrong as f64;
    if all == 0.0 {
        0.0
    } else {
        (1.0 + b) * hit as f64 / all
    }
}
