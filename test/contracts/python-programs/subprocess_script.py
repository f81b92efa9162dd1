# prints: ^child 中文 0$
import subprocess
import sys

with open("code/child.py", "w", encoding="utf-8") as file:
    file.write("print('child', '中文')")
done = subprocess.run([sys.executable, "code/child.py"], capture_output=True, text=True)
print(done.stdout.strip(), done.returncode)
