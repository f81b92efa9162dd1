"""What scripts import to record a number: reproduce.py reads it again from the file RECORDED_NUMBERS."""

import json
import os

__all__ = ["record"]


def record(name, value, unit=None):
    """Keeps a number by its name, with all its digits."""
    number = value.item() if hasattr(value, "item") else value
    if not isinstance(number, int):
        number = number if type(number).__name__ == "Decimal" else float(number)
    path = os.environ.get("RECORDED_NUMBERS")
    if path is None:
        print(f"{name}={number}" if unit is None else f"{name}={number} {unit}")
        return
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps([" ".join(name.split()), str(number)]) + "\n")
