// The mean pinball loss.
export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {
  const over = params.alpha, under = params.alpha - 1, n = yTrue.length;
  let sum = 0.0;
  for (let i = 0; i < n; i++) {
    const d = unchecked(yTrue[i]) - unchecked(yPred[i]);
    sum += select(over, under, d > 0) * d; // no branch: the sign of d is hard to predict
  }
  return sum / n;
}
