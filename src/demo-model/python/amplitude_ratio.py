"""By how much two waves make a louder sum at one phase difference than at another."""
import csv

from paperagent import record

LOUDER, QUIETER = 45, 90  # phase differences in degrees

with open("data/amplitudes.csv", newline="") as file:
    measured = {int(row["phase_deg"]): float(row["measured"]) for row in csv.DictReader(file)}

ratio = measured[LOUDER] / measured[QUIETER]
record("amplitude_ratio", ratio)
print(f"amplitude_ratio={ratio:.4f}")
