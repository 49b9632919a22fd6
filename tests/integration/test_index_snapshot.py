"""Repositories and folders, real ones, good and bad, read for the index."""

import os
import socket
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from bot.errors import InvalidRequest, NotFound, RepositoryUnusable, Unavailable
from indexer.files.folder import Folder
from indexer.files.left_out import Marks, Reason
from indexer.snapshot import Entry, GitSnapshot, Source

_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),  # noqa: TID251 - the git of whoever runs the tests
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def _git(where: Path, *arguments: str, given: bytes = b"") -> str:
    command = ["git", "-c", "protocol.file.allow=always", "-C", str(where), *arguments]
    done = subprocess.run(command, env=_ENVIRONMENT, input=given, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode(errors="replace").strip()


def _write(root: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _commit(root: Path) -> str:
    _git(root, "add", "-A", "-f")
    _git(root, "commit", "-q", "--allow-empty", "-m", "x")
    return _git(root, "rev-parse", "HEAD")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    where = tmp_path / "work"
    where.mkdir()
    _git(where, "init", "-q", "-b", "main")
    return where


def _contents(source: Source) -> dict[str, bytes]:
    """Return what would be indexed: path -> content."""
    wanted = [entry for entry in source.entries() if entry.left_out() is None]
    return {
        entry.path: data
        for entry, data in source.read(wanted)
        if data is not None and entry.content_left_out(data) is None
    }


def _reasons(source: Source) -> dict[str, Reason]:
    reasons, wanted = {}, []
    for entry in source.entries():
        if reason := entry.left_out():
            reasons[entry.path] = reason
        else:
            wanted.append(entry)
    for entry, data in source.read(wanted):
        if reason := entry.content_left_out(data):
            reasons[entry.path] = reason
    return reasons


_ODD_PATHS = [
    "new\nline.py",
    "quo\"te's.py",
    "back\\slash.py",
    "tab\tand space .py",
    "latin-\udce9.py",
    "größe/日本.py",
    "-dash.py",
    ":(glob)x.py",
    "*.py",
    " .py",
]


@pytest.mark.parametrize("make", ["git", "folder"])
def test_every_path_that_a_disk_can_hold_comes_through(root: Path, make: str) -> None:
    _write(root, {path: path.encode("utf-8", "surrogateescape") for path in _ODD_PATHS})
    commit = _commit(root)

    source: Source = GitSnapshot(root / ".git", commit) if make == "git" else Folder(root)

    assert _contents(source) == {
        path: path.encode("utf-8", "surrogateescape") for path in _ODD_PATHS
    }


def test_entries_say_what_git_says(root: Path) -> None:
    _write(root, {"a.py": b"a = 1\n", "d/b.sh": b"#!/bin/sh\n"})
    (root / "d/b.sh").chmod(0o755)
    (root / "link").symlink_to("a.py")
    commit = _commit(root)
    snapshot = GitSnapshot(root / ".git", commit)

    entries = {entry.path: entry for entry in snapshot.entries()}

    assert snapshot.commit == commit
    assert list(entries) == ["a.py", "d/b.sh", "link"]
    assert entries["a.py"] == Entry("a.py", _git(root, "rev-parse", "HEAD:a.py"), 6, "100644")
    assert entries["d/b.sh"].mode == "100755"
    assert entries["link"].left_out() is Reason.SYMLINK


def test_content_is_that_of_the_commit_not_of_the_work_tree(root: Path) -> None:
    _write(root, {"a.py": b"old\n"})
    commit = _commit(root)
    _write(root, {"a.py": b"new\n", "b.py": b"b\n"})

    assert _contents(GitSnapshot(root / ".git", commit)) == {"a.py": b"old\n"}
    assert _contents(Folder(root)) == {"a.py": b"new\n", "b.py": b"b\n"}


def test_a_file_of_50_mb_is_counted_and_never_read(root: Path) -> None:
    _write(root, {"big.py": b"x = 1\n" * (50 * 1024 * 1024 // 6), "a.py": b"a\n"})
    commit = _commit(root)

    for source in (GitSnapshot(root / ".git", commit), Folder(root)):
        assert _reasons(source) == {"big.py": Reason.TOO_LARGE}
        # Asked for all the same, or of unknown size, it comes without content; the rest goes on.
        asked = [Entry(one.path, one.oid, None, one.mode) for one in source.entries()]
        assert [(one.path, data) for one, data in source.read(asked)] == [
            ("a.py", b"a\n"),
            ("big.py", None),
        ]


def test_submodules_pointers_and_binaries_are_counted(root: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 9\n" % (b"0" * 64)
    _write(root, {"model.onnx2": pointer, "nul.py": b"a\0b", "a.py": b"a\n"})
    _git(root, "add", "-A")
    _git(root, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib/other")
    commit = _git(root, "commit-tree", "-m", "x", _git(root, "write-tree"))

    assert _reasons(GitSnapshot(root / ".git", commit)) == {
        "lib/other": Reason.SUBMODULE,
        "model.onnx2": Reason.LFS_POINTER,
        "nul.py": Reason.BINARY,
    }


def test_an_empty_commit_has_no_files(root: Path) -> None:
    assert list(GitSnapshot(root / ".git", _commit(root)).entries()) == []


def test_a_repository_without_text_is_all_left_out(root: Path) -> None:
    _write(root, {f"{name}.bin": bytes(range(256)) * 8 for name in "abc"})
    snapshot = GitSnapshot(root / ".git", _commit(root))

    assert Counter(_reasons(snapshot).values()) == {Reason.BINARY: 3}
    assert _contents(snapshot) == {}


def test_a_bare_shallow_clone_is_enough(root: Path, tmp_path: Path) -> None:
    _write(root, {"a.py": b"1\n"})
    first = _commit(root)
    _write(root, {"a.py": b"2\n"})
    second = _commit(root)
    _git(tmp_path, "clone", "-q", "--bare", "--depth=1", f"file://{root}", "bare")

    assert _contents(GitSnapshot(tmp_path / "bare", second)) == {"a.py": b"2\n"}
    with pytest.raises(NotFound, match="is not in the repository"):
        GitSnapshot(tmp_path / "bare", first)


def test_what_a_partial_clone_lacks_is_missing_and_never_fetched(
    root: Path, tmp_path: Path
) -> None:
    _write(root, {"a.py": b"1\n", "d/b.py": b"2\n", ".gitattributes": b"*.py binary\n"})
    commit = _commit(root)
    _git(root, "config", "uploadpack.allowFilter", "true")
    _git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    _git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{root}", "part")
    part = tmp_path / "part"
    before = sorted(part.rglob("*"))
    snapshot = GitSnapshot(part, commit)

    assert {one.left_out() for one in snapshot.entries()} == {Reason.MISSING}
    asked = [Entry(one.path, one.oid, None, one.mode) for one in snapshot.entries()]
    assert [data for _, data in snapshot.read(asked)] == [None, None, None]
    assert sorted(part.rglob("*")) == before

    # One that has come since, by somebody's fetch, is read; the others still are not.
    _git(part, "cat-file", "-p", f"{commit}:d/b.py")
    assert _contents(snapshot) == {"d/b.py": b"2\n"}


def test_a_tree_that_is_not_there_is_an_error_that_says_so(root: Path, tmp_path: Path) -> None:
    _write(root, {"d/b.py": b"2\n"})
    commit = _commit(root)
    _git(root, "config", "uploadpack.allowFilter", "true")
    _git(tmp_path, "clone", "-q", "--bare", "--filter=tree:0", f"file://{root}", "part")

    with pytest.raises(Unavailable, match="git could not read the repository"):
        list(GitSnapshot(tmp_path / "part", commit).entries())


def test_a_damaged_object_is_an_error_and_no_half_file(root: Path) -> None:
    _write(root, {"a.py": b"1\n" * 1_000})
    commit = _commit(root)
    snapshot = GitSnapshot(root / ".git", commit)
    [entry] = snapshot.entries()
    damaged = root / ".git/objects" / entry.oid[:2] / entry.oid[2:]
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:20])

    with pytest.raises(Unavailable):
        list(snapshot.read([entry]))


def test_attributes_of_the_tree_decide(root: Path) -> None:
    _write(
        root,
        {
            ".gitattributes": b"*.gen.py linguist-generated\nvendor/ours/** -linguist-vendored\n"
            b"*.dat2 binary\n[attr]made linguist-generated -diff\nschema.sql made\n",
            "a/.gitattributes": b"kept.gen.py linguist-generated=false\n*.go -linguist-generated\n",
            "x.gen.py": b"x\n",
            "a/kept.gen.py": b"x\n",
            "a/y.go": b"// Code generated by x. DO NOT EDIT.\npackage a\n",
            "vendor/ours/z.py": b"z\n",
            "vendor/theirs/z.py": b"z\n",
            "t.dat2": b"text\n",
            "schema.sql": b"select 1;\n",
        },
    )
    commit = _commit(root)

    for source in (GitSnapshot(root / ".git", commit), Folder(root)):
        assert _reasons(source) == {
            "x.gen.py": Reason.GENERATED,
            "vendor/theirs/z.py": Reason.VENDORED,
            "t.dat2": Reason.BINARY,
            "schema.sql": Reason.GENERATED,
        }


def test_a_repository_s_own_configuration_runs_nothing(root: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    _write(root, {"a.py": b"a\n", ".gitattributes": b"*.py filter=evil diff=evil\n"})
    commit = _commit(root)
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {ran}\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.sshCommand", "filter.evil.smudge", "diff.evil.textconv"):
        _git(root, "config", key, str(trap))
    _git(root, "config", "core.hooksPath", str(tmp_path))
    with (root / ".git/config").open("a") as config:
        config.write("[broken\n")

    assert _contents(GitSnapshot(root / ".git", commit))["a.py"] == b"a\n"
    assert not ran.exists()


def test_linked_work_trees_and_alternates_are_followed(root: Path, tmp_path: Path) -> None:
    _write(root, {"a.py": b"a\n"})
    commit = _commit(root)
    _git(root, "worktree", "add", "-q", str(tmp_path / "linked"), commit)
    _git(tmp_path, "clone", "-q", "--bare", "--shared", str(root), "shared")

    for git_dir in (root, root / ".git/worktrees/linked", tmp_path / "shared"):
        assert _contents(GitSnapshot(git_dir, commit)) == {"a.py": b"a\n"}


def test_what_is_no_commit_is_refused(root: Path, tmp_path: Path) -> None:
    _commit(root)
    tree = _git(root, "rev-parse", "HEAD^{tree}")

    for word in ("HEAD", "", "--all", "abc", "0" * 39 + "\n"):
        with pytest.raises(InvalidRequest):
            GitSnapshot(root / ".git", word)
    for missing in ("0" * 40, tree):
        with pytest.raises(NotFound):
            GitSnapshot(root / ".git", missing)
    with pytest.raises(RepositoryUnusable):
        GitSnapshot(tmp_path / "nothing", "0" * 40)


def test_thousands_of_files_come_in_order_from_one_process(root: Path) -> None:
    files = {f"d{n % 20}/f{n}.py": b"x = %d\n" % n * (n % 300) for n in range(3_000)}
    _write(root, files)
    snapshot = GitSnapshot(root / ".git", _commit(root))
    entries = list(snapshot.entries())

    read = [(entry.path, data) for entry, data in snapshot.read(iter(entries))]

    assert [path for path, _ in read] == [entry.path for entry in entries]
    assert dict(read) == files


def test_reading_may_stop_at_any_time(root: Path) -> None:
    _write(root, {f"f{n}.py": b"x" * 100_000 for n in range(200)})
    snapshot = GitSnapshot(root / ".git", _commit(root))

    for stop in (0, 1, 40):
        reading = snapshot.read(snapshot.entries())
        for _ in range(stop):
            next(reading)
        reading.close()  # type: ignore[attr-defined]


def test_sha256_repositories_work(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", "--object-format=sha256", "r")
    _write(tmp_path / "r", {"a.py": b"a\n"})

    assert _contents(GitSnapshot(tmp_path / "r/.git", _commit(tmp_path / "r"))) == {"a.py": b"a\n"}


def test_a_folder_gives_git_s_ids_and_a_stamp_that_changes(root: Path) -> None:
    _write(root, {"a.py": b"a = 1\n"})
    commit = _commit(root)
    [listed] = Folder(root).entries()
    [(read, data)] = Folder(root).read([listed])
    [(_, oid)] = [(one.path, one.oid) for one in GitSnapshot(root / ".git", commit).entries()]

    assert (listed.oid, listed.size, data) == ("", 6, b"a = 1\n")
    assert read.oid == oid == _git(root, "hash-object", "a.py")
    assert read.stamp == listed.stamp

    os.utime(root / "a.py", ns=(1, 1))
    [again] = Folder(root).entries()
    assert again.stamp != listed.stamp
    assert Folder(root).commit == ""


def test_a_folder_leaves_out_what_git_ignores(root: Path) -> None:
    _write(
        root,
        {
            ".gitignore": b"*.log\nbuild/\n!keep.log\n",
            "a.log": b"x",
            "keep.log": b"x\n",
            "build/x.py": b"x",
            "sub/.gitignore": b"/only.py\n!a.log\n",
            "sub/only.py": b"x",
            "sub/a.log": b"x\n",
            "sub/deep/only.py": b"x\n",
            "local.py": b"x",
        },
    )
    (root / ".git/info").mkdir(exist_ok=True)
    (root / ".git/info/exclude").write_bytes(b"local.py\n")

    assert _reasons(Folder(root)) == {
        "a.log": Reason.IGNORED,
        "build": Reason.IGNORED,
        "sub/only.py": Reason.IGNORED,
        "local.py": Reason.IGNORED,
    }
    assert {"keep.log", "sub/a.log", "sub/deep/only.py"} <= set(_contents(Folder(root)))
    said = _git(root, "ls-files", "-o", "--exclude-standard").split("\n")
    assert set(_contents(Folder(root))) == set(said)

    # A folder inside it obeys the rules from above; one that is ignored is searched when asked for.
    assert set(_contents(Folder(root / "sub"))) == {".gitignore", "a.log", "deep/only.py"}
    assert set(_contents(Folder(root / "build"))) == {"x.py"}


def test_a_folder_never_follows_links_nor_opens_pipes(root: Path, tmp_path: Path) -> None:
    _write(tmp_path, {"outside/secret.py": b"x"})
    _write(root, {"a.py": b"a\n"})
    (root / "loop").symlink_to(".")
    (root / "up").symlink_to("../outside")
    (root / "gone").symlink_to("nowhere")
    (root / ".gitignore").symlink_to("a.py")
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(root / "sock"))

        assert _reasons(Folder(root)) == {
            ".gitignore": Reason.SYMLINK,
            "loop": Reason.SYMLINK,
            "up": Reason.SYMLINK,
            "gone": Reason.SYMLINK,
            "pipe": Reason.SPECIAL,
            "sock": Reason.SPECIAL,
        }
        # What became a link or a pipe after it was listed is not followed, either.
        turned = [Entry(path, "", 1, "100644", (1, 1)) for path in ("up/../pipe", "gone", "pipe")]
        assert [data for _, data in Folder(root).read(turned)] == [None, None, None]
        (root / "a.py").unlink()
        (root / "a.py").symlink_to("../outside/secret.py")
        assert [data for _, data in Folder(root).read([Entry("a.py", "", 1, "100644")])] == [None]


def test_caches_environments_and_other_repositories_are_one_entry_each(root: Path) -> None:
    _write(
        root,
        {
            "a.py": b"a\n",
            "node_modules/x/i.js": b"x",
            "myenv/pyvenv.cfg": b"home = /usr\n",
            "myenv/lib/x.py": b"x",
            "target/CACHEDIR.TAG": b"Signature: 8a477f597d28d172789f06886806bc55",
            "target/x.rs": b"x",
            "__pycache__/a.pyc": b"x",
            "lib/other/.git": b"gitdir: ../../.git/modules/other\n",
            "lib/other/x.py": b"x",
        },
    )

    assert _reasons(Folder(root)) == {
        "node_modules": Reason.VENDORED,
        "myenv": Reason.VENDORED,
        "target": Reason.GENERATED,
        "__pycache__": Reason.GENERATED,
        "lib/other": Reason.SUBMODULE,
    }


def test_a_folder_of_repositories_is_searched_in_all_of_them(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        _git(tmp_path / name, "init", "-q")
        _write(tmp_path / name, {"a.py": b"a\n", "b.log": b"b", ".gitignore": b"*.log\n"})

    assert set(_contents(Folder(tmp_path))) == {
        f"{name}/{file}" for name in ("one", "two") for file in ("a.py", ".gitignore")
    }


def test_files_that_vanish_or_change_while_we_read_are_no_error(root: Path) -> None:
    _write(root, {"gone.py": b"x", "grown.py": b"x", "a.py": b"a\n"})
    folder = Folder(root, size_limit=100)
    entries = list(folder.entries())
    (root / "gone.py").unlink()
    (root / "grown.py").write_bytes(b"x" * 101)

    read = {entry.path: (entry, data) for entry, data in folder.read(entries)}

    assert {path: data for path, (_, data) in read.items()} == {
        "a.py": b"a\n",
        "gone.py": None,
        "grown.py": None,
    }
    why = [read[path][0].content_left_out(None, size_limit=100) for path in ("gone.py", "grown.py")]
    assert why == [Reason.UNREADABLE, Reason.TOO_LARGE]


def test_very_deep_folders_are_walked(tmp_path: Path) -> None:
    where = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_500):
        os.mkdir("d", dir_fd=where)
        below = os.open("d", os.O_RDONLY, dir_fd=where)
        os.close(where)
        where = below
    os.close(where)
    (tmp_path / "a.py").write_bytes(b"a\n")

    (tmp_path / ".gitattributes").write_bytes(b"*.py -diff\n*.py diff\n")
    listed = list(Folder(tmp_path).entries())

    assert [entry.path for entry in listed if entry.left_out() is None] == [
        ".gitattributes",
        "a.py",
    ]
    subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)


def test_no_folder_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "nothing", tmp_path / "file"):
        with pytest.raises(NotFound):
            Folder(path)


def test_marks_travel_with_the_entry(root: Path) -> None:
    _write(root, {".gitattributes": b"a.py -linguist-generated\n", "a.py": b"# @generated\n"})
    snapshot = GitSnapshot(root / ".git", _commit(root))

    assert [one.marks for one in snapshot.entries()] == [Marks(), Marks(generated=False)]
    assert "a.py" in _contents(snapshot)


def test_a_tree_as_deep_as_git_allows_is_listed(root: Path) -> None:
    depth = 1_500
    blob = _git(root, "hash-object", "-w", "--stdin", given=b"a = 1\n")
    rules = _git(root, "hash-object", "-w", "--stdin", given=b"*.py linguist-generated=false\n")
    tree = _git(root, "mktree", given=f"100644 blob {blob}\ta.py\n".encode())
    for _ in range(depth):
        tree = _git(root, "mktree", given=f"040000 tree {tree}\td\n".encode())
    lines = f"100644 blob {rules}\t.gitattributes\n040000 tree {tree}\td\n"
    tree = _git(root, "mktree", given=lines.encode())
    snapshot = GitSnapshot(root / ".git", _git(root, "commit-tree", "-m", "x", tree))

    entries = list(snapshot.entries())

    assert [entry.path for entry in entries] == [".gitattributes", "d/" * (depth + 1) + "a.py"]
    assert entries[1].marks == Marks(generated=False)


def test_what_is_said_to_be_too_large_is_not_even_asked_for(root: Path) -> None:
    _write(root, {"a.py": b"a\n"})
    snapshot = GitSnapshot(root / ".git", _commit(root))
    [entry] = snapshot.entries()
    large = Entry("a.py", entry.oid, 2 << 20, entry.mode)
    module = Entry("lib", entry.oid, None, "160000")

    assert [data for _, data in snapshot.read([large, entry, module])] == [None, b"a\n", None]


def test_macros_of_the_root_hold_in_directories_that_git_lists_before_it(root: Path) -> None:
    _write(
        root,
        {
            ".gitattributes": b"[attr]made linguist-generated\n",
            "-d/.gitattributes": b"*.py made\n",
            "-d/a.py": b"a\n",
        },
    )

    snapshot = GitSnapshot(root / ".git", _commit(root))

    assert _reasons(snapshot) == {"-d/a.py": Reason.GENERATED}


def test_a_folder_is_listed_in_the_same_order_wherever_it_is(tmp_path: Path) -> None:
    names = [f"f{n * 37 % 101:03}.py" for n in range(101)]
    _write(tmp_path, dict.fromkeys(names, b"a\n") | {"b/x.py": b"x", "a/x.py": b"x"})

    listed = [entry.path for entry in Folder(tmp_path).entries()]

    assert listed == [*sorted(names), "a/x.py", "b/x.py"]


def test_a_project_below_a_work_tree_that_ignores_everything_is_searched(root: Path) -> None:
    # Somebody keeps her home directory in git, with a rule for all that she does not add by hand.
    _write(root, {".gitignore": b"*\n", "project/src/a.py": b"a\n"})

    assert set(_contents(Folder(root / "project"))) == {"src/a.py"}
