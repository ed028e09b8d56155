# Writes the parts of the golden values that tree_test.go and boosting_test.go
# compare with; the data are the iris and binary inputs of sklearn.json.
#   python3 trees.py sklearn_1.2.1.json > trees.json
# scikit-learn 1.2.1
import json
import sys

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import log_loss

golden = json.load(open(sys.argv[1]))


def boosting(X, y, columns, **params):
    """A fit that no random order of the features changes, else None."""
    fits = [GradientBoostingClassifier(random_state=s, **params).fit(X[:, columns], y) for s in range(8)]
    same = {(tuple(m.feature_importances_.round(9)), m.predict_proba(X[:, columns]).round(9).tobytes()) for m in fits}
    if len(same) > 1:
        return None
    proba = fits[0].predict_proba(X[:, columns])
    return {"columns": columns, "params": params, "proba_every10": proba[::10].tolist(),
            "importances": fits[0].feature_importances_.tolist(), "log_loss": log_loss(y, proba)}


def data(key):
    d = golden["logreg"][key]
    return np.array(d["X"]), np.array(d["y"])


out = {k: golden["trees"][k] for k in ("note", "iris_gini_d3", "breast_entropy")}
# Columns that tie with another one are left out.
out["boosting_binary"] = boosting(*data("binary"), [1, 2, 4, 5, 6, 7], n_estimators=30, max_depth=2, min_samples_leaf=3)
out["boosting_iris"] = boosting(*data("iris"), [0, 1, 3], n_estimators=30, max_depth=3, min_samples_leaf=5, learning_rate=0.2)
json.dump(out, sys.stdout)
print()
