# prints: ^\| *a \|[\s\S]*Bericht [\s\S]*<td>1</td> 2$
# makes: data/report.docx
import os

import docx
import jinja2
import pandas as pd
from lxml import etree
from tabulate import tabulate

os.makedirs("data", exist_ok=True)
frame = pd.DataFrame({"a": [1, 2]})
print(tabulate(frame, headers="keys", tablefmt="github", showindex=False))
document = docx.Document()
document.add_heading("Bericht")
document.save("data/report.docx")
print(docx.Document("data/report.docx").paragraphs[0].text, jinja2.Template("<td>{{ n }}</td>").render(n=1), len(etree.fromstring("<a><b/><b/></a>")))
