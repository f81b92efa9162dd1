# prints: ^True$
# makes: images/plot.html
import os

import plotly.express as px

os.makedirs("images", exist_ok=True)
px.line(x=[1, 2, 3], y=[1, 4, 9], title="平方").write_html("images/plot.html", include_plotlyjs="cdn")
print("plotly" in open("images/plot.html", encoding="utf-8").read().lower())
