# prints: ^1000 499500$
# makes: data/table.parquet
import os

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

os.makedirs("data", exist_ok=True)
pd.DataFrame({"n": np.arange(1000), "word": ["词"] * 1000}).to_parquet("data/table.parquet")
table = pq.read_table("data/table.parquet")
print(table.num_rows, pd.read_parquet("data/table.parquet").n.sum())
