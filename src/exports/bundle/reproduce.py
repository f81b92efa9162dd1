"""Makes the results of this paper again, and compares them to those that it rests on.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python reproduce.py

Each script of runs.json is run in its order, in a folder that holds attachments and data alone at first: reproduced/.
What it writes and prints is compared to expected/ and to runs.json: by bytes, then by the numbers in it, then, of PNG
pictures, by their pixels. Ends with 1 where anything differs. Nothing beside Python 3.9 is needed for that.
"""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "reproduced")
SAME_VALUE = 1e-6
COLOUR, PART = 8, 0.001
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
OF_THE_MOMENT = {"docProps/core.xml", "docProps/app.xml"}
SAME = {"same bytes", "same values", "looks the same"}


def main():
    with open(os.path.join(HERE, "runs.json"), encoding="utf-8") as file:
        plan = json.load(file)
    if plan["python"] and not sys.version.startswith(plan["python"].rpartition(".")[0] + "."):
        print(f"note: the runs were made by Python {plan['python']}, and this is {sys.version.split()[0]}")
    shutil.rmtree(FOLDER, ignore_errors=True)
    inputs = os.path.join(HERE, "inputs")
    if os.path.isdir(inputs):
        shutil.copytree(inputs, FOLDER)
    for name in ("attachments", "code", "data", "images"):
        os.makedirs(os.path.join(FOLDER, name), exist_ok=True)
    good = True
    for run in plan["runs"]:
        good = check_run(run) and good
    print("Everything is as it was." if good else "Something is not as it was.")
    return 0 if good else 1


def check_run(run):
    script = os.path.join(FOLDER, run["script"])
    os.makedirs(os.path.dirname(script), exist_ok=True)
    shutil.copyfile(os.path.join(HERE, run["source"]), script)
    ended, printed, recorded = make(script)
    results = [(path, compare_file(run["expected"], path, sha256)) for path, sha256 in run["writes"].items()]
    results += compare_facts(run["facts"], printed, recorded)
    if ended != 0:
        results.append((run["script"], f"ended with {ended}"))
    wrong = [(what, result) for what, result in results if result not in SAME]
    print(f"run {run['number']}  {run['script']}: {len(results) - len(wrong)} of {len(results)} results are the same")
    for what, result in wrong:
        print(f"    {what}: {result}")
    return not wrong


def make(script):
    records = os.path.join(HERE, "reproduced.records")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "PYTHONPATH": os.path.join(HERE, "lib"),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": "946684800",
        "TZ": "UTC",
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "LOKY_MAX_CPU_COUNT": "1",
        "RECORDED_NUMBERS": records,
    }
    open(records, "w").close()
    done = subprocess.run([sys.executable, script], cwd=FOLDER, env=environment, stdout=subprocess.PIPE)
    with open(records, encoding="utf-8") as file:
        recorded = [json.loads(line) for line in file]
    os.remove(records)
    return done.returncode, done.stdout.decode("utf-8", "replace"), recorded


def compare_file(folder, path, sha256):
    made = os.path.join(FOLDER, path)
    if not os.path.isfile(made):
        return "is not written"
    with open(made, "rb") as file:
        got = file.read()
    if hashlib.sha256(got).hexdigest() == sha256:
        return "same bytes"
    kept = os.path.join(HERE, folder, path)
    if not os.path.isfile(kept):
        return "other bytes (too large to be kept, so only its hash is known)"
    with open(kept, "rb") as file:
        return compare_bytes(file.read(), got)


def compare_bytes(expected, got):
    if expected == got:
        return "same bytes"
    if expected[:2] == got[:2] == b"\x1f\x8b":
        return inside(compare_bytes(gzip.decompress(expected), gzip.decompress(got)))
    if expected[:4] == got[:4] == b"PK\x03\x04":
        return compare_zips(expected, got)
    if expected[:8] == got[:8] == b"\x89PNG\r\n\x1a\n":
        return compare_pictures(expected, got)
    try:
        return compare_texts(expected.decode("utf-8"), got.decode("utf-8"))
    except UnicodeDecodeError:
        return "other bytes"


