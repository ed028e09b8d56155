// One probability per row of d features.
export function predict(x: StaticArray<f64>, d: i32, out: StaticArray<f64>): void {
  for (let i = 0, n = out.length; i < n; i++) {
    let sum = params.bias;
    for (let j = 0; j < d; j++) sum += unchecked(x[i * d + j]) * (0.01 * <f64>(j + 1));
    unchecked((out[i] = 1 / (1 + Math.exp(-sum))));
  }
}
