// F-beta of labels 0 and 1: 0 if there is nothing to find and nothing found.
export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {
  let hit = 0, missed = 0, wrong = 0;
  for (let i = 0, n = yTrue.length; i < n; i++) {
    // Both arrays have n numbers, so their bounds need no check.
    const real = i32(unchecked(yTrue[i]) > 0.5), found = i32(unchecked(yPred[i]) > 0.5);
    hit += real & found;
    missed += real & (found ^ 1);
    wrong += (real ^ 1) & found;
  }
  const b = params.beta * params.beta;
  const all = (1 + b) * hit + b * missed + wrong;
  return all == 0 ? 0 : ((1 + b) * hit) / all;
}
