# prints: ^\(3, 2\) \['first', 'second'\]$
# makes: result1.xlsx
import pandas as pd

frame = pd.DataFrame({"a": [1, 2, 3], "b": [4.5, 5.5, 6.5]})
with pd.ExcelWriter("result1.xlsx", engine="xlsxwriter") as writer:
    frame.to_excel(writer, sheet_name="first", index=False)
    frame.describe().to_excel(writer, sheet_name="second")
sheets = pd.read_excel("result1.xlsx", sheet_name=None)
print(sheets["first"].shape, list(sheets))
