# prints: OLS Regression Results[\s\S]*forecast 3
import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.tsa.arima.model import ARIMA

rng = np.random.default_rng(0)
frame = pd.DataFrame({"x": np.arange(50.0)})
frame["y"] = 2 * frame.x + 1 + rng.normal(size=50)
print(smf.ols("y ~ x", data=frame).fit().summary())
print(sm.OLS(frame.y, sm.add_constant(frame.x)).fit().params.round(1).tolist())
print("forecast", len(ARIMA(frame.y, order=(1, 1, 0)).fit().forecast(3)))
