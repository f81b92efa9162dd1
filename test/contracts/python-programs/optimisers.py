# prints: (?:^|\n)kOptimal 3\.0 [01]\.\d$
# slow
import highspy
import numpy as np
from pymoo.algorithms.soo.nonconvex.ga import GA
from pymoo.optimize import minimize
from pymoo.problems import get_problem

solver = highspy.Highs()
solver.silent()
x = solver.addVariable(lb=0, ub=3)
solver.maximize(x)
result = minimize(get_problem("sphere", n_var=2), GA(pop_size=20), ("n_gen", 20), seed=1)
print(solver.getModelStatus().name, solver.getInfo().objective_function_value, round(float(result.F[0]), 1))
