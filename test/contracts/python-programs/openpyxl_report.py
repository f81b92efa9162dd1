# prints: ^rows 5 total 150$
# makes: data/report.xlsx
import os

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font

os.makedirs("data", exist_ok=True)
book = openpyxl.Workbook()
sheet = book.active
sheet.title = "结果"
sheet.append(["年份", "产量"])
sheet["A1"].font = Font(bold=True)
for year, amount in zip(range(2020, 2025), (10, 20, 30, 40, 50)):
    sheet.append([year, amount])
sheet["B7"] = "=SUM(B2:B6)"
chart = BarChart()
chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=6), titles_from_data=True)
sheet.add_chart(chart, "D2")
book.save("data/report.xlsx")
back = openpyxl.load_workbook("data/report.xlsx")["结果"]
values = [row[1].value for row in back.iter_rows(min_row=2, max_row=6)]
print("rows", len(values), "total", sum(values))
