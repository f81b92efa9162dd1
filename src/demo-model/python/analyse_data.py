"""Describe a table, or the sheets of a workbook: columns, their spread, what is missing, which columns go together."""
import json
import warnings

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import font_manager
from paperagent import record
from pathlib import Path

LANGUAGE = "en"
DATA = "attachments/data.csv"

fonts = {font.name for font in font_manager.fontManager.ttflist}
wanted = ["Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "SimHei"]
chinese = [name for name in wanted if name in fonts]
if chinese:
    plt.rcParams["font.family"] = [chinese[0], "DejaVu Sans"]
plt.rcParams["axes.unicode_minus"] = False
warnings.filterwarnings("ignore", message="Glyph .* missing")


def label(english, other):
    return other if LANGUAGE == "zh" and chinese else english


def quoted(value):
    return json.dumps(str(value), ensure_ascii=False)


def number(value):
    return f"{value:.6g}"


def tell(name, value, shown):
    """Prints a number as a paper states it, and records all of its digits."""
    record(name, value)
    print(f"{name}={shown}", flush=True)


def read(path):
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            # The separator is found by pandas; a file of one column has none, and is read by commas.
            try:
                return pd.read_csv(path, sep=None, engine="python", encoding=encoding)
            except (pd.errors.ParserError, ValueError) as error:
                if isinstance(error, UnicodeDecodeError):
                    raise
                return pd.read_csv(path, encoding=encoding)
        except UnicodeDecodeError:
            continue
    return pd.read_csv(path, encoding="latin-1")


def read_workbook(path):
    """The largest sheet, with what others say of its rows beside them."""
    sheets = {name: sheet for name, sheet in pd.read_excel(path, sheet_name=None).items() if not sheet.empty}
    for name, sheet in sheets.items():
        sheet.columns = [str(column).strip() for column in sheet.columns]
        print(f"sheet name={quoted(name)} rows={len(sheet)} columns={len(sheet.columns)}")
    first, *others = sorted(sheets, key=lambda name: -len(sheets[name]))
    whole = sheets[first]
    for name in others:
        shared = [column for column in sheets[name].columns if column in whole.columns]
        if shared and not sheets[name].duplicated(shared).any():
            whole = whole.merge(sheets[name], on=shared, how="left")
            print(f"joined sheet={quoted(name)} by={quoted(', '.join(shared))}")
    return whole


is_workbook = DATA.lower().endswith(".xlsx")
table = read_workbook(DATA) if is_workbook else read(DATA)
table.columns = [str(name).strip() for name in table.columns]
numeric = [name for name in table.columns if pd.api.types.is_numeric_dtype(table[name])]
print(f"file={quoted(DATA)}")
missing_cells = int(table.isna().sum().sum())
tell("rows", len(table), len(table))
tell("columns", len(table.columns), len(table.columns))
tell("numeric_columns", len(numeric), len(numeric))
tell("missing_cells", missing_cells, missing_cells)

for name in table.columns[:30]:
    column = table[name]
    missing = int(column.isna().sum())
    if name in numeric and column.notna().any():
        print(
            f"column name={quoted(name)} kind=number missing={missing} mean={number(column.mean())} std={number(column.std())}"
            f" min={number(column.min())} median={number(column.median())} max={number(column.max())}"
        )
    else:
        top = column.dropna().astype(str).value_counts()
        most = f" most={quoted(top.index[0])} times={top.iloc[0]}" if len(top) else ""
        print(f"column name={quoted(name)} kind=text missing={missing} distinct={column.nunique()}{most}")

varied = [name for name in numeric if table[name].nunique() > 1][:12]
pairs = []
if len(varied) >= 2:
    r = table[varied].corr()
    pairs = [(a, b, r.loc[a, b]) for i, a in enumerate(varied) for b in varied[i + 1 :] if np.isfinite(r.loc[a, b])]
    pairs.sort(key=lambda pair: -abs(pair[2]))
    for a, b, value in pairs[:5]:
        print(f"pair a={quoted(a)} b={quoted(b)} r={value:.4f}")

Path("images").mkdir(exist_ok=True)
shown = [name for name in numeric if table[name].notna().any()][:6]
if shown:
    fig, grid = plt.subplots(2, (len(shown) + 1) // 2, figsize=(9, 6), squeeze=False)
    for axes, name in zip(grid.flat, shown):
        axes.hist(table[name].dropna(), bins=min(30, max(5, int(np.sqrt(len(table)) * 2))))
        axes.set_title(name)
    for axes in grid.flat[len(shown) :]:
        axes.axis("off")
    fig.suptitle(label("Distribution of the numeric columns", "数值列的分布"))
else:
    name = table.columns[0]
    counts = table[name].astype(str).value_counts().head(10)
    fig, axes = plt.subplots(figsize=(8, 4.5))
    axes.barh([str(value) for value in counts.index[::-1]], counts.values[::-1])
    axes.set_title(label(f"Most frequent values of {name}", f"{name} 最常见的取值"))
fig.tight_layout()
fig.savefig("images/data_distribution.png", dpi=150)
print("figure=images/data_distribution.png")

if pairs:
    a, b, value = pairs[0]
    fig, axes = plt.subplots(figsize=(6.5, 4.5))
    axes.scatter(table[a], table[b], s=12, alpha=0.6)
    complete = table[[a, b]].dropna()
    slope, intercept = np.polyfit(complete[a], complete[b], 1)
    ends = np.array([complete[a].min(), complete[a].max()])
    axes.plot(ends, slope * ends + intercept, color="black", linewidth=1)
    axes.set_xlabel(a)
    axes.set_ylabel(b)
    axes.set_title(label(f"{a} and {b}: r = {value:.3f}", f"{a} 与 {b}：r = {value:.3f}"))
    fig.tight_layout()
    fig.savefig("images/data_relation.png", dpi=150)
    tell("slope", slope, number(slope))
    tell("intercept", intercept, number(intercept))
    print("figure=images/data_relation.png")

if is_workbook:
    described = pd.DataFrame(
        {
            label("Column", "列"): numeric,
            label("Missing", "缺失"): [int(table[name].isna().sum()) for name in numeric],
            label("Mean", "均值"): [table[name].mean() for name in numeric],
            label("Standard deviation", "标准差"): [table[name].std() for name in numeric],
            label("Minimum", "最小值"): [table[name].min() for name in numeric],
            label("Maximum", "最大值"): [table[name].max() for name in numeric],
        }
    )
    related = pd.DataFrame(pairs, columns=[label("Column", "列"), label("Other column", "另一列"), "r"])
    with pd.ExcelWriter("result1.xlsx") as book:
        described.to_excel(book, sheet_name=label("Columns", "各列统计"), index=False)
        related.to_excel(book, sheet_name=label("Correlations", "相关系数"), index=False)
    print("result_file=result1.xlsx")
