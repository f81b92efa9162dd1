# prints: ^\d \d\.\d 5\.00\+/-0\.22 \d\.\d+ kilometer$
# slow
import lmfit
import numpy as np
import pint
from SALib.analyze import sobol
from SALib.sample import sobol as sample
from uncertainties import ufloat

problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0, 1]] * 2}
points = sample.sample(problem, 64)
indices = sobol.analyze(problem, points[:, 0] + 0.1 * points[:, 1])
fit = lmfit.models.LinearModel().fit(np.arange(9.0) * 2, x=np.arange(9.0))
print(int(indices["S1"][0] > 0.5), round(fit.params["slope"].value, 1), f"{ufloat(2, 0.1) + ufloat(3, 0.2):.2f}", (5 * pint.UnitRegistry().meter).to("kilometer").round(4))
