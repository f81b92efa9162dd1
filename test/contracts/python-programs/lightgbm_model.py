# prints: ^trees 10$
import lightgbm as lgb
import numpy as np

X = np.random.default_rng(0).normal(size=(200, 4))
model = lgb.LGBMRegressor(n_estimators=10, verbose=-1).fit(X, X[:, 0])
print("trees", model.booster_.num_trees())
