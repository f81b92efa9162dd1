"""SR-C2: what libraries ask for in earnest still works, by writing."""
import os

with open("wanted", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, 8 * 1024**2)
import numpy

numpy.arange(10**6).tofile("numbers")
print(os.path.getsize("wanted"), os.path.getsize("numbers"))
