"""SR-C2: takes gigabytes of the disk in milliseconds, before anybody has looked. Prints how many MiB it was given."""
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
given = 0
for number in range(12):
    file = os.open(f"taken-{number}", os.O_CREAT | os.O_WRONLY)
    for mode in (0, 1):  # 1: without a longer file
        if libc.fallocate(file, mode, ctypes.c_long(0), ctypes.c_long(256 * 1024**2)) == 0:
            given += 256
print(given)
