"""A small executor for Dockerfiles: each stage is a folder, each step runs in it as root would.

Only what our own files use: ARG, FROM (a base or a stage), ENV, WORKDIR, COPY, RUN, USER and words
that change nothing here. The base is Debian 12 by debootstrap, whose Python is 3.11 as well.
"""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SILENT = {"VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "CMD", "ENTRYPOINT"}
PATH = "/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin"
# A mirror that stalls is asked again, not waited for to the end of the test's time.
PATIENCE = 'Acquire::Retries "5"; Acquire::http::Timeout "60"; Acquire::https::Timeout "60";\n'
PACKAGES = "ca-certificates,python3,python3-venv,python3-pip"


@dataclass
class Stage:
    """A root file system with what was said about it."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "root"
    said: dict[str, str] = field(default_factory=dict)


def steps(text: str) -> Iterator[tuple[str, str]]:
    """Yield (word, rest) of a Dockerfile, its continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", text)
    for line in joined.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            word, _, rest = line.strip().partition(" ")
            yield word.upper(), rest.strip()


def local_places() -> list[Path]:
    """Return the folders and files of this machine that pip's own configuration names.

    An index in a folder has its files beside it, so the folder above is taken.
    """
    indexes = [Path(url).parent for url in re.findall(r"file://(/[\w./-]+)", _pip())]
    named = [Path(path) for path in re.findall(r"(?<![\w/:])(/[\w./-]+)", _pip())]
    return sorted({place for place in (*indexes, *named) if place.exists()})


def _pip() -> str:
    listed = subprocess.run(["pip", "config", "list"], capture_output=True, text=True, check=True)
    return "\n".join(row for row in listed.stdout.splitlines() if row.startswith("global."))


def base(root: Path) -> None:
    """Make Debian 12 with Python below *root*, with this machine's own package sources."""
    sources = Path("/etc/apt/sources.list.d/debian.sources").read_text()
    [mirror] = re.findall(r"^URIs: (\S+/debian)$", sources, re.MULTILINE)
    options = ["--variant=minbase", f"--include={PACKAGES}"]
    subprocess.run(
        ["debootstrap", *options, "bookworm", str(root), mirror], check=True, capture_output=True
    )
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / "etc/ssl/certs")
    for place in ("etc/apt", "usr/share/keyrings"):
        shutil.copytree(Path("/") / place, root / place, dirs_exist_ok=True, symlinks=True)
    for named in filter(Path.is_file, local_places()):
        (root / str(named.parent)[1:]).mkdir(parents=True, exist_ok=True)
        shutil.copy(named, root / str(named)[1:])
    (root / "etc/apt/sources.list").unlink(missing_ok=True)
    (root / "etc/apt/apt.conf.d/80-patience").write_text(PATIENCE)
    (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    options = [row[7:].replace("'", "").replace("=", " = ", 1) for row in _pip().splitlines()]
    (root / "etc/pip.conf").write_text("\n".join(["[global]", *options, ""]))


@contextmanager
def mounted(root: Path) -> Iterator[None]:
    """Give the chroot /proc, /dev and this machine's local packages; take them away in the end."""
    places = [Path("/proc"), Path("/dev"), *filter(Path.is_dir, local_places())]
    done = []
    try:
        for place in places:
            target = root / str(place)[1:]
            target.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "--rbind", str(place), str(target)], check=True)
            subprocess.run(["mount", "--make-rslave", str(target)], check=True)
            done.append(target)
        yield
    finally:
        for target in reversed(done):
            subprocess.run(["umount", "--recursive", "--lazy", str(target)], check=False)


