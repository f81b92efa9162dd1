# prints: ^\[-2, 2\] x\*\*3/3 \\frac
import sympy as sp

x = sp.symbols("x")
print(sp.solve(x**2 - 4, x), sp.integrate(x**2, x), sp.latex(sp.Rational(1, 2)))
print(sp.dsolve(sp.Function("f")(x).diff(x) - sp.Function("f")(x)))
