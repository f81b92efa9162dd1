"""The first program inside every sandbox: settles the process, waits for the name of a script, and becomes it.

usage: bootstrap.py now|ahead MAX_PROCESSES TOLD_FD
One line comes on standard input, FILE_BYTES SCRIPT: `268435456 /workspace/code/x.py`. With `ahead` numpy and matplotlib
are imported before it is read (S12). The script then runs as `__main__` as if Python had been given its path. What it
finds, reads and writes is told on the descriptor TOLD_FD (paperagent.py).
"""

import os
import sys

import paperagent

WORKSPACE = "/workspace"
MPL_READY = "/opt/paperagent/mpl"


def close_inherited(kept):
    """Whatever a shell, a starter or an engine left open leads out of the sandbox (SR-M5)."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) != kept:
            try:
                os.close(int(name))
            except OSError:
                pass  # The listing's own.


def settle(max_processes):
    """Limits that hold for the rest of this process and for everything it starts (S2)."""
    import resource

    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 1024,
        resource.RLIMIT_FSIZE: 256 * 1024**2,
    }
    if max_processes > 0:
        wanted[resource.RLIMIT_NPROC] = max_processes
    for which, most in wanted.items():
        hard = resource.getrlimit(which)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(which, (most, most))
    try:
        # When the machine itself runs out of memory, this is what should go first.
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass  # Some kernels refuse; it is a courtesy to the host, not a limit.


def lay_out_matplotlib():
    """A writable configuration folder that begins with the font list made when the sandbox was set up (S11)."""
    folder = os.environ["MPLCONFIGDIR"]
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(MPL_READY) if os.path.isdir(MPL_READY) else []:
        if name.startswith("fontlist"):
            os.symlink(os.path.join(MPL_READY, name), os.path.join(folder, name))


def read_order():
    """The bytes that a file may have, and what to run, from standard input, which is empty for the script itself."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 65536)
        if not piece:
            sys.exit(0)  # Nobody will ever ask: the one who held the other end is gone.
        line += piece
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    most, script = os.fsdecode(line[:-1]).split(" ", 1)
    return int(most), script


def bound_files(most):
    """No file grows past what the Work has left (SR-C2)."""
    import resource

    most = min(most, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def without_own_frames(previous):
    """A traceback begins at the script, not at the files that started it."""

    def hook(kind, error, trace):
        while trace is not None and os.path.dirname(trace.tb_frame.f_code.co_filename) == os.path.dirname(__file__):
            trace = trace.tb_next
        previous(kind, error.with_traceback(trace), trace)

    return hook


def become(script, told_fd):
    with open(script, "rb") as file:
        source = file.read()
    main = type(sys)("__main__")
    main.__file__ = script
    main.__builtins__ = __builtins__
    sys.modules["__main__"] = main
    sys.argv[:] = [script]
    sys.path[0] = os.path.dirname(script)
    sys.excepthook = without_own_frames(sys.excepthook)
    code = compile(source, script, "exec")
    paperagent.listen(told_fd, script, source)
    exec(code, main.__dict__)


def begin(ahead, max_processes, told_fd):
    close_inherited(told_fd)
    os.chdir(WORKSPACE)
    settle(max_processes)
    lay_out_matplotlib()
    if ahead:
        import gc

        import matplotlib.pyplot  # noqa: F401
        import numpy  # noqa: F401

        # What is there now stays to the end; not looking through it again makes the end 100 ms shorter.
        gc.collect()
        gc.freeze()
    most, script = read_order()
    bound_files(most)
    become(script, told_fd)


if __name__ == "__main__":
    begin(sys.argv[1] == "ahead", int(sys.argv[2]), int(sys.argv[3]))
