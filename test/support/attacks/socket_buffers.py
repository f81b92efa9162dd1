"""H4: memory that no process's size shows, in the buffers of sockets. Prints how many MiB it got."""
import socket

held, taken = [], 0
piece = bytes(1024**2)
try:
    while taken < 2048:
        pair = socket.socketpair()
        held.append(pair)
        pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 * 1024**2)
        pair[0].setblocking(False)
        try:
            while True:
                taken += pair[0].send(piece) / 1024**2
        except BlockingIOError:
            pass
except OSError as error:
    print(error)
print(round(taken))
