# prints: ^/workspace code 42 neighbour$
import os
from pathlib import Path

Path("data/cache").mkdir(parents=True, exist_ok=True)
Path("data/cache/state.txt").write_text("42")
Path("code/neighbour.py").write_text("name = 'neighbour'")
import neighbour  # noqa: E402

here = Path(__file__).resolve().parent
print(os.getcwd(), here.name, (here / "../data/cache/state.txt").read_text(), neighbour.name)
