"""Superpose a sine and a cosine with the standard library alone; a figure where matplotlib works."""
import csv
import math
from pathlib import Path

A, B = 3.0, 4.0
STEPS = 20_000
t = [4 * math.pi * i / STEPS for i in range(STEPS + 1)]
wave = [A * math.sin(v) + B * math.cos(v) for v in t]
amplitude, phase = math.hypot(A, B), math.atan2(B, A)
peak = max(range(STEPS // 2), key=lambda i: wave[i])

try:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    Path("images").mkdir(exist_ok=True)
    plt.plot(t, wave)
    plt.xlabel("t")
    plt.title(f"{A:g} sin t + {B:g} cos t")
    plt.savefig("images/superposition.png", dpi=150)
    print("figure=images/superposition.png")
except Exception as error:
    print(f"no figure could be drawn: {error}")

print(f"a={A:g}")
print(f"b={B:g}")
print(f"amplitude_theory={amplitude:.6f}")
print(f"amplitude_measured={max(abs(v) for v in wave):.6f}")
print(f"phase_theory={phase:.6f}")
print(f"phase_measured={math.pi / 2 - t[peak]:.6f}")
Path("data").mkdir(exist_ok=True)
with open("data/amplitudes.csv", "w", newline="") as file:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["phase_deg", "theory", "measured"])
    for degrees in (0, 45, 90, 135, 180):
        shift = math.radians(degrees)
        measured = max(abs(math.sin(v) + math.sin(v + shift)) for v in t)
        theory = 2 * abs(math.cos(shift / 2))
        table.writerow([degrees, f"{theory:.6f}", f"{measured:.6f}"])
        print(f"row phase_deg={degrees} theory={theory:.6f} measured={measured:.6f}")
