"""SR-M5: what a shell above left open. Prints every descriptor of every process that leads to a file of the host."""
import glob, os

for path in glob.glob("/proc/[0-9]*/fd/*"):
    try:
        target = os.readlink(path)
    except OSError:
        continue
    if "MARKER" in target or os.path.exists(path + "/etc/shadow"):
        print(path, target)
print("tried")
