"""Estimate pi by the Monte Carlo method with the standard library alone; a figure where matplotlib works."""
import math
import random
from pathlib import Path

SAMPLES = 50_000
SEED = 20240314

rng = random.Random(SEED)
hits = 0
sizes, estimates = [], []
print(f"samples={SAMPLES}")
print(f"seed={SEED}")
for n in range(1, SAMPLES + 1):
    hits += rng.random() ** 2 + rng.random() ** 2 <= 1.0
    if n in (100, 1_000, 10_000, SAMPLES):
        share = hits / n
        half = 1.96 * 4 * math.sqrt(share * (1 - share) / n)
        print(f"row n={n} estimate={4 * share:.6f} abs_error={abs(4 * share - math.pi):.6f} ci_half={half:.6f}", flush=True)
    if n % 100 == 0:
        sizes.append(n)
        estimates.append(4 * hits / n)

try:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    Path("images").mkdir(exist_ok=True)
    plt.plot(sizes, estimates)
    plt.axhline(math.pi, color="black", linestyle="--")
    plt.xlabel("N")
    plt.title("Monte Carlo estimate of π")
    plt.savefig("images/pi_convergence.png", dpi=150)
    print("figure=images/pi_convergence.png")
except Exception as error:
    print(f"no figure could be drawn: {error}")

share = hits / SAMPLES
error = math.sqrt(share * (1 - share) / SAMPLES) * 4
print(f"pi_estimate={4 * share:.6f}")
print(f"abs_error={abs(4 * share - math.pi):.6f}")
print(f"std_error={error:.6f}")
print(f"ci_low={4 * share - 1.96 * error:.6f}")
print(f"ci_high={4 * share + 1.96 * error:.6f}")
