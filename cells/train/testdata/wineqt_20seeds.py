# Writes the accuracies that wineqt_test.go compares with: for each seed one
# stratified split and one model of each kind, both seeded by it.
#   python3 wineqt_20seeds.py WineQT.csv > wineqt_20seeds.json
# scikit-learn 1.2.1
import json
import sys

import numpy as np
import sklearn
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

data = np.genfromtxt(sys.argv[1], delimiter=",", skip_header=1)
X, y = data[:, :11], data[:, 11].astype(int)  # without quality and Id


def models(seed):
    return {
        "logreg": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "random_forest": RandomForestClassifier(random_state=seed),
        "gradient_boosting": GradientBoostingClassifier(random_state=seed),
    }


def accuracies(seed):
    a, b, ya, yb = train_test_split(X, y, test_size=0.2, stratify=y, random_state=seed)
    return {name: m.fit(a, ya).score(b, yb) for name, m in models(seed).items()}


seeds = list(range(20))
by_seed = [accuracies(s) for s in seeds]
out = {"sklearn": sklearn.__version__, "test_size": 0.2, "seeds": seeds}
out["accuracy"] = {name: [round(a[name], 6) for a in by_seed] for name in by_seed[0]}
out["mean"] = {name: round(float(np.mean(v)), 6) for name, v in out["accuracy"].items()}
out["seed_42"] = {name: round(v, 6) for name, v in accuracies(42).items()}
json.dump(out, sys.stdout, indent=1)
print()
