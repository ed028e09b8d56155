"""Times scikit-learn's fits on WineQT.csv: one line "name nanoseconds" each, the best of three."""
import sys
import time

import numpy as np
import sklearn
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

data = np.genfromtxt(sys.argv[1], delimiter=",", skip_header=1)
X, y = data[:, :11], data[:, 11].astype(int)
X, _, y, _ = train_test_split(X, y, test_size=0.2, stratify=y, random_state=42)
models = {
    "logreg": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    "random_forest": RandomForestClassifier(random_state=42, n_jobs=2),
    "gradient_boosting": GradientBoostingClassifier(random_state=42),
}
print("about scikit-learn", sklearn.__version__)
for name, model in models.items():
    times = []
    for _ in range(3):
        start = time.perf_counter_ns()
        model.fit(X, y)
        times.append(time.perf_counter_ns() - start)
    print(name, min(times))
