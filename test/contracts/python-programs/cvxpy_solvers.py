# prints: ^CLARABEL 1\.0\nOSQP 1\.0\nSCS 1\.0$
# slow
import cvxpy as cp

for solver in ("CLARABEL", "OSQP", "SCS"):
    x = cp.Variable(2)
    problem = cp.Problem(cp.Minimize(cp.sum_squares(x - 1)), [x[0] + x[1] <= 2 - 2**0.5])
    problem.solve(solver=solver)
    print(solver, round(problem.value, 2))
