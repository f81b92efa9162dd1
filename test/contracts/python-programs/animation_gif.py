# prints: ^10 frames$
# makes: images/wave.gif
# slow
import os

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter
from PIL import Image

os.makedirs("images", exist_ok=True)
figure, axes = plt.subplots(figsize=(3, 2))
x = np.linspace(0, 6, 100)
(line,) = axes.plot(x, np.sin(x))
FuncAnimation(figure, lambda t: line.set_ydata(np.sin(x + t / 3)), frames=10).save("images/wave.gif", writer=PillowWriter(fps=5))
print(Image.open("images/wave.gif").n_frames, "frames")
