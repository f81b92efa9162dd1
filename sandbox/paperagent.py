"""Records what a run finds, reads and writes. Scripts call `record`; bootstrap.py calls `listen`.

Each thing is told at once, as a line of JSON on a stream of the run's own beside standard output and error (T2, T3): what
was told before a run is ended is kept. Whoever reads the stream has limits of its own; those here are for scripts that
mean no harm.

    ["python", VERSION]                     at the beginning
    ["fact", NAME, VALUE, UNIT, LINE]       record() was called at this line of the script
    ["read", PATH, LINE, SIZE, MTIME_NS]    a file of the workspace is opened to be read, the first time
    ["wrote", PATH, LINE]                   the same to be written
    ["unseen", WHY]                         files may be read that are not seen
    ["more"]                                there are more facts than are kept
    ["end"]                                 the interpreter has ended by itself: nothing is missing
"""

import atexit
import os
import stat
import sys

# What `json` writes text by. `json` itself costs 10 ms, for it loads regular expressions to read by, which nobody here needs.
from _json import encode_basestring_ascii as text_as_json

__all__ = ["record"]

WORKSPACE = "/workspace/"
MOST_FACTS = 5_000
MOST_FILES = 10_000
MOST_CHARACTERS = 200

# Programs by which libraries learn of the machine, or which solve what was written for them outside the workspace.
HARMLESS = {"uname", "ldconfig", "lscpu", "fc-list", "gcc", "cc", "ld", "objdump", "cbc", "glpsol"}
# Packages that open files without asking Python.
OPEN_BY_THEMSELVES = ("pyarrow", "duckdb", "h5py", "lxml", "netCDF4", "polars")


def record(name, value, unit=None):
    """Records a number that a paper may use, in full precision and with the script's line.

    record("mean waiting time", times.mean(), "min")

    `name` says what it is, in 200 characters at most. `value` is one number: an int, a float (nan and inf are recorded
    as such), a number of numpy, pandas, fractions or decimal, or an array of one element. `unit` is text, or None.
    5,000 numbers a run are kept; should there be more, standard error says so.
    """
    name, text = named("name", name), text_of(value)
    unit = None if unit is None else named("unit", unit)
    if STREAM.fd is not None:
        STREAM.fact(name, text, unit, sys._getframe(1))
    else:
        # In a script's own child, or outside any sandbox, nobody listens: what is printed is found as well.
        print(f"{name}={text}" if unit is None else f"{name}={text} {unit}")


def named(what, text):
    if not isinstance(text, str):
        raise TypeError(f"record: the {what} has to be text, and is of type {type(text).__name__}")
    text = " ".join(text.split())
    if not 0 < len(text) <= MOST_CHARACTERS:
        raise ValueError(f"record: the {what} has to have 1 to {MOST_CHARACTERS} characters, and has {len(text):,}")
    return text


def text_of(value):
    """What Python reads back as the same number."""
    kind = type(value)
    number = value if kind is float or kind is int else plain(value)
    try:
        text = str(number)
    except ValueError:
        text = None  # Of an int, Python writes 4,300 digits at most.
    if text is None or len(text) > MOST_CHARACTERS:
        raise ValueError(f"record: a number of more than {MOST_CHARACTERS} digits is not kept: record a rounded one")
    return text


def plain(value):
    """A number whose text has all its digits and nothing else."""
    kind = type(value)
    try:
        if isinstance(value, (str, bytes, bool)) or (hasattr(value, "dtype") and "bool" in str(value.dtype)):
            raise TypeError
        if kind.__module__ == "numpy":
            # It knows how many of its digits mean something; Python's float of the same bits does not.
            (value,) = value.reshape(-1)
            return value if value.dtype.kind in "iuf" else float(value)
        if hasattr(value, "item"):
            return value.item()
        if kind.__name__ == "Decimal":
            return value
        return value.__index__() if hasattr(value, "__index__") else float(value)
    except Exception:
        raise TypeError(f"record takes one number, and {name_of(kind)} is none: record each number by itself") from None


def name_of(kind):
    return f"a value of type {kind.__name__}"


def as_json(told):
    """Text, a whole number or None, which is all that is told, as JSON."""
    return text_as_json(told) if isinstance(told, str) else "null" if told is None else str(told)


