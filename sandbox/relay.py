"""The first program in a container: runs bootstrap.py in a child, and tells what it prints and how it ends.

usage: relay.py now|ahead ORDER
ORDER is JSON, {"script", "fileBytes", "deadlineMs", "outputBytes"}; with `ahead` it comes as a line on standard input instead.

An engine's log keeps lines, not bytes: it cuts long ones inside a character, replaces what is no UTF-8, and
forgets the oldest. So what is printed goes into it as frames, which say what they hold and from which byte on:

    o OFFSET BASE64     standard output        e OFFSET BASE64     standard error
    t OFFSET BASE64     what paperagent.py tells: facts, and which files are read and written
    x JSON              the end: {"code", "reason", "durationMs", "peakBytes"}

The worker that follows the log enforces every limit; this is the second net, for when there is none.
"""

import base64
import json
import os
import select
import signal
import sys
import time

import bootstrap

FRAME_BYTES = 11 * 1024  # As base64 below the 16 KiB at which an engine cuts a line.
PAUSE_S = 0.004  # Between rounds, so that many small prints share a frame.
LOOK_S = 0.1
GRACE_S = 5
PREPARED_S = 600
TOLD_BYTES = 1024**2  # Also in run-traces.ts.
# What the engine's log can surely hold; once more was written, it may have forgotten what was told at first.
LOG_BYTES = 3 * 1024**2

EVENTS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")
PEAKS = ("/sys/fs/cgroup/memory.peak", "/sys/fs/cgroup/memory/memory.max_usage_in_bytes")


def first_readable(paths):
    for path in paths:
        try:
            with open(path) as file:
                return file.read()
        except OSError:
            continue
    return ""


def oom_kills():
    for line in first_readable(EVENTS).splitlines():
        name, _, count = line.partition(" ")
        if name == "oom_kill":
            return int(count)
    return 0


def tell(line):
    data = line.encode() + b"\n"
    tell.bytes += len(data)
    while data:
        data = data[os.write(1, data) :]


tell.bytes = 0


class Stream:
    def __init__(self, letter, fd):
        self.letter, self.fd, self.offset = letter, fd, 0
        os.set_blocking(fd, False)

    def forward(self, room):
        """Passes on what can be read now, unless there is no room. Returns its size, None at the end."""
        try:
            piece = os.read(self.fd, FRAME_BYTES)
        except BlockingIOError:
            return 0
        if not piece:
            return None
        if room < 0:
            return len(piece)
        self.frame(piece)
        return len(piece)

    def frame(self, piece):
        tell(f"{self.letter} {self.offset} {base64.b64encode(piece).decode()}")
        self.offset += len(piece)


class Told(Stream):
    """What paperagent.py tells. It has room of its own: who writes on is let go of, and goes on unheard."""

    def __init__(self, fd):
        super().__init__("t", fd)
        self.kept = bytearray()

    def forward(self, _):
        try:
            piece = os.read(self.fd, min(FRAME_BYTES, TOLD_BYTES - self.offset))
        except BlockingIOError:
            return 0
        if piece:
            self.frame(piece)
            self.kept += piece
        if not piece or self.offset == TOLD_BYTES:
            os.close(self.fd)
            return None
        return 0

    def repeat(self):
        """Frames know their place: what the log still has does not count twice."""
        self.offset = 0
        for at in range(0, len(self.kept), FRAME_BYTES):
            self.frame(self.kept[at : at + FRAME_BYTES])


def start_child(ahead):
    """A child that runs bootstrap.py's begin in this interpreter, which saves starting a second one."""
    order_out, order_in = os.pipe()
    pipes = [os.pipe(), os.pipe(), os.pipe()]
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        os.dup2(order_out, 0)
        os.dup2(pipes[0][1], 1)
        os.dup2(pipes[1][1], 2)
        bootstrap.begin(ahead, 0, pipes[2][1])  # Whatever ends it, an error too, is the child's to show.
        sys.exit(0)
    for fd in (order_out, pipes[0][1], pipes[1][1], pipes[2][1]):
        os.close(fd)
    return pid, order_in, Stream("o", pipes[0][0]), Stream("e", pipes[1][0]), Told(pipes[2][0])


def end_all(number):
    try:
        os.kill(-1, number)  # Everything in the container but its first process and this one.
    except ProcessLookupError:
        pass


def wait_for_order(wake):
    """The order that comes on standard input; None when none comes in time, or the container is to stop."""
    line, limit = b"", time.monotonic() + PREPARED_S
    while not line.endswith(b"\n"):
        ready = select.select([0, wake], [], [], max(0, limit - time.monotonic()))[0]
        if 0 not in ready:
            return None
        piece = os.read(0, 65536)
        if not piece:
            return None
        line += piece
    return json.loads(line)


def supervise(order, child, streams):
    """Forwards output until the child has ended and all is read. Returns what the last frame says."""
    started = time.monotonic()
    deadline = started + order["deadlineMs"] / 1000
    room, reason, status, kill_at = order["outputBytes"], None, None, None
    open_streams = list(streams)
    while open_streams or status is None:
        waited = select.select([s.fd for s in open_streams] + [supervise.wake], [], [], LOOK_S)[0]
        if supervise.wake in waited:
            os.read(supervise.wake, 64)
        for stream in list(open_streams):
            read = stream.forward(room)
            if read is None:
                open_streams.remove(stream)
            else:
                room -= read
        while True:  # As an init would: also the orphans of others are this one's to bury.
            try:
                pid, ended = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid == child:
                status = ended
                end_all(signal.SIGKILL)  # No daemon outlives the script; and only then do the pipes end.
        now = time.monotonic()
        if reason is None and status is None:
            if room < 0:
                reason, kill_at = "output_limit", now
            elif oom_kills() > 0:
                reason, kill_at = "out_of_memory", now
            elif now > deadline:
                reason, kill_at = "timed_out", now + GRACE_S
                end_all(signal.SIGTERM)
            elif supervise.asked:
                reason, kill_at = "stopped", now + GRACE_S
                end_all(signal.SIGTERM)
        if kill_at is not None and now >= kill_at:
            end_all(signal.SIGKILL)
        time.sleep(PAUSE_S if status is None else 0)
    if reason is None and oom_kills() > 0:
        reason = "out_of_memory"
    code = os.waitstatus_to_exitcode(status)
    peak = first_readable(PEAKS).strip()
    return {
        "code": code if code >= 0 else 128 - code,
        "reason": reason or "exited",
        "durationMs": round((time.monotonic() - started) * 1000),
        "peakBytes": int(peak) if peak.isdigit() else None,
    }


def main():
    wake, woken = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    supervise.wake, supervise.asked = wake, False

    def stop(*_):
        supervise.asked = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    ahead = sys.argv[1] == "ahead"
    child, order_in, *streams = start_child(ahead)
    order = wait_for_order(wake) if ahead else json.loads(sys.argv[2])
    if order is None:
        sys.exit(0)
    os.write(order_in, os.fsencode(f"{order['fileBytes']} {order['script']}\n"))
    os.close(order_in)
    ending = supervise(order, child, streams)
    if tell.bytes > LOG_BYTES:
        streams[2].repeat()
    tell("x " + json.dumps(ending))
    os._exit(ending["code"])


if __name__ == "__main__":
    main()
