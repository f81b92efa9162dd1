"""Writes the documents of this folder, each by a program that people's files come from.

python3 -m venv v && v/bin/pip install openpyxl==3.1.5 xlsxwriter==3.3.1 xlwt==1.3.0 python-docx==1.2.0 \
    pyarrow==26.0.1 python-pptx==1.0.2 odfpy==1.4.1 reportlab==5.1.0 pikepdf==10.18.0 msoffcrypto-tool==6.1.0 \
    pillow==13.0.0
v/bin/python test/unit/tools/files/make-files.py

scanned.pdf takes the program jbig2 (jbig2enc 0.30, a package of Debian 13) besides.
"""

import datetime as dt
import io
import subprocess
import tempfile
from pathlib import Path

import docx
import msoffcrypto
import openpyxl
import pyarrow
import pyarrow.parquet
import xlsxwriter
import pikepdf
import xlwt
from docx.oxml import parse_xml
from PIL import Image, ImageDraw
from odf import opendocument, table as odf_table, text as odf_text
from pptx import Presentation
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

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


MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def equation(inside):
    return parse_xml(f'<m:oMath xmlns:m="{MATH}">{inside}</m:oMath>')


def run(text):
    return f"<m:r><m:t>{text}</m:t></m:r>"


def word_document():
    book = docx.Document()
    book.add_heading("Methods", 1)
    paragraph = book.add_paragraph("The mean is ")
    paragraph._p.append(equation(
        f"<m:f><m:num>{run('1')}</m:num><m:den>{run('n')}</m:den></m:f>"
        f"<m:nary><m:naryPr><m:chr m:val=\"∑\"/></m:naryPr><m:sub>{run('i=1')}</m:sub><m:sup>{run('n')}</m:sup>"
        f"<m:e><m:sSub><m:e>{run('x')}</m:e><m:sub>{run('i')}</m:sub></m:sSub></m:e></m:nary>"
    ))
    paragraph.add_run(" in m")
    paragraph.add_run("2").font.superscript = True
    paragraph.add_run(".")
    for item in ["first", "second"]:
        book.add_paragraph(item, style="List Number")
    book.add_paragraph("loose", style="List Bullet")
    table = book.add_table(rows=2, cols=2)
    for n, text in enumerate(["a", "b", "1", "2"]):
        table.cell(n // 2, n % 2).text = text
    book.save(HERE / "python-docx.docx")


def two_columns():
    """Line by line across both columns, as some programs write them; then a page that is a picture."""
    page = canvas.Canvas(str(HERE / "columns.pdf"), pagesize=A4)
    page.setFont("Helvetica", 10)
    page.drawString(60, 780, "A title that goes over both of the columns of this page, from here to there and on")
    for n in range(8):
        page.drawString(60, 740 - 14 * n, f"left {n} with enough words to fill the column")
        page.drawString(310, 740 - 14 * n, f"right {n} with enough words to fill the column")
    page.showPage()
    page.rect(100, 100, 300, 300, fill=1)
    page.showPage()
    page.save()


def table_page():
    page = canvas.Canvas(str(HERE / "table.pdf"), pagesize=A4)
    for n in range(8):
        page.drawString(60, 740 - 14 * n, f"k{n}")
        page.drawString(310, 740 - 14 * n, f"{n}")
    page.save()


def eastern_pdf():
    """Fonts that a reader has to know by name: reportlab names them and brings nothing along."""
    page = canvas.Canvas(str(HERE / "eastern.pdf"), pagesize=A4)
    for n, (font, text) in enumerate([
        ("STSong-Light", "平均温度"), ("HeiseiMin-W3", "日本語の文"), ("HYSMyeongJo-Medium", "한국어"),
    ]):
        pdfmetrics.registerFont(UnicodeCIDFont(font))
        page.setFont(font, 12)
        page.drawString(60, 740 - 20 * n, text)
    page.save()
    with pikepdf.open(HERE / "eastern.pdf") as book:
        book.save(HERE / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))


