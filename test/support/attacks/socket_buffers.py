"""SR-H4: memory that no process's size shows, in the buffers of sockets. Prints how many MiB it got, if it is let."""
import socket

held, taken, refused = [], 0, None
piece = bytes(1024**2)
try:
    while taken < 2048:
        pair = socket.socketpair()
        held.append(pair)
        try:
            pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 * 1024**2)
        except OSError as error:
            refused = error
        pair[0].setblocking(False)
        try:
            while True:
                taken += pair[0].send(piece) / 1024**2
        except BlockingIOError:
            pass
except OSError as error:
    print(error)
print(refused, round(taken), flush=True)
import time
time.sleep(20)
