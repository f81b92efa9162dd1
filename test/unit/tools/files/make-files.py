"""Writes the documents of this folder, each by a program that people's files come from.

python3 -m venv v && v/bin/pip install openpyxl==3.1.5 xlsxwriter==3.3.1 xlwt==1.3.0 python-docx==1.2.0 \
    python-pptx==1.0.2 odfpy==1.4.1 reportlab==5.1.0 pikepdf==10.18.0 msoffcrypto-tool==6.1.0
v/bin/python test/unit/tools/files/make-files.py
"""

import datetime as dt
import io
from pathlib import Path

import msoffcrypto
import openpyxl
import xlsxwriter
import xlwt

HERE = Path(__file__).parent


def openpyxl_workbook():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Messung"
    sheet.append(["when", "clock", "duration", "share", "price", "moment", "yes", "twice", "note"])
    sheet.append([
        dt.date(2024, 2, 29), dt.time(13, 5), dt.timedelta(hours=36, minutes=5), 0.125, 1234.5,
        dt.datetime(2024, 2, 29, 13, 5, 6), True, "=D2*2", "two\nlines",
    ])
    sheet["D2"].number_format = "0.00%"
    sheet["E2"].number_format = '#,##0.00 "€"'
    sheet.merge_cells("A4:C4")
    sheet["A4"] = "merged head"
    hidden = book.create_sheet("Hidden")
    hidden.append(["secret", 1])
    hidden.sheet_state = "hidden"
    book.create_sheet("Leer")
    corner = book.create_sheet("Corner")
    corner["A1"] = "first"
    corner["XFD1048576"] = "last"
    book.save(HERE / "openpyxl.xlsx")


def xlsxwriter_workbook():
    book = xlsxwriter.Workbook(HERE / "xlsxwriter.xlsx", {"date_1904": True})
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, ["日期", "值"])
    sheet.write_datetime(1, 0, dt.datetime(2024, 2, 29), book.add_format({"num_format": "dd/mm/yy"}))
    sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    sheet.write_formula(2, 1, "=SUM(1,2)", None, 3)
    sheet.write_rich_string(3, 0, "half ", book.add_format({"bold": True}), "bold")
    book.close()


def long_workbook():
    book = xlsxwriter.Workbook(HERE / "long.xlsx")
    for name in ["Long", "After"]:
        sheet = book.add_worksheet(name)
        for row in range(12_000 if name == "Long" else 2):
            sheet.write_row(row, 0, [row + 1, f"{name} {row + 1}"])
    book.close()


def old_workbook():
    book = xlwt.Workbook()
    sheet = book.add_sheet("Alt")
    date = xlwt.XFStyle()
    date.num_format_str = "YYYY-MM-DD"
    for column, text in enumerate(["Größe", "wann"]):
        sheet.write(0, column, text)
    sheet.write(1, 0, 1.5)
    sheet.write(1, 1, dt.date(2024, 2, 29), date)
    book.add_sheet("中文").write(0, 0, "第二")
    book.save(HERE / "xlwt.xls")


def locked_workbook():
    book = openpyxl.Workbook()
    plain, locked = io.BytesIO(), io.BytesIO()
    book.save(plain)
    msoffcrypto.OfficeFile(plain).encrypt("geheim", locked)
    (HERE / "locked.xlsx").write_bytes(locked.getvalue())


if __name__ == "__main__":
    openpyxl_workbook()
    xlsxwriter_workbook()
    long_workbook()
    old_workbook()
    locked_workbook()
