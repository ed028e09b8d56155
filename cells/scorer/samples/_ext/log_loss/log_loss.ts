// The smallest probability that a row is scored with: a certain mistake would cost infinity.
const SMALLEST = 1e-15;

// The log-loss.
export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {
  const n = yTrue.length;
  let sum = 0.0;
  for (let i = 0; i < n; i++) {
    const y = unchecked(yTrue[i]);
    let p = 1 / (1 + Math.exp(-(params.slope * unchecked(yPred[i]) + params.offset)));
    if (p < SMALLEST) p = SMALLEST;
    if (p > 1 - SMALLEST) p = 1 - SMALLEST;
    sum -= y * Math.log(p) + (1 - y) * Math.log(1 - p);
  }
  return sum / n;
}
