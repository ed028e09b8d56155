/// One probability per row.
fn predict(x: &[&[f64]]) -> Vec<f64> {
    x.iter()
        .map(|row| {
            let mut sum = params.bias;
            for (j, v) in row.iter().enumerate() {
                sum += v * (0.01 * (j + 1) as f64);
            }
            1.0 / (1.0 + (-sum).exp())
        })
        .collect()
}
