"""A working tree kept and put back on another machine, with real git in a real cage."""

import os
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from runner.agent.sandbox import Sandbox, open_sandbox
from runner.agent.snapshot import Snapshots
from runner.egress.policy import EgressPolicy

pytestmark = pytest.mark.sandbox


def git(*arguments: str, cwd: Path) -> str:
    settings = ["-c", "user.name=Up", "-c", "user.email=up@x.org", "-c", "init.defaultBranch=main"]
    environment = {"PATH": os.defpath, "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *settings, *arguments], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Machine:
    """One machine's tree, its cage and its chain."""

    tree: Path
    hands: Sandbox
    chain: Snapshots

    async def do(self, script: str) -> str:
        result = await self.hands.run(script, timeout_s=30)
        assert result.exit_code == 0, result.output
        return result.output

    def files(self) -> dict[str, tuple[str, bytes]]:
        """Every file but git's own: how it is, and what is in it."""
        found = {}
        for path in sorted(self.tree.rglob("*")):
            name = str(path.relative_to(self.tree))
            if name.split("/")[0] == ".git" or (path.is_dir() and not path.is_symlink()):
                continue
            if path.is_symlink():
                found[name] = ("link", os.fsencode(path.readlink()))
            else:
                kind = "program" if path.stat().st_mode & 0o100 else "file"
                found[name] = (kind, path.read_bytes())
        return found

    async def status(self) -> str:
        return await self.do(
            "git status --porcelain -z | tr '\\0' '\\n'; git symbolic-ref -q HEAD || true"
        )


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    path = tmp_path / "upstream"
    path.mkdir()
    git("init", "--quiet", cwd=path)
    (path / "a.txt").write_text("one\n")
    (path / "sub").mkdir()
    (path / "sub/b.txt").write_text("two\n")
    (path / ".gitignore").write_text("ignored/\n")
    git("add", "--all", cwd=path)
    git("commit", "--quiet", "-m", "first", cwd=path)
    return path


Opened = Callable[[str], object]


@asynccontextmanager
async def machine(upstream: Path, root: Path) -> AsyncIterator[Machine]:
    tree = root / "tree"
    root.mkdir()  # noqa: ASYNC240 - a test
    git("clone", "--quiet", "--no-local", "--depth=1", upstream.as_uri(), str(tree), cwd=root)
    start = git("rev-parse", "HEAD", cwd=tree)
    policy = EgressPolicy(registries=False)
    async with open_sandbox(
        workspace=tree, root=root / "cage", mode="bubblewrap", egress=policy, registries=None
    ) as hands:
        chain = Snapshots(hands, tree, base_sha=start, start=start, head=start)
        yield Machine(tree, hands, chain)


CHANGES = [
    "echo three >> a.txt; mkdir new; ln -s ../a.txt new/link",
    "printf '\\0\\1' > 'new/odd name\n.bin'",
    "rm sub/b.txt; echo '#!/bin/sh' > run; chmod +x run; mkdir -p ignored; echo x > ignored/y",
    "git checkout -q -b side; git add a.txt; git -c user.name=A -c user.email=a@b commit -qm mine",
    "echo staged > s.txt; git add s.txt; echo more >> s.txt; echo excluded > e.tmp; "
    "echo e.tmp >> .git/info/exclude",
    "git checkout -q --detach; mv new newer; touch empty",
]


async def test_tree_is_the_same_on_another_machine(upstream: Path, tmp_path: Path) -> None:
    bundles, state = [], None
    async with machine(upstream, tmp_path / "first") as first:
        for change in CHANGES:
            await first.do(change)
            state, bundle = await first.chain.take()
            assert bundle is not None
            bundles.append(bundle)
        files, status = first.files(), await first.status()
    assert state is not None

    async with machine(upstream, tmp_path / "second") as second:
        await second.chain.unpack(bundles)
        await second.chain.put_back(state)

        left = {name for name in files if name.startswith("ignored/") or name == "e.tmp"}
        assert second.files() == {k: v for k, v in files.items() if k not in left}
        assert await second.status() == status
        again, bundle = await second.chain.take()
        assert (again, bundle) == (state, None)


async def test_nothing_new_makes_no_bundle(upstream: Path, tmp_path: Path) -> None:
    async with machine(upstream, tmp_path / "first") as first:
        await first.do("echo x >> a.txt")
        state, bundle = await first.chain.take()
        assert bundle is not None

        assert await first.chain.take() == (state, None)


async def test_change_of_the_same_length_in_the_second_of_the_checkout_is_kept(
    upstream: Path, tmp_path: Path
) -> None:
    same_second = "touch -d '2020-01-01 00:00:00Z'"
    async with machine(upstream, tmp_path / "first") as first:
        await first.do(
            f"git config core.trustctime false; {same_second} a.txt; git update-index --refresh;"
            f" {same_second} .git/index; echo two > a.txt; {same_second} a.txt"
        )
        state, bundle = await first.chain.take()
        assert bundle is not None

        assert await first.do(f"git show {state.snapshot}:a.txt") == "two\n"


async def test_bundle_holds_what_is_new_only(upstream: Path, tmp_path: Path) -> None:
    (upstream / "big.bin").write_bytes(os.urandom(3_000_000))
    git("add", "--all", cwd=upstream)
    git("commit", "--quiet", "-m", "big", cwd=upstream)
    async with machine(upstream, tmp_path / "first") as first:
        await first.do("echo x >> a.txt")
        _, one = await first.chain.take()
        await first.do("head -c 500000 /dev/urandom > more.bin")
        _, two = await first.chain.take()
        await first.do("echo y >> a.txt")
        _, three = await first.chain.take()

    sizes = [path.stat().st_size for path in (one, two, three) if path is not None]
    assert [size < 2_000 for size in sizes] == [True, False, True]
    assert sizes[1] < 510_000


async def test_chain_can_be_begun_anew(upstream: Path, tmp_path: Path) -> None:
    async with machine(upstream, tmp_path / "first") as first:
        for change in CHANGES[:3]:
            await first.do(change)
            await first.chain.take()
        state, whole = await first.chain.take(afresh=True)
        files = first.files()
    assert whole is not None

    async with machine(upstream, tmp_path / "second") as second:
        await second.chain.unpack([whole])
        await second.chain.put_back(state)

        assert {k: v for k, v in files.items() if not k.startswith("ignored/")} == second.files()


async def test_what_was_left_behind_before_is_cleaned(upstream: Path, tmp_path: Path) -> None:
    async with machine(upstream, tmp_path / "first") as first:
        await first.do("echo x >> a.txt; rm -r sub")
        state, bundle = await first.chain.take()
        files = first.files()
    assert bundle is not None

    async with machine(upstream, tmp_path / "second") as second:
        await second.chain.unpack([bundle])
        await second.chain.put_back(state)
        await second.do("echo setup >> a.txt; mkdir sub junk; touch sub/c junk/d; git add sub")
        await second.chain.put_back(state)

        assert second.files() == files


ATTRIBUTES = (
    "* text=auto\n*.bat text eol=crlf\n*.id ident\n*.utf text working-tree-encoding=UTF-16\n"
)
BYTES = {
    "new.bat": b"one\r\ntwo\nthree\r\n",
    "new.txt": b"one\r\ntwo\n",
    "old.bat": b"turned\nto lines\n",
    "old.txt": b"one\r\ntwo\r\n",
    "new.id": b"$Id: by hand $\n",
    "odd.utf": b"\xfe\xff\x00a\x00\n",
}


async def test_bytes_stay_what_they_are_whatever_attributes_say(
    upstream: Path, tmp_path: Path
) -> None:
    """A tree's attributes change line ends, words and encodings on the way through git."""
    (upstream / ".gitattributes").write_text(ATTRIBUTES)
    (upstream / "old.bat").write_bytes(b"one\r\ntwo\r\n")
    (upstream / "same.bat").write_bytes(b"one\r\ntwo\r\n")
    (upstream / "old.txt").write_bytes(b"one\ntwo\n")
    (upstream / "old.id").write_bytes(b"$Id$\n")
    git("add", "--all", cwd=upstream)
    git("commit", "--quiet", "-m", "attributes", cwd=upstream)
    async with machine(upstream, tmp_path / "first") as first:
        for name, data in BYTES.items():
            (first.tree / name).write_bytes(data)
        await first.do("git add new.bat old.txt")
        state, bundle = await first.chain.take()
        files, status = first.files(), await first.status()
        assert bundle is not None
        assert files["same.bat"][1] == b"one\r\ntwo\r\n"

    async with machine(upstream, tmp_path / "second") as second:
        await second.chain.unpack([bundle])
        await second.chain.put_back(state)

        assert second.files() == files
        assert await second.status() == status
        assert not (second.tree / ".git/info/attributes").exists()


async def test_files_that_are_tracked_and_ignored_are_kept(upstream: Path, tmp_path: Path) -> None:
    (upstream / "ignored").mkdir()
    for name in ("changed", "same", "removed"):
        (upstream / "ignored" / name).write_text(name)
    (upstream / ".gitattributes").write_text(ATTRIBUTES)
    git("add", "--all", "--force", cwd=upstream)
    git("commit", "--quiet", "-m", "ignored and tracked", cwd=upstream)
    async with machine(upstream, tmp_path / "first") as first:
        await first.do("echo x >> ignored/changed; rm ignored/removed")
        state, bundle = await first.chain.take()
        files, status = first.files(), await first.status()
    assert bundle is not None

    async with machine(upstream, tmp_path / "second") as second:
        await second.chain.unpack([bundle])
        await second.chain.put_back(state)

        assert second.files() == files
        assert await second.status() == status


async def test_settings_that_the_agent_made_do_not_change_what_is_kept(
    upstream: Path, tmp_path: Path
) -> None:
    async with machine(upstream, tmp_path / "first") as first:
        await first.do(
            "git config core.fileMode false; git config core.symlinks false; "
            "git config core.autocrlf input; git config core.safecrlf true; "
            "git config core.excludesFile /work/all; git config core.sparseCheckout true"
        )
        await first.do("chmod +x a.txt; ln -s a.txt link; printf '1\\r\\n2\\n' > crlf.txt")
        state, bundle = await first.chain.take()
        files = first.files()
    assert bundle is not None

    async with machine(upstream, tmp_path / "second") as second:
        await second.chain.unpack([bundle])
        await second.chain.put_back(state)

        assert second.files() == files
