"""SR-H4: memory that no process's size shows, in the tables of pages that were only read. Prints how many MiB of tables."""
import ctypes, mmap

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
tables = 0
for _ in range(1024):  # 1 GiB of addresses each
    at = libc.mmap(None, 1 << 30, 1, 0x4022, -1, 0)
    if at in (None, ctypes.c_void_p(-1).value):
        break
    for page in range(0, 1 << 30, 2 << 20):
        ctypes.c_char.from_address(at + page).value
        tables += 4096
print(tables // 1024**2)
