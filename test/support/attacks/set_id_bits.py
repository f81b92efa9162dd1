"""SR-H3: a program in the workspace that lends its owner to whoever starts it. Prints the ways that worked."""
import ctypes, os, platform, stat

libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == "x86_64"
fd = os.open("plain", os.O_CREAT | os.O_RDWR, 0o755)
ways = {
    "chmod": lambda: os.chmod("plain", 0o4755),
    "chmod, group": lambda: os.chmod("plain", 0o2755),
    "fchmod": lambda: os.fchmod(fd, 0o6755),
    "fchmodat": lambda: libc.syscall(268 if x86 else 53, -100, b"plain", 0o4755),
    "fchmodat2": lambda: libc.syscall(452, -100, b"plain", 0o4755, 0),
    "open": lambda: os.open("opened", os.O_CREAT | os.O_WRONLY, 0o4755),
    "openat2": lambda: libc.syscall(437, -100, b"opened2", (ctypes.c_uint64 * 3)(0o101, 0o4755, 0), 24),
    "mknod": lambda: os.mknod("made", 0o104755),
}
for name, way in ways.items():
    try:
        way()
    except OSError:
        pass
    for file in os.listdir("."):
        if os.lstat(file).st_mode & (stat.S_ISUID | stat.S_ISGID):
            print(name, file)
os.chmod("plain", 0o1755)
print("tried")
