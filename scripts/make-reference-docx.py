"""Makes the Word documents whose styles exports use, from pandoc's own.

usage: make-reference-docx.py FROM.docx FOLDER   (needs python-docx)
FROM is what pandoc writes for an empty document; FOLDER gets reference-en.docx and reference-zh.docx. They can be opened in
Word and changed by hand, too: a style names its own (docs/export.md).
"""

import copy
import sys

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

SIZES = {
    "Normal": 10.5, "Title": 18, "Author": 11, "Date": 11, "Heading 1": 14, "Heading 2": 12, "Heading 3": 11, "Body Text": 10.5,
    "First Paragraph": 10.5, "Abstract": 9.5, "Abstract Title": 10.5, "Image Caption": 9, "Table Caption": 9, "Compact": 10,
    "Bibliography": 10, "Footnote Text": 9, "Source Code": 9, "Verbatim Char": 9, "TOC Heading": 14,
}
CENTRED = ("Title", "Author", "Date", "Abstract Title", "Image Caption", "Table Caption", "Captioned Figure", "Figure")
MONO = ("Verbatim Char", "Source Code")


def fonts_of(style, heading, lang):
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    latin = "Consolas" if style.name in MONO else "Times New Roman"
    chinese = "黑体" if heading and lang == "zh" else "宋体"
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), latin)
    fonts.set(qn("w:eastAsia"), chinese)


def page_number(paragraph):
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        if kind is None:
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = text
            run._r.append(instruction)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def borders(style, lines):
    properties = style.element.find(qn("w:tblPr"))
    if properties is None:
        properties = OxmlElement("w:tblPr")
        style.element.append(properties)
    old = properties.find(qn("w:tblBorders"))
    if old is not None:
        properties.remove(old)
    box = OxmlElement("w:tblBorders")
    for side, size in lines:
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single" if size else "nil"), ("sz", str(size)), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        box.append(line)
    properties.append(box)


def shaded(style):
    properties = style.element.get_or_add_pPr()
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", "F5F5F4")):
        shade.set(qn(f"w:{name}"), value)
    # Ahead of what the schema wants behind it.
    properties.insert(0, shade)


for lang in ("en", "zh"):
    document = Document(sys.argv[1])
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.5)
        page_number(section.footer.paragraphs[0])
    for style in document.styles:
        if style.type not in (WD_STYLE_TYPE.PARAGRAPH, WD_STYLE_TYPE.CHARACTER):
            continue
        heading = style.name.startswith("Heading") or style.name in ("Title", "Abstract Title", "TOC Heading")
        fonts_of(style, heading, lang)
        if style.name in SIZES:
            style.font.size = Pt(SIZES[style.name])
        if heading or style.name in ("Author", "Date"):
            style.font.color.rgb = RGBColor(0, 0, 0)
        if heading:
            style.font.bold = True
            style.font.italic = False
        if style.name in CENTRED and style.type == WD_STYLE_TYPE.PARAGRAPH:
            style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
            style.font.italic = False
            style.paragraph_format.first_line_indent = Pt(0)
    for name in ("Body Text", "First Paragraph"):
        style = document.styles[name]
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.line_spacing = 1.25 if lang == "zh" else 1.15
        if lang == "zh":
            style.paragraph_format.first_line_indent = Pt(21)
    for name in ("Image Caption", "Table Caption", "Captioned Figure", "Compact", "Bibliography"):
        document.styles[name].paragraph_format.first_line_indent = Pt(0)
    abstract = document.styles["Abstract"].paragraph_format
    abstract.keep_with_next = abstract.keep_together = False
    abstract.space_before = abstract.space_after = Pt(3)
    abstract.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    abstract.first_line_indent = Pt(19 if lang == "zh" else 0)
    references = document.styles["Bibliography"].paragraph_format
    references.left_indent, references.first_line_indent = Pt(24), Pt(-24)
    references.tab_stops.add_tab_stop(Pt(24))
    references.space_after = Pt(3)
    shaded(document.styles["Source Code"])
    document.styles["Captioned Figure"].paragraph_format.keep_with_next = True
    caption = document.styles["Table Caption"].paragraph_format
    caption.keep_with_next = True
    # A table may stand right above.
    caption.space_before = Pt(8)
    table = document.styles["Table"]
    borders(table, (("top", 8), ("bottom", 8)))
    equation = copy.deepcopy(table.element)
    equation.set(qn("w:styleId"), "Equation")
    equation.find(qn("w:name")).set(qn("w:val"), "Equation")
    for part in equation.findall(qn("w:tblStylePr")):
        equation.remove(part)
    table.element.addnext(equation)
    borders(document.styles["Equation"], (("top", 0), ("bottom", 0)))
    document.save(f"{sys.argv[2]}/reference-{lang}.docx")
