# prints: ^True True$
# makes: images/cloud.png
# complains: Prefix dict has been built successfully
# slow
import os

import jieba
import jieba.analyse
import matplotlib.pyplot as plt
from wordcloud import WordCloud

text = "数学建模竞赛要求在三天之内完成数学模型、数值计算与论文写作"
words = jieba.lcut(text)
os.makedirs("images", exist_ok=True)
cloud = WordCloud(width=300, height=200, background_color="white").generate(" ".join(words))
cloud.to_file("images/cloud.png")
plt.imshow(cloud)
plt.savefig("images/shown.png")
print("数学" in words, len(jieba.analyse.extract_tags(text, topK=3)) == 3)
