# prints: ^Optimal 12\.0$
import pulp

problem = pulp.LpProblem("diet", pulp.LpMaximize)
x = pulp.LpVariable("x", 0, 10, cat="Integer")
y = pulp.LpVariable("y", 0, 10)
problem += 2 * x + y
problem += x + y <= 7
problem += x <= 5
problem.solve(pulp.PULP_CBC_CMD(msg=0))
print(pulp.LpStatus[problem.status], pulp.value(problem.objective))
