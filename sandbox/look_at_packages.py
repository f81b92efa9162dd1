"""Says of packages what is there: each is imported, for one that was installed may still lack something of the machine.

usage: look_at_packages.py [--all-or-none] NAME=[MODULE] …
Of a package without MODULE it finds out what is imported, and tells it by that, or by NAME where nothing can be.
Prints JSON: {"found": {MODULE: version}, "missing": {MODULE: why}}. With the option one that is missing is a failure.
"""

import importlib
import importlib.metadata
import json
import os
import re
import sys

os.environ.setdefault("MPLBACKEND", "Agg")
all_or_none = "--all-or-none" in sys.argv
found, missing = {}, {}
# What a package prints as it is imported is no answer.
answer, sys.stdout = sys.stdout, sys.stderr


def modules_of(name):
    wanted = re.sub(r"[-_.]+", "-", name).lower()
    return sorted(
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if not module.startswith("_") and any(re.sub(r"[-_.]+", "-", owner).lower() == wanted for owner in owners)
    )


for name, module in (pair.split("=", 1) for pair in sys.argv[1:] if pair != "--all-or-none"):
    try:
        if not module:
            module = (modules_of(name) or [name])[0]
        importlib.import_module(module)
        found[module] = importlib.metadata.version(name)
    except Exception as error:
        missing[module or name] = f"{type(error).__name__}: {error}".splitlines()[0]
json.dump({"found": found, "missing": missing}, answer)
if all_or_none and missing:
    sys.exit(f"cannot be imported: {missing}")
