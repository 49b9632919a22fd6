"""The self-test: each leak by itself is found, and the run refused."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from runner import probe
from runner.agent import sandbox_check
from runner.agent.cage import Cage, write_etc
from runner.agent.limits import Limits
from runner.agent.process import execute, spawned
from runner.agent.sandbox import open_sandbox
from runner.agent.seams import CommandResult
from runner.agent.selftest import SandboxUnavailable, prove
from runner.egress.policy import EgressPolicy
from runner.egress.proxy import EgressProxy

pytestmark = pytest.mark.sandbox


@pytest.fixture
async def cage(tmp_path: Path) -> AsyncIterator[Cage]:
    for name in ("tree", "home"):
        (tmp_path / name).mkdir()
    write_etc(tmp_path / "etc")
    (tmp_path / "own").write_text("of the runner")
    async with EgressProxy(EgressPolicy()).on_socket(tmp_path / "s"):
        yield Cage(
            workspace=tmp_path / "tree",
            home=tmp_path / "home",
            etc=tmp_path / "etc",
            socket=tmp_path / "s",
            limits=Limits(),
        )


async def prove_with(cage: Cage, tmp_path: Path, *swaps: tuple[str, tuple[str, ...]]) -> None:
    """Prove *cage* after taking the options named in *swaps* out and putting others in."""

    async def run(argv: list[str], timeout_s: float) -> CommandResult:
        line = cage.command(argv, has_memory_group=False)
        for gone, instead in swaps:
            place = line.index(gone)
            line[place : place + 1] = instead
        return await execute(line, env=cage.environment(), timeout_s=timeout_s)

    await prove(cage, run, tmp_path / "own")


async def test_tight_cage_passes(cage: Cage, tmp_path: Path) -> None:
    await prove_with(cage, tmp_path)


ALL = ("--unshare-ipc", "--unshare-uts", "--unshare-cgroup")


@pytest.mark.parametrize(
    ("swaps", "leak"),
    [
        pytest.param(
            [("--unshare-all", (*ALL, "--unshare-pid"))], "loopback of the host", id="network"
        ),
        pytest.param([("--remount-ro", ("--tmpfs", "/run/x", "--remount-ro"))], "", id="harmless"),
        pytest.param([("--disable-userns", ())], "new user namespace", id="namespaces"),
    ],
)
async def test_each_hole_is_found(
    cage: Cage, tmp_path: Path, swaps: list[tuple[str, tuple[str, ...]]], leak: str
) -> None:
    if not leak:
        await prove_with(cage, tmp_path, *swaps)
        return
    with pytest.raises(SandboxUnavailable, match=leak):
        await prove_with(cage, tmp_path, *swaps)


async def test_file_of_the_runner_that_can_be_seen_is_found(cage: Cage, tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="file of the runner"):
        await prove_with(replace(cage, more_readable=(tmp_path / "own",)), tmp_path)


async def test_proxy_that_lets_everything_through_is_found(cage: Cage, tmp_path: Path) -> None:
    async def yes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    async with await asyncio.start_unix_server(yes, tmp_path / "open"):
        with pytest.raises(SandboxUnavailable, match="denied host"):
            await prove_with(replace(cage, socket=tmp_path / "open"), tmp_path)


async def test_proxy_that_is_gone_is_not_taken_for_a_tight_one(cage: Cage, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead"))
    with pytest.raises(SandboxUnavailable, match="proxy gives no answer"):
        await prove_with(replace(cage, socket=tmp_path / "dead"), tmp_path)


async def test_slow_proxy_is_no_leak(cage: Cage, tmp_path: Path) -> None:
    delays = [1.5]  # longer than an address is tried; then none, so that the test is short

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(delays.pop() if delays else 0)
        writer.write(b"HTTP/1.1 403 Refused\r\n\r\n")
        writer.close()

    async with await asyncio.start_unix_server(late, tmp_path / "late"):
        await prove_with(replace(cage, socket=tmp_path / "late"), tmp_path)

    assert not delays


async def test_cage_that_does_not_start_is_refused_with_the_line_that_mends_it(
    cage: Cage, tmp_path: Path
) -> None:
    with pytest.raises(SandboxUnavailable, match="cannot make a sandbox here"):
        await prove_with(cage, tmp_path, ("--unshare-all", ("--no-such-option",)))


@pytest.fixture
def no_bubblewrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("no_bubblewrap")
async def test_machine_without_bubblewrap_is_refused_and_told_what_to_install(
    tmp_path: Path,
) -> None:
    opening = open_sandbox(
        workspace=tmp_path / "tree", root=tmp_path / "run", egress=EgressPolicy(registries=False)
    )
    with pytest.raises(SandboxUnavailable, match="apt-get install -y bubblewrap"):
        async with opening:
            pass


@pytest.mark.usefixtures("no_bubblewrap")
async def test_doctor_names_everything_that_is_missing() -> None:
    findings = {found.name: found for found in await sandbox_check.check_sandbox()}

    assert not any(found.is_fine for found in findings.values())
    assert findings["git"].remedy == "apt-get install -y git"
    assert findings["ripgrep"].is_needed is False


async def test_doctor_finds_this_machine_fit() -> None:
    findings = {found.name: found for found in await sandbox_check.check_sandbox()}

    assert findings["sandbox"].is_fine
    assert findings["sandbox"].remedy == ""


@pytest.mark.parametrize(
    ("files", "output", "line"),
    [
        ({"kernel/unprivileged_userns_clone": "0"}, "", "kernel.unprivileged_userns_clone=1"),
        (
            {"kernel/apparmor_restrict_unprivileged_userns": "1"},
            "setting up uid map: Permission denied",
            "kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        ({"user/max_user_namespaces": "0"}, "", "user.max_user_namespaces=15000"),
        ({}, "Unknown option --disable-userns", "0.8 or newer"),
        ({}, "Operation not permitted", "--security-opt seccomp=unconfined"),
    ],
)
def test_remedy_fits_what_is_closed(
    tmp_path: Path, files: dict[str, str], output: str, line: str
) -> None:
    for name, value in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{value}\n")

    assert line in sandbox_check.remedy(output, sysctl=tmp_path)


async def test_environment_that_can_be_read_is_found() -> None:
    assert not probe.environment()
    canary = {"CADENCE_CANARY": "x", "PATH": "/usr/bin:/bin"}
    async with spawned(["sleep", "30"], env=canary):
        assert probe.environment()
