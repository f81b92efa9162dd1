"""Estimate pi by the Monte Carlo method: the share of random points that fall into a quarter circle."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from paperagent import record
from pathlib import Path

LANGUAGE = "en"
SAMPLES = 200_000
SEED = 20240314
REPEATS = 40

# Chinese labels only where a font has the characters: boxes in a figure help nobody.
fonts = {font.name for font in font_manager.fontManager.ttflist}
wanted = ["Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "SimHei"]
chinese = [name for name in wanted if name in fonts]
if chinese:
    plt.rcParams["font.family"] = [chinese[0], "DejaVu Sans"]
plt.rcParams["axes.unicode_minus"] = False


def label(english, other):
    return other if LANGUAGE == "zh" and chinese else english


def tell(name, value, digits=""):
    """Prints a number as a paper states it, and records all of its digits."""
    record(name, value)
    print(f"{name}={value:{digits}}", flush=True)


rng = np.random.default_rng(SEED)
x, y = rng.random((2, SAMPLES))
inside = x * x + y * y <= 1.0

# The estimate after each point, with its normal 95 % interval.
n = np.arange(1, SAMPLES + 1)
share = np.cumsum(inside) / n
estimate = 4 * share
half = 1.96 * 4 * np.sqrt(share * (1 - share) / n)

tell("samples", SAMPLES)
tell("seed", SEED)
for size in (100, 1_000, 10_000, 50_000, SAMPLES):
    at = size - 1
    print(f"row n={size} estimate={estimate[at]:.6f} abs_error={abs(estimate[at] - np.pi):.6f} ci_half={half[at]:.6f}", flush=True)

# How the error shrinks: the root mean square error of independent repetitions, fitted in log-log scale.
sizes = np.array([100, 400, 1_600, 6_400, 25_600])
rms = []
for size in sizes:
    points = rng.random((2, REPEATS, size))
    repeated = 4 * (points[0] ** 2 + points[1] ** 2 <= 1.0).mean(axis=1)
    rms.append(np.sqrt(np.mean((repeated - np.pi) ** 2)))
rate = np.polyfit(np.log(sizes), np.log(rms), 1)[0]

Path("images").mkdir(exist_ok=True)
show = np.unique(np.geomspace(10, SAMPLES, 600).astype(int)) - 1
fig, axes = plt.subplots(figsize=(8, 4.5))
axes.fill_between(n[show], (estimate - half)[show], (estimate + half)[show], alpha=0.25, label=label("95 % interval", "95% 置信区间"))
axes.plot(n[show], estimate[show], label=label("estimate", "估计值"))
axes.axhline(np.pi, color="black", linestyle="--", linewidth=1, label="π")
axes.set_xscale("log")
axes.set_ylim(2.6, 3.7)
axes.set_xlabel(label("number of points N", "采样点数 N"))
axes.set_ylabel(label("estimate of π", "π 的估计值"))
axes.set_title(label("Convergence of the Monte Carlo estimate of π", "蒙特卡洛方法估计 π 的收敛过程"))
axes.legend()
axes.grid(alpha=0.3)
fig.tight_layout()
fig.savefig("images/pi_convergence.png", dpi=150)

fig, axes = plt.subplots(figsize=(5, 5))
first = slice(0, 3_000)
axes.scatter(x[first][inside[first]], y[first][inside[first]], s=3, label=label("inside", "圆内"))
axes.scatter(x[first][~inside[first]], y[first][~inside[first]], s=3, label=label("outside", "圆外"))
angle = np.linspace(0, np.pi / 2, 200)
axes.plot(np.cos(angle), np.sin(angle), color="black", linewidth=1)
axes.set_aspect("equal")
axes.set_title(label("The first 3,000 points", "前 3000 个采样点"))
axes.legend(loc="lower left", markerscale=6, framealpha=0.95)
fig.tight_layout()
fig.savefig("images/pi_points.png", dpi=150)

tell("pi_estimate", estimate[-1], ".6f")
tell("abs_error", abs(estimate[-1] - np.pi), ".6f")
tell("std_error", half[-1] / 1.96, ".6f")
tell("ci_low", estimate[-1] - half[-1], ".6f")
tell("ci_high", estimate[-1] + half[-1], ".6f")
tell("repeats", REPEATS)
tell("rate", rate, ".3f")
print("figure=images/pi_convergence.png")
print("figure=images/pi_points.png")
