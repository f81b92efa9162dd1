"""SR-L7: the first process's command line, which everybody inside may read."""
print(open("/proc/1/cmdline", "rb").read().decode().replace("\0", " "))
