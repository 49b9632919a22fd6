"""The small parts of the hands: cutting output, limits, the tools' cheap import."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.agent.limits import Limits, cgroup, disk_usage_mb, joining
from runner.agent.process import HeadAndTail, cut, execute

ENV = {"PATH": "/usr/bin:/bin"}


@given(st.lists(st.binary(max_size=30)), st.integers(0, 20), st.integers(0, 20))
def test_head_and_tail_are_kept_however_the_bytes_come(
    chunks: list[bytes], head: int, tail: int
) -> None:
    kept = HeadAndTail(head, tail)
    for chunk in chunks:
        kept.add(chunk)
    whole = b"".join(chunks)

    if len(whole) <= head + tail:
        assert kept.text() == whole.decode(errors="replace")
    else:
        ending = whole[len(whole) - tail :].decode(errors="replace")
        assert kept.text().startswith(whole[:head].decode(errors="replace"))
        assert kept.text().endswith(ending)
        assert f"[... {len(whole) - head - tail} bytes left out ...]" in kept.text()


def test_memory_of_a_flood_is_bounded() -> None:
    kept = HeadAndTail(10, 10)
    for _ in range(1_000):
        kept.add(b"x" * 1_000)

    assert len(kept._tail) <= 2_000


def test_text_is_cut_in_the_middle_and_says_so() -> None:
    assert cut("short", head=3, tail=3) == "short"
    assert cut("abcdefghij", head=3, tail=3) == "abc\n[... 4 characters left out ...]\nhij"


async def test_command_that_floods_does_not_fill_memory() -> None:
    result = await execute(["head", "-c", "50000000", "/dev/zero"], env=ENV, timeout_s=30)

    assert result.exit_code == 0
    assert len(result.output) < 11_000


async def test_command_killed_by_a_signal_has_the_shells_code() -> None:
    result = await execute(["sh", "-c", "kill -SEGV $$"], env=ENV, timeout_s=10)

    assert result.exit_code == 139


def test_limits_become_rlimits() -> None:
    limits = Limits(memory_mb=1, processes=2, file_mb=3, open_files=4)

    assert limits.rlimits(with_memory=False) == "CORE=0,NOFILE=4,FSIZE=3145728,NPROC=2"
    assert limits.rlimits(with_memory=True).endswith(",DATA=1048576")


@pytest.fixture
def plain_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let plain folders stand for cgroups: they cannot be removed, so nobody waits for it."""
    monkeypatch.setattr("runner.agent.limits._REMOVE_TRIES", 1)


@pytest.mark.usefixtures("plain_folders")
async def test_cgroup_of_version_1_is_made_with_its_limits(tmp_path: Path) -> None:
    for name in ("memory", "pids", "cpu"):
        (tmp_path / name).mkdir()
    async with cgroup("run", Limits(memory_mb=1, processes=9, cpus=0.5), root=tmp_path) as files:
        assert files == tuple(
            tmp_path / name / "run/cgroup.procs" for name in ("memory", "pids", "cpu")
        )
        assert (tmp_path / "memory/run/memory.limit_in_bytes").read_text() == "1048576"
        assert (tmp_path / "pids/run/pids.max").read_text() == "9"
        assert (tmp_path / "cpu/run/cpu.cfs_quota_us").read_text() == "50000"


@pytest.mark.usefixtures("plain_folders")
async def test_groups_of_runners_that_were_killed_are_swept(tmp_path: Path) -> None:
    ours = tmp_path / "pids" / f"cadence-{os.getpid()}-aa"
    stale = tmp_path / "pids/cadence-99999999-aa"
    for group in (ours, stale):
        group.mkdir(parents=True)
    async with cgroup("run", Limits(), root=tmp_path):
        assert ours.exists()
        assert not stale.exists()


async def test_machine_without_cgroups_has_none(tmp_path: Path) -> None:
    async with cgroup("run", Limits(), root=tmp_path) as files:
        assert files == ()
    assert joining((), ["true"]) == ["true"]


def test_command_joins_its_groups_before_it_runs(tmp_path: Path) -> None:
    files = (tmp_path / "a procs", tmp_path / "b")
    argv = joining(files, ["printf", "%s", "x; y $HOME"])

    assert subprocess.run(argv, capture_output=True, text=True).stdout == "x; y $HOME"
    assert [path.read_text() for path in files] == ["0\n", "0\n"]


def test_disk_usage_counts_files_once_and_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").write_bytes(b"x" * 2_000_000)
    (tmp_path / "a/loop").symlink_to(tmp_path)

    assert disk_usage_mb(tmp_path / "a", tmp_path / "none") == pytest.approx(1.9, abs=0.2)


_COMPARE = """
import sys
from runner import toolset
module = toolset.load()
cheap = "anthropic.resources" not in sys.modules
context = module.AgentToolContext(workdir="/tmp", env={})
print(cheap, *sorted(tool.name for tool in module.beta_agent_toolset_20260401(context)))
"""


def test_sdks_tools_are_loaded_without_the_rest_of_the_sdk() -> None:
    done = subprocess.run([sys.executable, "-c", _COMPARE], capture_output=True, text=True)

    assert done.stdout.split() == ["True", "bash", "edit", "glob", "grep", "read", "write"], (
        done.stderr
    )


def test_sdk_of_another_shape_is_imported_whole() -> None:
    spoilt = "from runner import toolset; toolset._HOLLOW = ('anthropic', 'anthropic.nowhere')\n"
    compare = _COMPARE.partition("module =")[2]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{spoilt}module ={compare}"],
        capture_output=True,
        text=True,
    )

    assert done.stdout.split()[:2] == ["False", "bash"], done.stderr
