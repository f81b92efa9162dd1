"""Describe the first sheet of a workbook with the standard library alone: a workbook is a zip of XML."""
import json
import re
import statistics
import zipfile
from xml.etree import ElementTree

DATA = "attachments/data.xlsx"


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def text_of(element):
    return "".join(part.text or "" for part in element.iter() if local(part) == "t")


def column_of(reference):
    number = 0
    for letter in re.match("[A-Z]+", reference).group():
        number = number * 26 + ord(letter) - 64
    return number - 1


with zipfile.ZipFile(DATA) as book:
    names = book.namelist()
    strings = []
    if "xl/sharedStrings.xml" in names:
        strings = [text_of(item) for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
    sheet = min(name for name in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name))
    rows = []
    for row in ElementTree.fromstring(book.read(sheet)).iter():
        if local(row) != "row":
            continue
        cells = {}
        for cell in row:
            value = next((part.text or "" for part in cell if local(part) == "v"), "")
            kind = cell.get("t")
            cells[column_of(cell.get("r"))] = (
                strings[int(value)] if kind == "s" else text_of(cell) if kind == "inlineStr" else value
            )
        rows.append(cells)

header, body = rows[0], rows[1:]
print(f"file={json.dumps(DATA, ensure_ascii=False)}")
print(f"rows={len(body)}")
print(f"columns={len(header)}")
for index, name in list(header.items())[:30]:
    cells = [row.get(index, "").strip() for row in body]
    missing = sum(cell == "" for cell in cells)
    try:
        values = [float(cell) for cell in cells if cell != ""]
        print(
            f"column name={json.dumps(name, ensure_ascii=False)} kind=number missing={missing}"
            f" mean={statistics.fmean(values):.6g} std={statistics.stdev(values):.6g}"
            f" min={min(values):.6g} median={statistics.median(values):.6g} max={max(values):.6g}"
        )
    except (ValueError, statistics.StatisticsError):
        print(f"column name={json.dumps(name, ensure_ascii=False)} kind=text missing={missing} distinct={len(set(cells))}")