def inside(result):
    return "same values" if result == "same bytes" else result


def compare_zips(expected, got):
    one, other = zipfile.ZipFile(io.BytesIO(expected)), zipfile.ZipFile(io.BytesIO(got))
    names = set(one.namelist()) - OF_THE_MOMENT
    if names != set(other.namelist()) - OF_THE_MOMENT:
        return "it holds other files"
    for name in sorted(names):
        result = compare_bytes(one.read(name), other.read(name))
        if result not in ("same bytes", "same values"):
            return f"{name} in it: {result}"
    return "same values"


def compare_texts(expected, got):
    if NUMBER.sub("#", expected) != NUMBER.sub("#", got):
        return "other text"
    for a, b in zip(NUMBER.findall(expected), NUMBER.findall(got)):
        if not is_same_value(a, b):
            return f"{a} became {b}"
    return "same values"


def is_same_value(a, b):
    if a == b:
        return True
    try:
        a, b = float(a.replace(",", "").replace("\u2212", "-")), float(b.replace(",", "").replace("\u2212", "-"))
    except ValueError:
        return False
    return abs(a - b) <= SAME_VALUE * max(abs(a), abs(b))


def compare_facts(facts, printed, recorded):
    """Numbers that were recorded, and those that were printed, in their order by name."""
    lines = printed.split("\n")
    values = {}
    for name, value in recorded:
        values.setdefault(name, []).append(value)
    results = []
    for fact in facts:
        name, value = fact["name"], fact["value"]
        if fact["source"] == "record":
            now = values.get(name, [])
            same = bool(now) and is_same_value(value, now.pop(0))
        elif fact["source"] == "printed":
            line = lines[fact["line"] - 1] if 0 < fact.get("line", 0) <= len(lines) else ""
            same = value in line or any(is_same_value(value, text) for text in NUMBER.findall(line))
        else:
            continue  # It stands in a file, which is compared.
        results.append((f"{name}={value}", "same values" if same else "not found again"))
    return results


def compare_pictures(expected, got):
    one, other = pixels(expected), pixels(got)
    if one is None or other is None:
        return "other bytes, and a kind of PNG that is not looked into here"
    if one[:3] != other[:3]:
        return "a picture of another size or kind"
    channels = one[2]
    a, b = one[3], other[3]
    unlike = sum(
        any(abs(a[at + c] - b[at + c]) > COLOUR for c in range(channels))
        for at in range(0, len(a), channels)
        if a[at : at + channels] != b[at : at + channels]
    )
    part = unlike / max(1, len(a) // channels)
    return "looks the same" if part <= PART else f"{100 * part:.1f} % of its pixels differ"


def pixels(png):
    """Width, height, channels and bytes of a PNG of eight bits a channel that is not interlaced; None of any other."""
    at, data, head = 8, b"", None
    while at + 8 <= len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            head = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    if head is None or head[2] != 8 or head[3] not in (0, 2, 4, 6) or head[6] != 0:
        return None
    width, height, channels = head[0], head[1], {0: 1, 2: 3, 4: 2, 6: 4}[head[3]]
    raw, stride, out = zlib.decompress(data), width * channels, bytearray()
    previous = bytearray(stride)
    for row in range(height):
        start = row * (stride + 1)
        previous = unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), previous, channels)
        out += previous
    return width, height, channels, bytes(out)


def unfiltered(how, line, above, step):
    for at in range(len(line)) if how else ():
        left = line[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        if how == 1:
            guess = left
        elif how == 2:
            guess = above[at]
        elif how == 3:
            guess = (left + above[at]) // 2
        else:
            base = left + above[at] - corner
            guess = min((left, above[at], corner), key=lambda value: abs(base - value))
        line[at] = (line[at] + guess) & 255
    return line


if __name__ == "__main__":
    sys.exit(main())