def slides():
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = "Results"
    slide.placeholders[1].text = "One & two\nThree"
    slide.notes_slide.notes_text_frame.text = "say this"
    show.slides.add_slide(show.slide_layouts[0]).shapes.title.text = "End"
    show.save(HERE / "python-pptx.pptx")


def open_text():
    book = opendocument.OpenDocumentText()
    book.text.addElement(odf_text.H(outlinelevel=1, text="Ergebnis"))
    book.text.addElement(odf_text.P(text="Größe & Maß"))
    book.save(HERE / "odfpy.odt")


def open_sheet():
    book = opendocument.OpenDocumentSpreadsheet()
    sheet = odf_table.Table(name="Blatt")
    row = odf_table.TableRow()
    for value in ["Größe", "1.5"]:
        cell = odf_table.TableCell(valuetype="string")
        cell.addElement(odf_text.P(text=value))
        row.addElement(cell)
    sheet.addElement(row)
    book.spreadsheet.addElement(sheet)
    book.save(HERE / "odfpy.ods")


def parquet():
    rows = range(300)
    table = pyarrow.table(
        {
            "id": list(rows),
            "name": [f"方法 {n}" for n in rows],
            "share": [None if n % 10 == 0 else n / 4 for n in rows],
            "day": [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in rows],
            "tags": [["a", "b"][: n % 3] for n in rows],
        }
    )
    for packed in ["snappy", "zstd", "lz4"]:
        pyarrow.parquet.write_table(table, HERE / f"{packed}.parquet", compression=packed, row_group_size=100)


def scanned_pages():
    """Four pages, each a picture: black on the left, white with some letters on the right; see jbig2's own help."""
    width, height = 400, 200
    left = (0, 0, width // 2 - 1, height - 1)
    letters = Image.new("1", (width, height), 1)
    draw = ImageDraw.Draw(letters)
    draw.rectangle(left, fill=0)
    for y in range(20, height, 40):
        for x in range(220, 380, 20):
            draw.text((x, y), "e", fill=0)
    with tempfile.TemporaryDirectory() as folder:
        letters.save(f"{folder}/scan.png")
        jbig2 = lambda *args: subprocess.run(["jbig2", *args], cwd=folder, capture_output=True, check=True).stdout
        alone = jbig2("-p", "scan.png")
        jbig2("-s", "-p", "-b", "sym", "scan.png")
        with_symbols, symbols = (Path(folder, f"sym.{end}").read_bytes() for end in ("0000", "sym"))
    grey = Image.new("L", (width, height), 255)
    ImageDraw.Draw(grey).rectangle(left, fill=0)
    jpx, jpx_rgb = io.BytesIO(), io.BytesIO()
    grey.save(jpx, "JPEG2000")
    grey.convert("RGB").save(jpx_rgb, "JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[20])

    name = pikepdf.Name
    pdf = pikepdf.new()
    shared = pdf.make_indirect(pdf.make_stream(symbols))
    bits = {"ColorSpace": name.DeviceGray, "BitsPerComponent": 1, "Filter": name.JBIG2Decode}
    for data, more in (
        (alone, bits),
        (with_symbols, {**bits, "DecodeParms": pikepdf.Dictionary(JBIG2Globals=shared)}),
        (jpx.getvalue(), {"Filter": name.JPXDecode}),
        (jpx_rgb.getvalue(), {"Filter": name.JPXDecode, "ColorSpace": name.DeviceRGB}),
    ):
        image = pdf.make_stream(data, Type=name.XObject, Subtype=name.Image, Width=width, Height=height, **more)
        page = pdf.add_blank_page(page_size=(200, 100))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
        page.Contents = pdf.make_stream(b"q 200 0 0 100 0 0 cm /Im Do Q")
    pdf.save(HERE / "scanned.pdf", compress_streams=False, deterministic_id=True)


if __name__ == "__main__":
    openpyxl_workbook()
    xlsxwriter_workbook()
    long_workbook()
    old_workbook()
    locked_workbook()
    word_document()
    two_columns()
    table_page()
    eastern_pdf()
    slides()
    open_text()
    open_sheet()
    parquet()
    scanned_pages()
