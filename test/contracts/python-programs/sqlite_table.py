# prints: ^\(2, 3\.0\)$
import sqlite3

import pandas as pd

connection = sqlite3.connect("results.db")
pd.DataFrame({"v": [1.0, 2.0]}).to_sql("t", connection, index=False, if_exists="replace")
print(connection.execute("select count(*), sum(v) from t").fetchone())
