# prints: ^\(10, 10\) 45\.0$
# makes: data/grid.h5
import os

import h5py
import numpy as np

os.makedirs("data", exist_ok=True)
with h5py.File("data/grid.h5", "w") as file:
    file.create_dataset("u", data=np.tile(np.arange(10.0), (10, 1)), compression="gzip")
with h5py.File("data/grid.h5") as file:
    print(file["u"].shape, file["u"][0].sum())
