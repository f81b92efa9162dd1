"""SR-H4: memory that no process's size shows, in messages that nobody takes. Prints how many queues it got."""
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
queues = 0
for _ in range(64):
    queues += libc.msgget(0, 0o1600) >= 0
print(queues)
