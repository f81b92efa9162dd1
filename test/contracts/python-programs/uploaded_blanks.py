# prints: ^3 12 \['附件 1 \(数据\)\.csv'\]$
import glob
import os

import pandas as pd

frame = pd.read_csv("attachments/附件 1 (数据).csv", encoding="gbk")
print(len(frame), frame["数值"].sum(), [os.path.basename(path) for path in glob.glob("attachments/*.csv")])
