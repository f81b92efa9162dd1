"""SR-C2, SR-H8: files of 12 GiB that take a few KiB of the disk, until somebody copies or hashes them."""
import time

for number in range(50):
    with open(f"sparse-{number}", "wb") as file:
        file.truncate(255 * 1024**2)
time.sleep(20)
