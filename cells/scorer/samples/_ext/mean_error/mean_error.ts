// The mean of the absolute errors.
export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {
  const n = yTrue.length;
  let sum = 0.0;
  for (let i = 0; i < n; i++) sum += Math.abs(unchecked(yTrue[i]) - unchecked(yPred[i]));
  return sum / n;
}
