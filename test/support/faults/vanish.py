"""Connects, says what it is given, tells when an answer begins, and at a line on stdin is gone without a word.

A filter on its socket throws away what arrives before TCP sees it: nothing is acknowledged, nothing ends, nothing is
refused, as where a firewall forgot the connection. Usage: vanish.py HOST PORT, the request on stdin up to a line of ".".
"""
import ctypes
import socket
import struct
import sys

SO_ATTACH_FILTER = 26
RETURN_NOTHING = struct.pack("HBBI", 0x06, 0, 0, 0)

request = "".join(iter(sys.stdin.readline, ".\n"))
connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
connection.sendall(request.encode())
if "--silent" not in sys.argv:
    connection.recv(65536)
print("asked", flush=True)

sys.stdin.readline()
code = ctypes.create_string_buffer(RETURN_NOTHING)
program = struct.pack("HxxxxxxP" if struct.calcsize("P") == 8 else "HxxP", 1, ctypes.addressof(code))
connection.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
print("gone", flush=True)
sys.stdin.read()
