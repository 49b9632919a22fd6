"""What a cage looks like from inside: the bubblewrap command line and the environment."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import runner
from runner.agent.agent_user import AgentUser
from runner.agent.limits import Limits

WORKSPACE = Path("/workspace")
HOME = Path("/home/agent")
LIBRARY = Path("/run/cadence/lib")
SOCKET = Path("/run/cadence/egress.sock")
PORT = 3128
UID = 1000
_MB = 1024 * 1024

_ETC = (
    "alternatives",
    "ca-certificates",
    "debian_version",
    "java-17-openjdk",
    "java-21-openjdk",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "os-release",
    "pki",
    "protocols",
    "services",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
    "timezone",
)
_MADE_ETC = {
    "passwd": f"agent:x:{UID}:{UID}:agent:{HOME}:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n",
    "group": f"agent:x:{UID}:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_PROGRAMS = (
    "/usr/local/bin",
    "/usr/local/go/bin",
    "/usr/local/cargo/bin",
    "/usr/bin",
    "/bin",
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cage:
    """The places of one run on the host, and whether a cage is built round them.

    With a *user* the cage is that user's, and not ours. When the pipe *lifeline* ends, so does
    every command of the cage.
    """

    workspace: Path
    home: Path
    etc: Path
    socket: Path | None
    limits: Limits
    is_caged: bool = True
    more_readable: tuple[Path, ...] = ()
    user: AgentUser | None = None
    lifeline: int | None = None

    @property
    def files(self) -> tuple[int, ...]:
        """The open files to start a command with."""
        return () if self.lifeline is None else (self.lifeline,)

    @property
    def inner_workspace(self) -> Path:
        """The workspace as the command sees it."""
        return WORKSPACE if self.is_caged else self.workspace

    @property
    def inner_home(self) -> Path:
        """The home as the command sees it."""
        return HOME if self.is_caged else self.home

    @property
    def inner_library(self) -> Path:
        """Where ``runner`` is imported from, as the command sees it."""
        return LIBRARY if self.is_caged else package().parent

    def environment(self) -> dict[str, str]:
        """Return the whole environment of a command; nothing of ours is in it."""
        home = str(self.inner_home)
        return {
            "PATH": ":".join((f"{home}/venv/bin", f"{home}/.local/bin", *_program_folders())),
            "HOME": home,
            "USER": "agent",
            "LOGNAME": "agent",
            "SHELL": "/bin/bash",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "PAGER": "cat",
            "GIT_PAGER": "cat",
            "GIT_TERMINAL_PROMPT": "0",
            "CI": "true",
            "NO_COLOR": "1",
            "TZ": "UTC",
            "DEBIAN_FRONTEND": "noninteractive",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "npm_config_update_notifier": "false",
            "npm_config_fund": "false",
            "npm_config_audit": "false",
        }

    def command(self, argv: list[str], *, has_memory_group: bool) -> list[str]:
        """Return the command line that runs *argv* under `runner.cage_init`, caged or not."""
        init = self.inner_library / "runner/cage_init.py"
        socket = (SOCKET if self.is_caged else self.socket) if self.socket else ""
        inner = [
            sys.executable,
            "-I",
            "-S",
            str(init),
            str(socket),
            str(PORT if self.is_caged else 0),
            self.limits.rlimits(with_memory=not has_memory_group),
            ("caged" if self.is_caged else "open") + "".join(f":{one}" for one in self.files),
            *argv,
        ]
        becoming = self.user.becoming() if self.user else []
        return [*becoming, *((*self.walls(), "--") if self.is_caged else ()), *inner]

    def walls(self) -> list[str]:
        """Return ``bwrap`` and its options."""
        argv = [shutil.which("bwrap") or "bwrap"]
        argv += ["--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL"]
        argv += ["--new-session", "--die-with-parent", "--clearenv"]
        argv += ["--uid", str(UID), "--gid", str(UID), "--hostname", "cadence"]
        for name, value in self.environment().items():
            argv += ["--setenv", name, value]
        argv += ["--proc", "/proc", "--dev", "/dev"]
        for temporary in ("/dev/shm", "/tmp"):  # noqa: S108 - the cage's own
            argv += [
                "--size",
                str(self.limits.tmp_mb * _MB),
                "--perms",
                "1777",
                "--tmpfs",
                temporary,
            ]
        argv += ["--dir", "/var/tmp", "--dir", "/run"]  # noqa: S108 - the cage's own
        for source, target in self._readable():
            argv += ["--ro-bind", str(source), str(target)]
        for link, pointed in _links():
            argv += ["--symlink", pointed, link]
        argv += ["--bind", str(self.workspace), str(WORKSPACE), "--bind", str(self.home), str(HOME)]
        if self.socket:
            argv += ["--bind", str(self.socket), str(SOCKET)]
        argv += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(WORKSPACE)]
        return argv

    def _readable(self) -> Iterator[tuple[Path, Path]]:
        yield Path("/usr"), Path("/usr")
        for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
            place = Path("/", name)
            if place.is_dir() and not place.is_symlink():
                yield place, place
        for name in _ETC:
            place = Path("/etc", name)
            if place.exists():
                yield place.resolve(), place
        for name in _MADE_ETC:
            yield self.etc / name, Path("/etc", name)
        for prefix in (*_prefixes(), *self.more_readable):
            yield prefix.resolve(), prefix
        yield package(), LIBRARY / "runner"


def package() -> Path:
    """Return the folder of the ``runner`` package on the host."""
    return Path(runner.__file__).resolve().parent


def write_etc(place: Path) -> None:
    """Write the few files of ``/etc`` that a cage does not take from the host."""
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o755)  # whatever our umask: who is in the cage may be another user
    for name, text in _MADE_ETC.items():
        (place / name).write_text(text)
        (place / name).chmod(0o644)


def _prefixes() -> list[Path]:
    """Return where the running interpreter and its packages live, unless under ``/usr``."""
    given = [Path(place) for place in (sys.base_prefix, sys.base_exec_prefix, sys.prefix)]
    places = dict.fromkeys([*given, *(place.resolve() for place in given)])
    return [place for place in places if not place.is_relative_to("/usr")]


def _program_folders() -> list[str]:
    """Return the interpreter's own folder and the usual ones, as far as they are there.

    The interpreter is the base one: a project's tests must not see our own packages.
    """
    own = Path(sys.base_prefix, "bin")
    return [str(own), *(place for place in _PROGRAMS if Path(place).is_dir())]


def _links() -> Iterator[tuple[str, str]]:
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        place = Path("/", name)
        if place.is_symlink():
            yield str(place), os.readlink(place)  # noqa: PTH115 - the text as it is, not a path
