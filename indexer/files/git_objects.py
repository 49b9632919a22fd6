"""Git's object store, read as data: nothing of the repository's configuration is ever looked at.

Git runs in an empty directory of our own and is only told where the objects are. So it knows no
hook, filter, alias or remote of the repository, asks nobody who owns it, and an object that is not
there is missing: there is nowhere to fetch it from.
"""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import IO, TypeVar

from bot.errors import RepositoryUnusable, Unavailable

_GIT = shutil.which("git") or "git"
_ENVIRONMENT = {
    "PATH": f"{Path(_GIT).parent}:{os.defpath}",
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}
_MAX_WORDS = 2_000
_BLOCK = 1 << 20
# Git answers each id as it reads it. Ids waiting in its pipe must never fill it, or both sides
# wait for each other: two windows of these fit into the smallest pipe there is, a page.
_WINDOW = 30
_MAX_HEADER = 512
_PATIENCE_S = 60.0
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_T = TypeVar("_T")


def is_object_id(word: str) -> bool:
    """Whether *word* is a full object id, SHA-1 or SHA-256."""
    return _OBJECT_ID.fullmatch(word) is not None


class ObjectStore:
    """The objects of the repository in *git_dir*; each call is one git process, and reads only."""

    def __init__(self, git_dir: Path, *, sha256: bool = False) -> None:
        self._objects = _objects_of(git_dir)
        self._sha256 = sha256

    def resolve(self, name: str) -> str | None:
        """Return the id that *name*, such as ``<id>^{tree}``, means; None when it is not here."""
        with self._running("cat-file", "--batch-check=%(objectname)") as git:
            said = git.communicate(f"{name}\n".encode())[0].decode(errors="replace").split()
        return said[0] if len(said) == 1 and is_object_id(said[0]) else None

    def records(self, *arguments: str) -> Iterator[bytes]:
        """Yield what git writes, cut at NUL bytes, as it comes."""
        with self._running(*arguments) as git:
            rest = b""
            while block := _stdout(git).read1(_BLOCK):
                *whole, rest = (rest + block).split(b"\0")
                yield from whole
            _finish(git)

    def blobs(
        self, asked: Iterable[tuple[str | None, _T]], *, size_limit: int
    ) -> Iterator[tuple[_T, bytes | None]]:
        """Yield the content for each (id, thing) of *asked*, in order, from one git process.

        None stands for an object that is not here, is no blob or has more than *size_limit* bytes,
        and for an id of None.
        """
        waiting: deque[tuple[bool, _T]] = deque()
        with self._running("cat-file", "--batch") as git:
            stdin, stdout = _stdin(git), _stdout(git)
            for window in _windows(asked, _WINDOW):
                before = len(waiting)
                waiting.extend((oid is not None, thing) for oid, thing in window)
                _ask(stdin, [oid for oid, _ in window if oid is not None])
                yield from _answers(stdout, waiting, before, size_limit)
            yield from _answers(stdout, waiting, len(waiting), size_limit)
            stdin.close()
            _finish(git)

    @contextlib.contextmanager
    def _running(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        with (
            tempfile.TemporaryDirectory(prefix="cadence-git-") as scratch,
            tempfile.TemporaryFile() as words,
        ):
            home = _empty_repository(Path(scratch), sha256=self._sha256)
            environment = {
                **_ENVIRONMENT,
                "GIT_DIR": str(home),
                "GIT_OBJECT_DIRECTORY": str(self._objects),
            }
            git = _started(arguments, environment, words)
            try:
                yield git
            except GitEnded as error:
                git.kill()
                raise Unavailable(f"git could not read the repository{_said(words)}") from error
            finally:
                _end(git)


class GitEnded(Exception):
    """Git ended before it had answered, or with an error."""


def _started(
    arguments: Sequence[str], environment: Mapping[str, str], words: IO[bytes]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [_GIT, *arguments],
            env=environment,
            cwd=environment["GIT_DIR"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            bufsize=_BLOCK,
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable("git is not installed, or could not be started") from error


def _said(words: IO[bytes]) -> str:
    words.seek(0)
    said = words.read(_MAX_WORDS).decode(errors="replace").strip()
    return f": {said.splitlines()[-1]}" if said else ""


def _end(git: subprocess.Popen[bytes]) -> None:
    git.kill()
    for pipe in (git.stdin, git.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    git.wait()


def _finish(git: subprocess.Popen[bytes]) -> None:
    """Wait for git's own end; it has nothing more to say."""
    try:
        code = git.wait(timeout=_PATIENCE_S)
    except subprocess.TimeoutExpired as error:
        raise GitEnded("git does not end") from error
    if code:
        raise GitEnded(f"git ended with {code}")


def _stdin(git: subprocess.Popen[bytes]) -> IO[bytes]:
    if git.stdin is None:
        raise GitEnded("git has no pipes")
    return git.stdin


def _stdout(git: subprocess.Popen[bytes]) -> BufferedReader:
    if not isinstance(git.stdout, BufferedReader):
        raise GitEnded("git has no pipes")
    return git.stdout


def _windows(asked: Iterable[_T], size: int) -> Iterator[list[_T]]:
    things = iter(asked)
    while window := list(islice(things, size)):
        yield window


def _ask(stdin: IO[bytes], oids: list[str]) -> None:
    try:
        stdin.write("".join(f"{oid}\n" for oid in oids).encode("ascii"))
        stdin.flush()
    except BrokenPipeError as error:
        raise GitEnded("git closed its pipe") from error


def _answers(
    stdout: BufferedReader, waiting: deque[tuple[bool, _T]], count: int, size_limit: int
) -> Iterator[tuple[_T, bytes | None]]:
    for _ in range(count):
        is_asked, thing = waiting.popleft()
        yield thing, _answer(stdout, size_limit) if is_asked else None


def _answer(stdout: BufferedReader, size_limit: int) -> bytes | None:
    header = stdout.readline(_MAX_HEADER)
    words = header.split()
    if len(words) != 3 or not words[2].isdigit():
        if words[-1:] in ([b"missing"], [b"ambiguous"]):
            return None
        raise GitEnded(f"git said {header!r}")
    size = int(words[2])
    if words[1] == b"blob" and size <= size_limit:
        data = stdout.read(size + 1)
        if len(data) != size + 1:
            raise GitEnded("git stopped in the middle of an object")
        return data[:-1]
    _skip(stdout, size + 1)
    return None


def _skip(stdout: BufferedReader, size: int) -> None:
    while size:
        block = stdout.read(min(size, _BLOCK))
        if not block:
            raise GitEnded("git stopped in the middle of an object")
        size -= len(block)


def _empty_repository(home: Path, *, sha256: bool) -> Path:
    for directory in ("objects", "refs"):
        (home / directory).mkdir()
    (home / "HEAD").write_text("ref: refs/heads/none\n")
    if sha256:
        (home / "config").write_text(
            "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tobjectFormat = sha256\n"
        )
    return home


def _objects_of(git_dir: Path) -> Path:
    """Return where the objects are: of a bare repository, a ``.git`` or a linked work tree's."""
    home = git_dir
    if (git_dir / ".git").is_dir():
        home = git_dir / ".git"
    elif (pointer := git_dir / "commondir").is_file():
        home = git_dir / pointer.read_text().strip()
    objects = (home / "objects").resolve()
    if not objects.is_dir():
        raise RepositoryUnusable("there is no git repository")
    return objects
