"""Describe a table with the standard library alone."""
import csv
import json
import statistics

DATA = "attachments/data.csv"

with open(DATA, encoding="utf-8-sig", errors="replace", newline="") as file:
    sample = file.read(8192)
    file.seek(0)
    separator = max(",;\t", key=sample.count)
    lines = [line for line in csv.reader(file, delimiter=separator) if line]
header, body = lines[0], lines[1:]
print(f"file={json.dumps(DATA, ensure_ascii=False)}")
print(f"rows={len(body)}")
print(f"columns={len(header)}")
for index, name in enumerate(header[:30]):
    cells = [line[index].strip() for line in body if index < len(line)]
    missing = len(body) - sum(cell != "" for cell in cells)
    try:
        values = [float(cell) for cell in cells if cell != ""]
        print(
            f"column name={json.dumps(name, ensure_ascii=False)} kind=number missing={missing}"
            f" mean={statistics.fmean(values):.6g} std={statistics.pstdev(values):.6g}"
            f" min={min(values):.6g} median={statistics.median(values):.6g} max={max(values):.6g}"
        )
    except (ValueError, statistics.StatisticsError):
        print(f"column name={json.dumps(name, ensure_ascii=False)} kind=text missing={missing} distinct={len(set(cells))}")