class Stream:
    """Where a run tells. Without an `fd` nobody listens."""

    def __init__(self):
        self.fd = None
        self.script = None
        self.facts = 0
        self.told = set()

    def tell(self, *what):
        try:
            data = f"[{', '.join(map(as_json, what))}]\n".encode()
            while data and self.fd is not None:
                data = data[os.write(self.fd, data) :]
        except OSError:
            self.fd = None  # The other end has enough, or the script has closed this one.

    def line_in_script(self, frame):
        while frame is not None:
            if frame.f_code.co_filename == self.script:
                return frame.f_lineno
            frame = frame.f_back
        return None

    def fact(self, name, text, unit, frame):
        self.facts += 1
        if self.facts <= MOST_FACTS:
            self.tell("fact", name, text, unit, self.line_in_script(frame))
        elif self.facts == MOST_FACTS + 1:
            self.tell("more")
            print(f"record: {MOST_FACTS:,} numbers of a run are kept, this one and the next are not", file=sys.stderr)

    def unseen(self, why):
        if "unseen" not in self.told:
            self.told.add("unseen")
            self.tell("unseen", why)

    def file(self, kind, path, frame, *further):
        """Tells the first time."""
        if (kind, path) in self.told:
            return
        self.told.add((kind, path))
        self.tell(kind, path[len(WORKSPACE) :], self.line_in_script(frame), *further)

    def opened(self, path, reads, writes, frame):
        """Before it is opened, so that the times are those of what will be read."""
        if len(self.told) > MOST_FILES:
            return self.unseen("it opened more files than are kept")
        path = os.fsdecode(path)
        if path[:1] == "/" and not path.startswith(WORKSPACE):
            return
        path = os.path.realpath(path)
        if not path.startswith(WORKSPACE) or path == self.script:
            return
        if reads and ("read", path) not in self.told:
            stats = state_of(path)
            if stats is not None:
                self.file("read", path, frame, stats.st_size, str(stats.st_mtime_ns))
        if writes:
            self.file("wrote", path, frame)

    def hook(self, event, args):
        """Hears of what Python's own functions are about to do; what it raised would reach the script."""
        act = ACTS.get(event)
        if act is None or self.fd is None:
            return
        try:
            act(self, args, sys._getframe(1))
        except Exception:
            # A path that is none, a stack that is all but used up.
            self.unseen(f"what it opened could not be looked at ({event})")


def state_of(path):
    """None where there is no regular file."""
    try:
        stats = os.stat(path)
    except (OSError, ValueError):
        return None
    return stats if stat.S_ISREG(stats.st_mode) else None


def on_open(stream, args, frame):
    path, _, flags = args
    if isinstance(path, int) or flags & (os.O_DIRECTORY | os.O_PATH):
        return
    access = flags & os.O_ACCMODE
    keeps = access != os.O_WRONLY or flags & os.O_APPEND
    stream.opened(path, keeps and not flags & os.O_TRUNC, access != os.O_RDONLY, frame)


def on_sqlite(stream, args, frame):
    path = os.fsdecode(args[0])
    if path.startswith("file:"):
        path = path[len("file:") :].partition("?")[0]
    if path not in ("", ":memory:"):
        stream.opened(path, True, True, frame)


def on_rename(stream, args, frame):
    stream.opened(args[0], True, False, frame)
    stream.opened(args[1], False, True, frame)


def on_popen(stream, args, frame):
    executable, command = args[0], args[1]
    on_child(stream, [executable or (command if isinstance(command, (str, bytes)) else command[0])], frame)


def on_child(stream, args, frame):
    name = os.path.basename(os.fsdecode(args[0]).split(" ")[0])[:MOST_CHARACTERS]
    if name not in HARMLESS:
        stream.unseen(f"it started another program ({name})")


ACTS = {
    "open": on_open,
    "sqlite3.connect": on_sqlite,
    "os.rename": on_rename,
    "os.link": on_rename,
    "subprocess.Popen": on_popen,
    "os.system": on_child,
    "os.exec": on_child,
    "os.posix_spawn": on_child,
}

STREAM = Stream()


def listen(fd, script, source):
    """From now on this process tells on `fd`, as do those that it forks. `source` is what the script says."""
    import _posixsubprocess

    STREAM.fd, STREAM.script = fd, script
    os.set_inheritable(fd, False)
    STREAM.tell("python", sys.version.split(" ")[0])
    fork_exec, pid = _posixsubprocess.fork_exec, os.getpid()

    def told_fork_exec(args, *further):
        on_child(STREAM, args, None)
        return fork_exec(args, *further)

    def end():
        if os.getpid() == pid:
            STREAM.tell("end")

    # How multiprocessing and joblib start a Python; no event says so.
    _posixsubprocess.fork_exec = told_fork_exec
    atexit.register(end)
    for package in OPEN_BY_THEMSELVES:
        if package.encode() in source:
            STREAM.unseen(f"{package} opens files by itself")
    sys.addaudithook(STREAM.hook)