def run(stage: Stage, command: str, *, timeout_s: float = 1_800) -> str:
    """Run *command* with the stage's shell, user, folder and environment; return its output."""
    given = {
        "PATH": "/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    env = [f"{name}={value}" for name, value in (given | stage.env).items()]
    user = ["setpriv", f"--reuid={stage.user}", f"--regid={stage.user}", "--init-groups"]
    words = ["chroot", str(stage.root), *(user if stage.user != "root" else [])]
    script = f"cd {shlex.quote(stage.workdir)} && {command}"
    with mounted(stage.root):
        done = subprocess.run(
            [*words, "/usr/bin/env", "-i", *env, "sh", "-ec", script],
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def started(
    stage: Stage,
    argv: list[str],
    *,
    env: dict[str, str] | None = None,
    apart: tuple[str, ...] = (),
    before: str = "",
) -> list[str]:
    """Return the command line that runs *argv* as a container engine would start it.

    The stage's files are the root of a mount namespace (in a mere chroot there would be no user
    namespaces); *before* is done as root.
    """
    given = {"PATH": PATH} | stage.env | (env or {})
    script = f"""set -e
mount --make-rprivate /; mount --rbind {stage.root} {stage.root}; cd {stage.root}
mount -t proc proc proc
mount --rbind /dev dev; mkdir -p old; pivot_root . old; umount -l /old; cd {stage.workdir}
{before}
exec {shlex.join(["/usr/bin/env", "-i", *(f"{name}={word}" for name, word in given.items())])} "$@"
"""
    spaces = ["--mount", "--pid", "--fork", "--kill-child", *apart]
    return ["unshare", *spaces, "bash", "-c", script, "started", *argv]


class Builder:
    """Performs the steps of one Dockerfile."""

    def __init__(self, context: Path, base_root: Path, where: Path) -> None:
        self._context = context
        self._base = base_root
        self._where = where
        self._stages: dict[str, Stage] = {}
        self._args: dict[str, str] = {}
        self.stage = Stage(where / "none")

    def perform(self, word: str, rest: str) -> None:
        """Perform one step; raise `AssertionError` for a word that is not known here."""
        if word in SILENT:
            self.stage.said[word] = rest
            return
        method = getattr(self, f"_{word.lower()}", None)
        assert method is not None, f"{word} is not known here"
        method(rest)

    def _known(self, text: str) -> str:
        known = {"PATH": PATH} | self._args | self.stage.env
        return re.sub(r"\$\{?(\w+)\}?", lambda m: str(known.get(m[1], m[0])), text)

    def _arg(self, rest: str) -> None:
        name, _, value = rest.partition("=")
        self._args.setdefault(name, value.strip('"'))

    def _from(self, rest: str) -> None:
        _, _, name = rest.partition(" AS ")
        self.stage = Stage(self._where / (name or "last"))
        subprocess.run(["cp", "-a", str(self._base), str(self.stage.root)], check=True)
        self._stages[name or "last"] = self.stage

    def _env(self, rest: str) -> None:
        pairs = shlex.split(self._known(rest))
        self.stage.env |= dict(pair.split("=", 1) for pair in pairs)

    def _workdir(self, rest: str) -> None:
        self.stage.workdir = self._known(rest)
        (self.stage.root / self.stage.workdir[1:]).mkdir(parents=True, exist_ok=True)

    def _copy(self, rest: str) -> None:
        _copied(self.stage, self._stages, self._context, self._known(rest))

    def _run(self, rest: str) -> None:
        run(self.stage, self._known(rest))

    def _user(self, rest: str) -> None:
        self.stage.user = rest


def build(dockerfile: Path, context: Path, base_root: Path, where: Path) -> Stage:
    """Perform the steps of *dockerfile* and return its last stage."""
    builder = Builder(context, base_root, where)
    for word, rest in steps(dockerfile.read_text()):
        builder.perform(word, rest)
    return builder.stage


def _copied(stage: Stage, stages: dict[str, Stage], context: Path, text: str) -> None:
    *sources, target = text.split()
    origin = context
    if sources[0].startswith("--from="):
        origin = stages[sources.pop(0).removeprefix("--from=")].root
    place = Path(os.path.normpath(f"{stage.workdir}/{target}" if target[0] != "/" else target))
    for source in sources:
        path = origin / source.lstrip("/")
        goal = stage.root / str(place)[1:]
        if path.is_dir():
            shutil.copytree(path, goal, dirs_exist_ok=True, symlinks=True)
        else:
            folder = goal if target.endswith("/") or len(sources) > 1 else goal.parent
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder / path.name if folder == goal else goal)
