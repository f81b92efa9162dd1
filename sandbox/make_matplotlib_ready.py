"""Writes matplotlib's font list and a matplotlibrc that names the fonts found, once, when a sandbox is set up (S11).

usage: make_matplotlib_ready.py FOLDER
Without the list, each run would look through all fonts for seconds; without the right names, Chinese is boxes.
"""

import dataclasses
import os
import sys

FOLDER = sys.argv[1]
os.makedirs(FOLDER, exist_ok=True)
os.environ["MPLCONFIGDIR"] = FOLDER
os.environ["MPLBACKEND"] = "Agg"

from matplotlib import font_manager  # noqa: E402

# In the order in which they are tried; the first that is there supplies the Chinese glyphs.
CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "AR PL UMing CN",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
)
# What scripts written for other machines ask for by name.
ALIASES = ("SimHei", "Microsoft YaHei", "SimSun", "KaiTi", "FangSong", "STSong", "STHeiti", "PingFang SC",
           "Heiti SC", "Songti SC", "Arial Unicode MS", "Noto Sans CJK SC", "WenQuanYi Micro Hei",
           "WenQuanYi Zen Hei", "Source Han Sans SC")

manager = font_manager._load_fontmanager(try_read_cache=False)
names = {entry.name for entry in manager.ttflist}
found = [name for name in CHINESE if name in names][:1]
for entry in [entry for entry in manager.ttflist if entry.name in found]:
    for alias in ALIASES:
        if alias not in names:
            manager.ttflist.append(dataclasses.replace(entry, name=alias))
font_manager.json_dump(manager, os.path.join(FOLDER, f"fontlist-v{font_manager.FontManager.__version__}.json"))

with open(os.path.join(FOLDER, "matplotlibrc"), "w", encoding="utf-8") as file:
    file.write("backend: Agg\n")
    # No layout engine: scripts call tight_layout() or subplots_adjust(), and each says on stderr that it is
    # not the engine's friend. The box is cut to what is drawn in any case.
    file.write("savefig.dpi: 150\nfigure.dpi: 150\nsavefig.bbox: tight\n")
    file.write("axes.unicode_minus: False\n")
    file.write("font.family: " + ", ".join(["DejaVu Sans", *found]) + "\n")
print("fonts with Chinese glyphs:", ", ".join(found) or "none")
