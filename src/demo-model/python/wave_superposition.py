"""Superpose sine and cosine waves: one frequency, a changing phase, and two close frequencies (beats)."""
import csv

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from paperagent import record
from pathlib import Path

LANGUAGE = "en"
A, B = 3.0, 4.0  # y = A sin(t) + B cos(t)
F1, F2 = 10.0, 11.0  # the two frequencies that beat, in Hz
RATE, SECONDS = 2_000, 4.0

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


Path("images").mkdir(exist_ok=True)
Path("data").mkdir(exist_ok=True)

# 1. One frequency: A sin t + B cos t = R sin(t + phi).
t = np.linspace(0, 4 * np.pi, 40_001)
wave = A * np.sin(t) + B * np.cos(t)
amplitude, phase = np.hypot(A, B), np.arctan2(B, A)
peak = t[np.argmax(wave[: len(t) // 2])]
tell("a", A, "g")
tell("b", B, "g")
tell("amplitude_theory", amplitude, ".6f")
tell("amplitude_measured", np.max(np.abs(wave)), ".6f")
tell("phase_theory", phase, ".6f")
tell("phase_measured", np.pi / 2 - peak, ".6f")
tell("max_deviation", np.max(np.abs(wave - amplitude * np.sin(t + phase))), ".2e")

# 2. A changing phase: sin t + sin(t + phi) has the amplitude 2 |cos(phi / 2)|.
rows = []
for degrees in (0, 45, 90, 135, 180):
    shifted = np.sin(t) + np.sin(t + np.radians(degrees))
    theory = 2 * abs(np.cos(np.radians(degrees) / 2))
    rows.append({"phase_deg": degrees, "theory": f"{theory:.6f}", "measured": f"{np.max(np.abs(shifted)):.6f}"})
    print("row " + " ".join(f"{name}={value}" for name, value in rows[-1].items()), flush=True)
with open("data/amplitudes.csv", "w", newline="") as file:
    table = csv.DictWriter(file, rows[0], lineterminator="\n")
    table.writeheader()
    table.writerows(rows)

# 3. Two close frequencies: the sum swells and fades at |F1 - F2|.
s = np.arange(0, SECONDS, 1 / RATE)
beat = np.sin(2 * np.pi * F1 * s) + np.cos(2 * np.pi * F2 * s)
spectrum = np.abs(np.fft.rfft(beat)) / len(s) * 2
frequency = np.fft.rfftfreq(len(s), 1 / RATE)
strongest = np.sort(frequency[np.argsort(spectrum)[-2:]])
envelope = np.abs(np.fft.ifft(np.where(np.fft.fftfreq(len(s)) > 0, 2, 0) * np.fft.fft(beat)))
swell = np.abs(np.fft.rfft(envelope - envelope.mean()))
tell("f1", F1, "g")
tell("f2", F2, "g")
tell("spectrum_peak_1", strongest[0], ".3f")
tell("spectrum_peak_2", strongest[1], ".3f")
tell("beat_theory", abs(F1 - F2), ".3f")
tell("beat_measured", frequency[np.argmax(swell)], ".3f")

fig, axes = plt.subplots(figsize=(8, 4.5))
axes.plot(t, A * np.sin(t), "--", label=f"{A:g} sin t")
axes.plot(t, B * np.cos(t), "--", label=f"{B:g} cos t")
axes.plot(t, wave, linewidth=2, label=label("sum", "叠加"))
axes.axhline(amplitude, color="gray", linewidth=0.8)
axes.axhline(-amplitude, color="gray", linewidth=0.8)
axes.set_xlabel("t")
axes.set_title(label("Superposition of a sine and a cosine of one frequency", "同频正弦波与余弦波的叠加"))
axes.legend(loc="upper right")
axes.grid(alpha=0.3)
fig.tight_layout()
fig.savefig("images/superposition.png", dpi=150)

fig, (upper, lower) = plt.subplots(2, 1, figsize=(8, 6))
upper.plot(s[s <= 2], beat[s <= 2], linewidth=0.8)
upper.plot(s[s <= 2], envelope[s <= 2], color="black", label=label("envelope", "包络"))
upper.set_xlabel(label("time in s", "时间 (s)"))
upper.set_title(label(f"Beats of {F1:g} Hz and {F2:g} Hz", f"{F1:g} Hz 与 {F2:g} Hz 的拍"))
upper.legend(loc="upper right")
lower.plot(frequency[frequency <= 20], spectrum[frequency <= 20])
lower.set_xlabel(label("frequency in Hz", "频率 (Hz)"))
lower.set_title(label("Spectrum", "频谱"))
fig.tight_layout()
fig.savefig("images/beats.png", dpi=150)

print("figure=images/superposition.png")
print("figure=images/beats.png")
