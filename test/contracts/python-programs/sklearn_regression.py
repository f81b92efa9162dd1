# prints: ^r2=0\.9\d+ folds=5 clusters=3$
import numpy as np
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import cross_val_score, train_test_split

rng = np.random.default_rng(1)
X = rng.normal(size=(300, 3))
y = X @ [1.0, -2.0, 0.5] + rng.normal(scale=0.2, size=300)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = LinearRegression().fit(X_train, y_train)
scores = cross_val_score(RandomForestRegressor(n_estimators=20, n_jobs=-1, random_state=0), X, y, cv=5)
clusters = KMeans(3, n_init=3, random_state=0).fit_predict(X)
print(f"r2={model.score(X_test, y_test):.4f} folds={len(scores)} clusters={len(set(clusters))}")
