// The mean cost.
export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>, weights: StaticArray<f64> | null): f64 {
  const right0 = params.true_negative, wrong0 = params.false_positive;
  const right1 = params.true_positive, wrong1 = params.false_negative;
  let sum = 0.0, total = 0.0;
  for (let i = 0, n = yTrue.length; i < n; i++) {
    const found = unchecked(yPred[i]) > 0.5;
    const cost = unchecked(yTrue[i]) > 0.5 ? (found ? right1 : wrong1) : found ? wrong0 : right0;
    const w = weights ? unchecked(weights[i]) : 1.0;
    sum += w * cost;
    total += w;
  }
  return sum / total;
}
