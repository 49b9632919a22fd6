"""The first process of a cage: bridges its loopback to the one socket and runs one command.

Run by path with ``python -I -S``, so the standard library only and no import of ours: it is up in
a few milliseconds. Without a cage it also takes everything down that the command left behind.
When its lifeline ends, the runner is gone: the command is ended, or never begun.
"""

import contextlib
import os
import resource
import select
import signal
import socket
import sys
import threading
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_STOPPED = 143


def main(argv: list[str]) -> NoReturn:
    """Run ``SOCKET PORT RLIMITS caged|open[:LIFELINE] COMMAND...``; exit as the command does."""
    path, port, limits, mode, *command = argv
    mode, _, line = mode.partition(":")
    lifeline = int(line) if line else None
    if mode == "open":
        adopt_orphans()
    if lifeline is not None:
        os.set_inheritable(lifeline, False)
        if select.select([lifeline], [], [], 0)[0]:
            os._exit(_STOPPED)
    listener = _listen(int(port)) if path else None
    pid = os.fork()
    if pid == 0:
        _become(command, limits, listener.getsockname()[1] if listener else 0)
    threading.stack_size(256 * 1024)
    if lifeline is not None:
        threading.Thread(target=_hold, args=(lifeline,), daemon=True).start()
    if listener:
        threading.Thread(target=_serve, args=(listener, path), daemon=True).start()
    status = _wait_for(pid)
    if mode == "open":
        kill_descendants(os.getpid())
    os._exit(status)


def proxy_environment(port: int) -> dict[str, str]:
    """Return what tells the usual tools to go through the bridge on *port*."""
    proxy = f"http://127.0.0.1:{port}"
    both = {f"{name}_proxy": proxy for name in ("http", "https", "all")}
    upper = {name.upper(): value for name, value in both.items()}
    local = "127.0.0.1,localhost,::1"
    index = f"{proxy}/pypi/simple/"
    packages = f"{proxy}/npm/"
    return {
        **both,
        **upper,
        "no_proxy": local,
        "NO_PROXY": local,
        "PIP_INDEX_URL": index,
        "UV_DEFAULT_INDEX": index,
        "npm_config_registry": packages,
        "npm_config_replace_registry_host": "always",
        "YARN_NPM_REGISTRY_SERVER": packages,
        "YARN_UNSAFE_HTTP_WHITELIST": "127.0.0.1",
    }


def kill_descendants(root: int) -> None:
    """Kill every process below *root*, also those that moved to a session of their own."""
    for _ in range(20):  # what is forked meanwhile is found in the next round
        found = _below(root)
        if not found:
            return
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        _reap()


def _below(root: int) -> list[int]:
    """Return the living processes below *root*."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib doubles the start-up time
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat") as stat:  # noqa: PTH123
                state, parent = stat.read().rpartition(")")[2].split()[:2]
                if state != "Z":
                    parents[int(name)] = int(parent)
    found: set[int] = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {root})


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def adopt_orphans() -> None:
    """Die with the parent, and become the parent of what daemonises itself."""
    import ctypes

    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, _stop)


def _stop(*_: object) -> None:
    kill_descendants(os.getpid())
    os._exit(_STOPPED)


def _hold(lifeline: int) -> None:
    """Wait for the end of *lifeline*, however late the runner dies, and end what was begun."""
    os.read(lifeline, 1)
    _stop()


def _become(command: list[str], limits: str, port: int) -> NoReturn:
    """Turn this process into *command*, with its limits and the way out in its environment."""
    try:
        for item in filter(None, limits.split(",")):
            name, _, value = item.partition("=")
            kind = getattr(resource, f"RLIMIT_{name}")
            hard = resource.getrlimit(kind)[1]
            bound = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
            resource.setrlimit(kind, (bound, bound))
        # The environment was made for this command: nothing of the runner is in it.
        own = dict(os.environ)  # noqa: TID251 - the cage's own
        os.execvpe(command[0], command, own | (proxy_environment(port) if port else {}))  # noqa: S606
    except FileNotFoundError:
        os._exit(127)
    except OSError:
        os._exit(126)


def _wait_for(pid: int) -> int:
    """Reap until *pid* is over; return its status as a shell would."""
    while True:
        done, status = os.wait()
        if done == pid:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def _serve(listener: socket.socket, path: str) -> None:
    while True:
        client, _ = listener.accept()
        upstream = socket.socket(socket.AF_UNIX)
        try:
            upstream.connect(path)
        except OSError:
            client.close()
            upstream.close()
            continue
        for source, sink in ((client, upstream), (upstream, client)):
            threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Copy *source* to *sink*; pass its end on, so that half-closed connections live."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    main(sys.argv[1:])
