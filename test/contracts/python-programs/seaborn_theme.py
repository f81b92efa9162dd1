# prints: ^saved$
# makes: images/heat.png
import os

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

os.makedirs("images", exist_ok=True)
sns.set_theme(style="whitegrid")
frame = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 3)), columns=["甲", "乙", "丙"])
sns.heatmap(frame.corr(), annot=True)
plt.title("相关系数")
plt.savefig("images/heat.png")
print("saved")
