"""The first process of a machine: ``python -I -S inside.py PROGRAM ARGUMENTS``.

It is told on its standard input what happens to the machine (``signal N``, ``freeze``, ``thaw``,
``kill``) and says ``ok`` when that is done, and once before, when the program has begun. Whatever
the program starts, in groups and sessions of its own too, belongs to the machine and ends with it:
when the program ends, when told so, and when nobody is there any more to tell. It needs nothing
but Python's own library.
"""

import ctypes
import os
import select
import signal
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_NOT_FOUND = 127
_MOMENT_S = 0.002
_PROGRAM_OUT = 2  # our own standard output carries the answers


class Inside:
    """The processes of one machine, seen from within."""

    def __init__(self, program: list[str]) -> None:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        self._bell, wake = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._end())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.code: int | None = None
        self._heard = b""
        begun, open_till_then = os.pipe()  # closes as the program takes over
        self._program = os.fork()
        if self._program == 0:
            _become(program)
        os.close(open_till_then)
        os.read(begun, 1)
        self._say_ok()

    def run(self) -> int:
        """Serve until the program is over, then end what it left; return its exit code."""
        while self.code is None:
            ready, _, _ = select.select([0, self._bell], [], [])
            if self._bell in ready:
                with suppress(BlockingIOError):
                    os.read(self._bell, 4096)
                self._reap()
            if 0 in ready and not self._listen():
                self._end()
        self._end()
        return self.code

    def _listen(self) -> bool:
        """Do what was said; return False when nobody speaks any more."""
        said = os.read(0, 4096)
        *lines, self._heard = (self._heard + said).split(b"\n")
        for line in lines:
            self._do(line.decode())
            self._say_ok()
        return bool(said)

    def _say_ok(self) -> None:
        with suppress(BrokenPipeError):
            os.write(1, b"ok\n")

    def _do(self, line: str) -> None:
        verb, _, number = line.partition(" ")
        if verb == "freeze":
            self._freeze()
        elif verb == "thaw":
            for process in descendants(os.getpid()):
                _send(process, signal.SIGCONT)
        elif verb == "signal":
            _send(self._program, int(number))
        elif verb == "kill":
            self._end()

    def _freeze(self) -> None:
        """Stop all; who stands still starts nobody, so once all that are there do, it is done."""
        while moving := [one for one in descendants(os.getpid()) if not _stands_still(one)]:
            for process in moving:
                _send(process, signal.SIGSTOP)
            select.select([], [], [], _MOMENT_S)

    def _end(self) -> None:
        while left := descendants(os.getpid()):
            for process in left:
                _send(process, signal.SIGKILL)
            self._reap()
            select.select([], [], [], _MOMENT_S)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if process == 0:
                    return
                if process == self._program:
                    self.code = _shown(os.waitstatus_to_exitcode(status))


def descendants(ancestor: int) -> set[int]:
    """Return the processes below *ancestor*, in whatever group or session they are."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - starts sooner without pathlib
        if name.isdigit() and (facts := _facts(int(name))):
            children.setdefault(int(facts[1]), []).append(int(name))
    found: set[int] = set()
    coming = [ancestor]
    while coming:
        below = children.get(coming.pop(), [])
        found.update(below)
        coming += below
    return found


def _facts(process: int) -> list[bytes]:
    """Return the state, the parent and more of a process, nothing when it is no more."""
    with suppress(OSError), open(f"/proc/{process}/stat", "rb") as stat:  # noqa: PTH123 - starts sooner without pathlib
        return stat.read().rpartition(b")")[2].split()
    return []


def _stands_still(process: int) -> bool:
    """Whether a process is stopped, or over."""
    facts = _facts(process)
    return not facts or facts[0] in b"TtZX"


def _become(program: list[str]) -> None:
    """Turn this process into the machine's program, in a session of its own."""
    try:
        os.setsid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(_PROGRAM_OUT, 1)
        os.execvpe(program[0], program, _given())  # noqa: S606 - that is what this is for
    except OSError as error:
        os.write(_PROGRAM_OUT, f"{program[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(_NOT_FOUND)


def _given() -> dict[bytes, bytes]:
    """Return the environment as it was given; Python adds a locale of its own to it."""
    with open("/proc/self/environ", "rb") as environ:  # noqa: PTH123 - starts sooner without pathlib
        pairs = (line.partition(b"=") for line in environ.read().split(b"\0") if line)
        return {name: value for name, _, value in pairs}


def _send(process: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)


def _shown(code: int) -> int:
    return code if code >= 0 else 128 - code


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value)


if __name__ == "__main__":
    sys.exit(Inside(sys.argv[1:]).run())
