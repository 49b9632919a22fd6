"""What a daemon keeps between runs: mirrors and package caches, and what must never get in."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runner.agent import shelf
from runner.agent.clone import Source, fetch
from runner.daemon.mirrors import MirrorLimits, Mirrors
from tests.integration.test_workspace import spec_for

ROOT = Path(__file__).parents[2]
# What a run does first, as a program that can be killed.
FETCH = """
import asyncio, sys
from pathlib import Path
from tests.integration.test_daemon_shelf import fetched
origin, store, mirror = map(Path, sys.argv[1:])
print("begun", flush=True)
asyncio.run(fetched(origin, store, mirror))
"""


def git(place: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=place, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    place = tmp_path / "origin"
    place.mkdir()
    git(place, "init", "-q", "-b", "main")
    (place / "large.bin").write_bytes(os.urandom(3_000_000))
    git(place, "add", ".")
    git(place, "commit", "-qm", "one")
    git(place, "config", "uploadpack.allowFilter", "true")
    return place


async def fetched(origin: Path, store: Path, mirror: Path) -> str:
    source = Source(allow_file=True, mirror=str(mirror))
    return (await fetch(spec_for(str(origin)), "", store, source=source)).base_sha


async def behind(origin: Path, tmp_path: Path) -> Path:
    """Return a mirror of *origin* that lacks its newest commit."""
    mirror = tmp_path / "mirrors/1.git"
    await fetched(origin, tmp_path / "a.git", mirror)
    (origin / "new.txt").write_text("new")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "two")
    return mirror


async def test_second_run_gets_from_the_server_only_what_is_new(
    origin: Path, tmp_path: Path
) -> None:
    mirror = await behind(origin, tmp_path)
    blob = git(origin, "rev-parse", "HEAD:large.bin").strip()
    (origin / ".git/objects" / blob[:2] / blob[2:]).unlink()  # the server cannot send it again

    head = await fetched(origin, tmp_path / "b.git", mirror)

    assert head == git(origin, "rev-parse", "HEAD").strip()
    assert git(tmp_path / "b.git", "cat-file", "-s", f"{head}:large.bin").strip() == "3000000"


async def test_work_does_not_depend_on_the_mirror(origin: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirrors/1.git"
    await fetched(origin, tmp_path / "a.git", mirror)
    head = await fetched(origin, tmp_path / "b.git", mirror)
    shutil.rmtree(mirror)

    git(tmp_path / "b.git", "fsck", "--full")
    assert not (tmp_path / "b.git/objects/info/alternates").exists()
    assert git(tmp_path / "b.git", "cat-file", "-s", f"{head}:large.bin").strip() == "3000000"


async def test_broken_mirror_is_thrown_away_and_made_anew(origin: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirrors/1.git"
    await fetched(origin, tmp_path / "a.git", mirror)
    for pack in mirror.glob("objects/pack/*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(b"broken")

    await fetched(origin, tmp_path / "b.git", mirror)
    await fetched(origin, tmp_path / "c.git", mirror)

    git(tmp_path / "b.git", "fsck", "--full")
    git(mirror, "fsck", "--full")


async def test_runs_at_once_on_one_repository_leave_one_whole_mirror(
    origin: Path, tmp_path: Path
) -> None:
    mirror = tmp_path / "mirrors/1.git"
    stores = [tmp_path / f"{number}.git" for number in range(5)]
    heads = await asyncio.gather(*(fetched(origin, store, mirror) for store in stores))

    assert len(set(heads)) == 1
    git(mirror, "fsck", "--full")
    assert [path.name for path in mirror.parent.iterdir() if path.is_dir()] == ["1.git"]


async def test_mirror_that_cannot_be_written_does_not_end_the_run(
    origin: Path, tmp_path: Path
) -> None:
    (tmp_path / "mirrors").write_text("in the way, as a full disk would be")

    assert await fetched(origin, tmp_path / "a.git", tmp_path / "mirrors/1.git")


def test_repositories_that_were_used_longest_ago_go_first(tmp_path: Path) -> None:
    mirrors = Mirrors(tmp_path, MirrorLimits(most=2, most_mb=1))
    for number in (1, 2, 3):
        mirrors.path(number).mkdir()
        os.utime(mirrors.path(number), (number, number))

    assert mirrors.prune() == ["1.git"]
    (mirrors.path(3) / "pack").write_bytes(bytes(2_000_000))
    os.utime(tmp_path / "3.git", (3, 3))
    assert mirrors.prune(in_use=frozenset({3})) == ["2.git"]
    assert mirrors.prune() == ["3.git"]


def test_one_that_is_too_large_goes_alone(tmp_path: Path) -> None:
    mirrors = Mirrors(tmp_path, MirrorLimits(most_mb=1))
    for number in (1, 2, 3):
        mirrors.path(number).mkdir()
        (mirrors.path(number) / "pack").write_bytes(bytes(300_000 if number < 3 else 2_000_000))
        os.utime(mirrors.path(number), (number, number))

    assert mirrors.prune() == ["3.git"]


def test_mirrors_and_caches_share_the_disk_that_they_may_have(tmp_path: Path) -> None:
    limits = MirrorLimits(most_mb=1)
    mirrors = Mirrors(tmp_path / "mirrors", limits)
    caches = Mirrors(tmp_path / "caches", limits, suffix=".packages")
    for kept in (mirrors, caches):
        kept.path(1).mkdir()
        (kept.path(1) / "data").write_bytes(bytes(600_000))

    assert mirrors.prune() == []
    assert caches.prune() == []
    assert caches.prune(beside_mb=mirrors.size_mb()) == ["1.packages"]


def test_mirror_that_a_run_reads_is_not_removed(tmp_path: Path) -> None:
    mirrors = Mirrors(tmp_path, MirrorLimits(most=0))
    mirrors.path(1).mkdir()
    with shelf.held(mirrors.path(1), is_shared=True):
        assert mirrors.prune() == []
    assert mirrors.prune() == ["1.git"]


def cached(home: Path, text: str = "wheel") -> Path:
    file = home / ".cache/pip/a/b"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_cache_is_a_copy_in_both_directions(tmp_path: Path) -> None:
    first, second, cache = tmp_path / "first", tmp_path / "second", tmp_path / "7.packages/main"
    cached(first)
    assert shelf.keep(cache, first)
    assert shelf.give(cache, second)
    (second / ".cache/pip/a/b").write_text("poisoned")

    assert (cache / ".cache/pip/a/b").read_text() == "wheel"


def test_branches_have_caches_of_their_own(tmp_path: Path) -> None:
    assert shelf.cache_of(tmp_path, "main") != shelf.cache_of(tmp_path, "../main")
    assert shelf.cache_of(tmp_path, "../../etc").parent == tmp_path


@pytest.mark.parametrize("where", [".cache", ".cache/pip", ".cache/pip/link", "file"])
def test_links_made_in_the_sandbox_lead_nowhere(tmp_path: Path, where: str) -> None:
    home, cache, secret = tmp_path / "home", tmp_path / "c", tmp_path / "secret"
    (secret / "pip").mkdir(parents=True)
    (secret / "pip/key").write_text("key")
    (secret / "key").write_text("key")
    place = home / (".cache/pip/key" if where == "file" else where)
    place.parent.mkdir(parents=True)
    place.symlink_to(secret / "key" if where == "file" else secret)

    shelf.keep(cache, home)

    assert not [path for path in cache.rglob("*") if path.is_symlink() or path.name == "key"]


def test_nothing_is_written_through_a_link_in_the_home(tmp_path: Path) -> None:
    home, cache, outside = tmp_path / "home", tmp_path / "c", tmp_path / "outside"
    cached(tmp_path / "first")
    shelf.keep(cache, tmp_path / "first")
    home.mkdir()
    outside.mkdir()
    (home / ".cache").symlink_to(outside)

    shelf.give(cache, home)

    assert list(outside.iterdir()) == []


def test_cache_that_is_too_large_keeps_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "c"
    cached(tmp_path / "first", "old")
    assert shelf.keep(cache, tmp_path / "first")
    monkeypatch.setattr(shelf, "MOST_BYTES", 4)
    cached(tmp_path / "second", "much too large")

    assert not shelf.keep(cache, tmp_path / "second")
    assert (cache / ".cache/pip/a/b").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("c.")) == [
        "c.lock"
    ]


async def test_mirror_is_of_use_after_a_kill_at_any_moment(origin: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirrors/1.git"
    for number in range(6):
        (origin / "new.bin").write_bytes(os.urandom(200_000))
        git(origin, "add", ".")
        git(origin, "commit", "-qm", f"change {number}")
        killed = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", FETCH, str(origin), str(tmp_path / f"{number}.git")),
            str(mirror),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},  # noqa: TID251 - git and Python are found by it
            start_new_session=True,
        )
        assert killed.stdout is not None
        await killed.stdout.readline()
        await asyncio.sleep(number * 0.05)  # wherever it is by then, the mirror is good
        with contextlib.suppress(ProcessLookupError):
            os.killpg(killed.pid, signal.SIGKILL)
        await killed.wait()

    # A git that outlives its run for a moment holds the mirror; who fetches waits for it.
    head = await fetched(origin, tmp_path / "after.git", mirror)
    await asyncio.to_thread(Mirrors(mirror.parent, MirrorLimits()).sweep)
    assert head == git(mirror, "rev-parse", "refs/cadence/base").strip()
    git(mirror, "fsck", "--full")
    assert [path.name for path in mirror.parent.iterdir() if path.is_dir()] == ["1.git"]


async def test_locks_of_a_killed_git_do_not_keep_a_mirror_from_news(
    origin: Path, tmp_path: Path
) -> None:
    mirror = await behind(origin, tmp_path)
    left = ["shallow.lock", "HEAD.lock", "refs/cadence/base.lock", "objects/pack/tmp_pack_Xy12"]
    for name in left:
        (mirror / name).write_bytes(b"")
    head = await fetched(origin, tmp_path / "b.git", mirror)

    assert git(mirror, "rev-parse", "refs/cadence/base").strip() == head
    assert not any((mirror / name).exists() for name in left)


def test_what_killed_runs_left_unfinished_is_removed_and_nothing_else(tmp_path: Path) -> None:
    cache = f"2.packages/{shelf.cache_of(tmp_path, 'main').name}"
    whole = ["1.git", "2.packages", cache, "1.git.notes", "3.git.0123456g"]
    unfinished = ["1.git.0123abcd", "3.git.0123abcd", f"{cache}.0123abcd"]
    for name in (*whole, *unfinished):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    mirrors = Mirrors(tmp_path, MirrorLimits())
    caches = Mirrors(tmp_path, MirrorLimits(), suffix=".packages")
    with shelf.held(tmp_path / "1.git"):  # a run is at it
        assert mirrors.sweep() == [f"{Path(cache).name}.0123abcd", "3.git.0123abcd"]
    assert mirrors.sweep() == ["1.git.0123abcd"]
    assert caches.sweep() == []

    assert all((tmp_path / name).is_dir() for name in whole)


async def test_git_that_outlives_its_run_holds_the_mirror(tmp_path: Path) -> None:
    place = tmp_path / "1.git"
    with shelf.held(place) as lock:
        orphan = await asyncio.create_subprocess_exec("cat", stdin=-1, pass_fds=(lock,))
    mirrors = Mirrors(tmp_path, MirrorLimits(most=0))
    mirrors.path(1).mkdir()
    assert await asyncio.to_thread(mirrors.prune) == []
    assert orphan.stdin is not None
    orphan.stdin.close()
    await orphan.wait()

    assert await asyncio.to_thread(mirrors.prune) == ["1.git"]
