# prints: ^\[\('a', 4\.0\), \('b', 2\.0\)\]$
import duckdb
import pandas as pd

pd.DataFrame({"kind": ["a", "b", "a"], "amount": [1, 2, 3]}).to_csv("sales.csv", index=False)
print(duckdb.sql("select kind, sum(amount)::double from 'sales.csv' group by kind order by kind").fetchall())
