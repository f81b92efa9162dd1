"""Makes matplotlib's font list and settings, once, when a sandbox is set up (S11, W3).

usage: make_matplotlib_ready.py FOLDER [FOLDER_INSIDE]
FOLDER is where they are put, FOLDER_INSIDE under which name code sees that folder. Without the list, each run would look
through all fonts for seconds. Beside the list stand a matplotlibrc, the fonts that were brought along, and chinese.json:
which families have Chinese glyphs (sitecustomize.py puts them behind whatever family is asked for).
"""

import dataclasses
import json
import os
import shutil
import sys

FOLDER = sys.argv[1]
INSIDE = sys.argv[2] if len(sys.argv) > 2 else FOLDER
os.makedirs(os.path.join(FOLDER, "fonts"), exist_ok=True)
os.environ["MPLCONFIGDIR"] = FOLDER
os.environ["MPLBACKEND"] = "Agg"

import pylopdf_fonts_zh_cn  # noqa: E402
from matplotlib import font_manager, get_data_path  # noqa: E402

# In the order in which they are taken; the last of each is brought along. (The Japanese face of a family, which is
# all that older versions of matplotlib read of a collection, draws many characters otherwise.)
CHINESE = {
    "sans": ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC"),
    "serif": ("Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "Noto Serif SC"),
}
# What scripts written for other machines ask for by name.
ALIASES = {
    "sans": ("SimHei", "Microsoft YaHei", "Microsoft YaHei UI", "Microsoft JhengHei", "DengXian", "STHeiti", "STXihei",
             "PingFang SC", "Heiti SC", "Hiragino Sans GB", "Arial Unicode MS", "Noto Sans CJK SC", "Noto Sans SC",
             "Noto Sans CJK JP", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Source Han Sans SC", "Source Han Sans CN"),
    "serif": ("SimSun", "NSimSun", "STSong", "STZhongsong", "Songti SC", "KaiTi", "KaiTi_GB2312", "STKaiti", "Kaiti SC",
              "FangSong", "FangSong_GB2312", "STFangsong", "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC"),
}

manager = font_manager._load_fontmanager(try_read_cache=False)
# Of the machine's fonts only those that are seen inside.
visible = ("/usr/", get_data_path() + os.sep)
manager.ttflist = [entry for entry in manager.ttflist if os.path.abspath(entry.fname).startswith(visible)]
brought = os.path.dirname(pylopdf_fonts_zh_cn.__file__)
for name in sorted(os.listdir(brought)):
    if name.endswith((".otf", ".ttf")):
        shutil.copyfile(os.path.join(brought, name), os.path.join(FOLDER, "fonts", name))
        known = len(manager.ttflist)
        manager.addfont(os.path.join(brought, name))
        manager.ttflist[known:] = [
            dataclasses.replace(entry, fname=os.path.join(INSIDE, "fonts", name)) for entry in manager.ttflist[known:]
        ]

names = {entry.name for entry in manager.ttflist}
chosen = {kind: next(name for name in families if name in names) for kind, families in CHINESE.items()}
for kind, aliases in ALIASES.items():
    for entry in [entry for entry in manager.ttflist if entry.name == chosen[kind]]:
        manager.ttflist += [dataclasses.replace(entry, name=alias) for alias in aliases if alias not in names]
font_manager.json_dump(manager, os.path.join(FOLDER, f"fontlist-v{font_manager.FontManager.__version__}.json"))

with open(os.path.join(FOLDER, "chinese.json"), "w", encoding="utf-8") as file:
    json.dump(chosen, file)
with open(os.path.join(FOLDER, "matplotlibrc"), "w", encoding="utf-8") as file:
    file.write("backend: Agg\n")
    # No layout engine: scripts call tight_layout() or subplots_adjust(), and each says on stderr that it is
    # not the engine's friend. The box is cut to what is drawn in any case.
    file.write("savefig.dpi: 150\nfigure.dpi: 150\nsavefig.bbox: tight\n")
    file.write("axes.unicode_minus: False\n")
    # The same figure is the same bytes (W5).
    file.write("svg.hashsalt: paperagent\n")
print("fonts with Chinese glyphs:", ", ".join(chosen.values()))
