# fails: KeyError: 'no such column'
import pandas as pd

pd.DataFrame({"a": [1]})["no such column"]
