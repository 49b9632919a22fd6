"""Git's own patterns: `git check-ignore` and `git check-attr` are the judges."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from indexer.files.attributes import Attributes
from indexer.files.ignores import Ignores
from indexer.files.left_out import Marks
from indexer.files.wildmatch import PathPattern

_ENVIRONMENT = {
    "PATH": os.defpath,
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
}
_PIECES = ["a", "b", "ab", "*", "**", "?", "/", "/", "**/", "/**", "[ab]", "[!a]", "[a-c]", "\\*"]
_ODD = [".", "[[:alpha:]]", "[]a]", "[^b]", "\\", "[", "é", " ", "\\ ", "#", "!", "-", "[b-a]"]
_NAMES = st.sampled_from(
    ["a", "b", "ab", "ba", "abc", "*", "é", "a b", "[", "a\\", ".a", "#a", "c"]
)
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)
_PATTERNS = st.lists(st.sampled_from(_PIECES + _ODD), min_size=1, max_size=6).map("".join)
_TRIALS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("judge")
    subprocess.run(["git", "init", "-q", root], env=_ENVIRONMENT, check=True)
    return root


def _git(root: Path, *arguments: str, given: bytes) -> list[bytes]:
    done = subprocess.run(
        ["git", *arguments], cwd=root, env=_ENVIRONMENT, input=given, capture_output=True
    )
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout.split(b"\0")


def _ignored_by_git(root: Path, paths: list[str]) -> set[str]:
    """Return which of *paths* git ignores by a rule that names them, as a file."""
    asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
    said = _git(root, "check-ignore", "--no-index", "-z", "--stdin", given=asked)
    return {os.fsdecode(path) for path in said if path}


def _ignored_by_us(ignores: Ignores, path: str) -> bool:
    parts = path.split("/")
    above = ("/".join(parts[:end]) for end in range(1, len(parts)))
    if any(ignores.leave_out(one, is_directory=True) for one in above):
        return True
    return ignores.leave_out(path, is_directory=False)


@_TRIALS
@given(
    lines=st.lists(
        st.tuples(st.sampled_from(["", "", "!", "/"]), _PATTERNS), min_size=1, max_size=4
    ),
    paths=st.lists(_PATHS, min_size=1, max_size=40, unique=True),
)
@example(lines=[("", "a**/b")], paths=["ab", "a/b", "aa/b", "a/a/b", "ac/d/b"])
@example(lines=[("", "**/a*b/c")], paths=["a/ab/c", "ab/c", "x/acb/c", "a/b/c"])
@example(lines=[("", "a/**")], paths=["a", "a/b", "a/b/c", "b/a/c"])
@example(lines=[("", "*"), ("!", "a")], paths=["a", "b", "a/b"])
@example(lines=[("", "a/")], paths=["a", "b/a", "a/b", "b/a/c"])
def test_what_is_ignored_is_what_git_ignores(
    repository: Path, lines: list[tuple[str, str]], paths: list[str]
) -> None:
    content = "\n".join(start + pattern for start, pattern in lines).encode()
    (repository / ".gitignore").write_bytes(content)
    ignores = Ignores().below("", content)

    ours = {path for path in paths if _ignored_by_us(ignores, path)}

    assert ours == _ignored_by_git(repository, paths)


_STATES = st.sampled_from(
    [
        "linguist-generated",
        "-linguist-generated",
        "!linguist-generated",
        "linguist-generated=false",
        "linguist-generated=true",
        "linguist-vendored",
        "-linguist-vendored",
        "binary",
        "-binary",
        "!binary",
        "diff",
        "-diff",
        "!diff",
        "diff=python",
        "ours",
        "-ours",
        "text=auto",
        "-bad!name",
    ]
)
_LINES = st.lists(
    st.tuples(_PATTERNS, st.lists(_STATES, min_size=1, max_size=3).map(" ".join)).map(" ".join),
    max_size=4,
)
_WORDS = ["linguist-generated", "linguist-vendored", "diff"]


def _marks_by_git(root: Path, paths: list[str]) -> dict[str, Marks]:
    asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
    said = _git(root, "check-attr", "-z", "--stdin", *_WORDS, given=asked)
    values: dict[str, list[bytes]] = {}
    for path, _, value in zip(said[::3], said[1::3], said[2::3], strict=False):
        values.setdefault(os.fsdecode(path), []).append(value)
    return {path: _marks(*found) for path, found in values.items()}


def _marks(generated: bytes, vendored: bytes, diff: bytes) -> Marks:
    def claim(value: bytes) -> bool | None:
        return None if value == b"unspecified" else value not in {b"unset", b"false"}

    binary = {b"set": False, b"unset": True}.get(diff)
    return Marks(generated=claim(generated), vendored=claim(vendored), binary=binary)


@_TRIALS
@given(
    root=_LINES,
    nested=_LINES,
    macro=st.lists(_STATES, min_size=1, max_size=3).map(" ".join),
    paths=st.lists(_PATHS, min_size=1, max_size=40, unique=True),
)
@example(
    root=['"a b" -diff', "a binary"],
    nested=["!a diff", "b !diff"],
    macro="-diff",
    paths=["a b", "a/b", "a"],
)
def test_attributes_are_those_that_git_sees(
    repository: Path, root: list[str], nested: list[str], macro: str, paths: list[str]
) -> None:
    top = "\n".join([f"[attr]ours {macro}", *root]).encode()
    below = "\n".join(nested).encode()
    (repository / ".gitattributes").write_bytes(top)
    (repository / "a").mkdir(exist_ok=True)
    (repository / "a" / ".gitattributes").write_bytes(below)
    attributes = Attributes()
    attributes.add("", top)
    attributes.add("a", below)

    ours = {path: attributes.marks(path) for path in paths}

    assert ours == _marks_by_git(repository, paths)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(b"*a" * 60 + b"b", id="stars in a name"),
        pytest.param(b"**/*a/" * 30 + b"b", id="stars across directories"),
        pytest.param(b"**/a/" * 60 + b"b", id="the same run again and again"),
        pytest.param(b"[" + b"a-z" * 500 + b"]*" * 30, id="long classes"),
    ],
)
def test_no_pattern_of_a_stranger_takes_long(pattern: bytes) -> None:
    matched = PathPattern.of(pattern)

    assert matched is not None

    # With backtracking the first of these takes longer than the universe has been there.
    assert not matched.matches(b"a/" * 1_000 + b"a" * 255, b"a" * 255, is_directory=False)


def test_rules_without_end_are_cut_to_the_nearest() -> None:
    attributes = Attributes()
    attributes.add("", b"*.py linguist-generated\n")
    attributes.add("a", b"*.x diff\n" * 2_000 + b"*.py linguist-vendored\n")

    assert attributes.marks("b.py") == Marks(generated=True)
    assert attributes.marks("a/b.py") == Marks(vendored=True)


def test_deep_directories_are_no_trouble() -> None:
    attributes = Attributes()
    attributes.add("", b"*.py linguist-generated\n")

    assert attributes.marks("d/" * 2_000 + "a.py") == Marks(generated=True)
