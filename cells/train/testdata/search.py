# Writes what search_golden_test.go and boosting_eval_test.go compare with; the
# data are the iris and binary inputs of sklearn.json.
#   python3 search.py sklearn_1.2.1.json > search.json
# scikit-learn 1.2.1, scipy 1.10.1
import json
import sys

import numpy as np
from scipy import stats
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, ParameterGrid, ParameterSampler, RandomizedSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

golden = json.load(open(sys.argv[1]))


def data(key):
    d = golden["logreg"][key]
    return np.array(d["X"]), np.array(d["y"])


def pipeline():
    return Pipeline([("scale", StandardScaler()), ("clf", LogisticRegression(solver="newton-cg", tol=1e-8, max_iter=1000))])


def result(search):
    r = search.cv_results_
    folds = [r[f"split{i}_test_score"] for i in range(search.n_splits_)]
    return {"params": r["params"], "splits": np.transpose(folds).tolist(), "mean": r["mean_test_score"].tolist(),
            "std": r["std_test_score"].tolist(), "rank": r["rank_test_score"].tolist(), "best_index": int(search.best_index_),
            "best_score": search.best_score_, "best_coef": search.best_estimator_[-1].coef_.tolist()}


def sample(dists, n, seed):
    return [dict(p) for p in ParameterSampler(dists, n, random_state=seed)]


def stop(key, columns, **params):
    """A fit that no other order of the columns, and so of ties, changes."""
    X, y = data(key)

    def fit(order):
        m = GradientBoostingClassifier(random_state=0, validation_fraction=0.25, **params).fit(X[:, order], y)
        return int(m.n_estimators_), m.predict_proba(X[:, order])[::10]

    stages, proba = fit(columns)
    for seed in range(8):
        other, p = fit(np.random.RandomState(seed).permutation(columns))
        assert other == stages and np.allclose(p, proba, rtol=1e-9), (key, params, other, stages)
    return {"columns": columns, "params": params, "stages": stages, "proba_every10": proba.tolist()}


out = {"sklearn": "1.2.1"}
grids = [{"b": [1, 2], "a": ["x", "y", None]}, {}, {"c": [True, 0.5]}]
out["grid"] = list(ParameterGrid(grids))

few = {"a": [1, 2, 3], "b": ["x", "y"]}
many = {"a": list(range(60)), "b": list(range(50))}
edge = {"a": list(range(11)), "b": list(range(11))}
mixed = {"C": stats.loguniform(1e-3, 1e3), "n": stats.randint(3, 90), "u": stats.uniform(2, 5), "w": ["x", "y", "z"]}
out["samples"] = [
    {"what": what, "n": n, "seed": seed, "params": sample(dists, n, seed)}
    for what, dists, n, seed in [("few", few, 4, 0), ("few", few, 6, 3), ("many", many, 5, 1), ("many", many, 40, 2),
                                 ("edge", edge, 120, 7), ("mixed", mixed, 6, 42), ("mixed", mixed, 3, 0)]
]

X, y = data("iris")
grid = [{"clf__C": [0.001, 0.01, 1.0, 100.0], "scale__with_std": [True, False]}, {"clf__class_weight": ["balanced"]}]
out["grid_accuracy"] = result(GridSearchCV(pipeline(), grid).fit(X, y))
out["grid_log_loss"] = result(GridSearchCV(pipeline(), {"clf__C": [0.01, 0.1, 1.0]}, scoring="neg_log_loss", cv=3).fit(X, y))
Xb, yb = data("binary")
random = RandomizedSearchCV(pipeline(), {"clf__C": stats.loguniform(1e-3, 1e3), "clf__fit_intercept": [True, False]}, n_iter=7,
                            random_state=5, scoring="roc_auc", cv=StratifiedKFold(4, shuffle=True, random_state=1))
out["random_auc"] = result(random.fit(Xb, yb))

out["stop"] = [
    {"data": key, **stop(key, columns, **params)}
    for key, columns, params in [
        ("iris", [0, 1, 3], {"n_estimators": 200, "n_iter_no_change": 3, "learning_rate": 0.2, "tol": 1e-4, "min_samples_leaf": 5}),
        ("iris", [0, 1, 3], {"n_estimators": 200, "n_iter_no_change": 1, "learning_rate": 0.1, "tol": 1e-3, "min_samples_leaf": 5}),
        ("iris", [0, 1, 3], {"n_estimators": 6, "n_iter_no_change": 5, "learning_rate": 0.1, "tol": 1e-4, "min_samples_leaf": 5}),
        ("binary", [1, 2, 4, 5, 6, 7], {"n_estimators": 200, "n_iter_no_change": 4, "learning_rate": 0.1, "tol": 1e-2, "max_depth": 2, "min_samples_leaf": 3}),
        ("binary", [1, 2, 4, 5, 6, 7], {"n_estimators": 200, "n_iter_no_change": 2, "learning_rate": 0.3, "tol": 1e-4, "max_depth": 2, "min_samples_leaf": 3}),
    ]
]
json.dump(out, sys.stdout, default=lambda v: v.item())
print()
