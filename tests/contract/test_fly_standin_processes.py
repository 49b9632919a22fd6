"""The machines of Fly's stand-in are processes: what they see, and that none is left behind."""

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from deploy.devkit.fly import Faults, FlyStandIn
from deploy.devkit.fly.inside import descendants
from tests.fakes.fly_wire import FlyWire, Json, Org, at

ROOT = Path(__file__).parents[2]
# Says its number and its child's, which has a session of its own, and leaves a file.
PROGRAM = """
import os, signal, subprocess, sys, time
child = subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
if os.environ.get("STUBBORN"):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    def end(number, frame):
        print("signal", number, flush=True)
        os._exit(int(os.environ.get("CODE", "0")))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, end)
before = os.path.exists("file")
open("file", "w").close()
print("up", os.getpid(), child.pid, before, os.getcwd(), flush=True)
time.sleep(600)
"""
COMMAND = (sys.executable, "-S", "-c", PROGRAM)


@pytest.fixture
async def org() -> AsyncIterator[Org]:
    async with FlyStandIn(command=COMMAND) as fly, aiohttp.ClientSession() as session:
        fly.rates.is_on = False
        made = Org(session, fly)
        await made.open()
        yield made


async def until(claim: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not claim():  # noqa: ASYNC110 - processes tell nobody
            await asyncio.sleep(0.01)


def ups(fly: FlyStandIn, machine: Json) -> list[list[str]]:
    lines = [line.split() for line in fly.logs(machine["id"]).splitlines()]
    return [line[1:] for line in lines if line[0] == "up"]


async def up(org: Org, machine: Json, *, times: int = 1) -> tuple[int, int, bool]:
    """Return the program's and its child's number, and whether it found its file."""
    await until(lambda: len(ups(org.fly, machine)) == times)
    program, child, found, _ = ups(org.fly, machine)[-1]
    return int(program), int(child), found == "True"


def environment_of(process: int) -> dict[str, str]:
    """Return what a process was started with."""
    raw = Path(f"/proc/{process}/environ").read_text()
    return dict(line.split("=", 1) for line in raw.split("\0") if line)


def way(process: int) -> str:
    """Return how a process is: a letter as in ``ps``, empty when it is not there."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


async def test_machine_sees_its_own_environment_and_folder_only(org: Org) -> None:
    machine = await org.made(config={"env": {"A": "1"}})
    program, _, _ = await up(org, machine)

    found = environment_of(program)
    home = str(org.fly.home(machine["id"]))
    paths = {"PATH": environment_of(os.getpid())["PATH"], "PYTHONPATH": str(ROOT)}
    assert found == {"A": "1", "HOME": home, "TMPDIR": home, **paths}
    assert ups(org.fly, machine)[-1][-1] == home
    assert os.getsid(program) == program


async def test_sleeping_machine_stands_still_and_goes_on_with_its_memory(org: Org) -> None:
    machine = await org.made()
    program, child, _ = await up(org, machine)
    await org.do(machine, "suspend")
    assert (way(program), way(child)) == ("T", "T")
    await org.do(machine, "start")

    assert {way(program), way(child)} <= {"S", "R"}
    assert await org.state(machine) == "started"


async def test_cold_waking_loses_the_memory_and_keeps_the_disk(org: Org) -> None:
    machine = await org.made()
    before = await up(org, machine)
    await org.do(machine, "suspend")
    org.fly.faults.cold = 1
    await org.do(machine, "start")
    program, _, found = await up(org, machine, times=2)

    assert found
    assert program != before[0]
    assert way(before[0]) == way(before[1]) == ""


def test_wakings_are_cold_with_a_probability_that_can_be_repeated() -> None:
    def colds(seed: int) -> list[bool]:
        rng, faults = random.Random(seed), Faults(cold_rate=0.5)  # noqa: S311 - a die
        return [faults.wakes_cold(rng) for _ in range(40)]

    first = colds(1)
    assert 5 < sum(first) < 35
    assert colds(1) == first
    assert colds(2) != first


async def test_start_after_stop_has_an_empty_folder(org: Org) -> None:
    machine = await org.made()
    await up(org, machine)
    await org.do(machine, "stop")
    assert await org.reached(machine, "stopped")
    assert (org.fly.home(machine["id"]) / "file").exists()
    await org.do(machine, "start")
    _, _, found = await up(org, machine, times=2)

    assert not found


async def test_restart_is_another_boot(org: Org) -> None:
    machine = await org.made()
    before, _, _ = await up(org, machine)
    await org.do(machine, "restart")
    program, _, found = await up(org, machine, times=2)
    assert await org.reached(machine, "started")

    assert (program != before, found) == (True, False)
    assert (await org.look(machine))["instance_id"] != machine["instance_id"]


@pytest.mark.parametrize(
    ("config", "body", "number"),
    [
        pytest.param({}, None, signal.SIGINT, id="usual"),
        pytest.param({"stop_config": {"signal": "SIGTERM"}}, None, signal.SIGTERM, id="configured"),
        pytest.param({}, {"signal": "SIGUSR1", "timeout": "10s"}, signal.SIGUSR1, id="asked"),
    ],
)
async def test_stop_sends_a_signal(
    org: Org, config: Json, body: Json | None, number: signal.Signals
) -> None:
    machine = await org.made(config=config)
    _, child, _ = await up(org, machine)
    await org.do(machine, "stop", body)
    assert await org.reached(machine, "stopped")

    assert f"signal {int(number)}" in org.fly.logs(machine["id"])
    assert way(child) == ""


async def test_program_that_will_not_stop_is_ended(org: Org) -> None:
    machine = await org.made(config={"env": {"STUBBORN": "1"}})
    program, child, _ = await up(org, machine)
    await org.do(machine, "stop", {"timeout": "100ms"})
    assert await org.reached(machine, "stopped")

    assert way(program) == way(child) == ""


async def test_signal_reaches_the_program(org: Org) -> None:
    machine = await org.made()
    await up(org, machine)
    assert await org.do(machine, "signal", {"signal": "SIGSTOPPED"}) == 400
    assert await org.do(machine, "signal", {"signal": "SIGTERM"}) == 200

    assert await org.reached(machine, "stopped")
    assert await org.do(machine, "signal", {"signal": "SIGTERM"}) == 412


@pytest.mark.parametrize(
    ("config", "state"),
    [
        pytest.param({"auto_destroy": True}, "destroyed", id="auto_destroy"),
        pytest.param({"restart": {"policy": "no"}}, "stopped", id="no restart"),
        pytest.param({"restart": {"policy": "on-failure"}}, "stopped", id="no failure"),
    ],
)
async def test_end_of_the_program_is_the_end_of_the_machine(
    org: Org, config: Json, state: str
) -> None:
    machine = await org.made(config=config)
    program, child, _ = await up(org, machine)
    os.kill(program, signal.SIGTERM)
    assert await org.reached(machine, state)

    assert way(child) == ""
    assert org.fly.home(machine["id"]).exists() == (state == "stopped")


async def test_program_that_failed_is_started_again_as_often_as_configured(org: Org) -> None:
    restart = {"policy": "on-failure", "max_retries": 1}
    machine = await org.made(config={"restart": restart, "env": {"CODE": "3"}})
    for times in (1, 2):
        program, _, _ = await up(org, machine, times=times)
        os.kill(program, signal.SIGTERM)

    assert await org.reached(machine, "stopped")
    assert len(ups(org.fly, machine)) == 2


@pytest.mark.parametrize("is_asleep", [False, True], ids=["awake", "asleep"])
@pytest.mark.parametrize("destroys", [False, True], ids=["stays", "auto_destroy"])
async def test_kill_ends_all_and_returns_when_that_is_known(
    org: Org, *, is_asleep: bool, destroys: bool
) -> None:
    machine = await org.made(config={"auto_destroy": destroys})
    program, child, _ = await up(org, machine)
    if is_asleep:
        await org.do(machine, "suspend")
    await org.fly.kill(machine["id"])

    assert await org.state(machine) == ("destroyed" if destroys else "stopped")
    assert way(program) == way(child) == ""
    assert "signal" not in org.fly.logs(machine["id"])


async def test_two_starts_at_once_are_one(org: Org) -> None:
    machine = await org.made(skip_launch=True)
    org.fly.durations.start_s = 0.1
    statuses = await asyncio.gather(*(org.do(machine, "start") for _ in range(5)))
    assert await org.reached(machine, "started")
    await up(org, machine)

    assert sorted(statuses) == [200, 412, 412, 412, 412]
    assert len(ups(org.fly, machine)) == 1


@pytest.mark.parametrize("verb", ["start", "restart", "stop", "suspend"])
async def test_machine_can_be_destroyed_in_the_middle_of_anything(org: Org, verb: str) -> None:
    machine = await org.made(config={"env": {"STUBBORN": "1"}}, skip_launch=verb == "start")
    for name in ("start_s", "stop_s", "suspend_s"):
        setattr(org.fly.durations, name, 30.0)
    assert await org.do(machine, verb) == 200
    assert await org.status("DELETE", f"{at(machine)}?force=true") == 200

    assert await org.state(machine) == "destroyed"
    assert processes_below(org.fly) == set()


async def test_command_that_is_not_there_ends_at_once() -> None:
    async with FlyStandIn(command=["/no/such/program"]) as fly, aiohttp.ClientSession() as session:
        org = Org(session, fly)
        await org.open()
        machine = await org.made()

        assert await org.reached(machine, "stopped")
        assert "No such file" in fly.logs(machine["id"])


def processes_below(fly: FlyStandIn) -> set[int]:
    """Return what runs in the folders of *fly*'s machines."""
    found = set()
    for process in descendants(os.getpid()):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{process}/cwd").readlink().is_relative_to(fly.home("x").parent):
                found.add(process)
    return found


async def test_nothing_is_left_when_the_stand_in_ends() -> None:
    async with FlyStandIn(command=COMMAND) as fly, aiohttp.ClientSession() as session:
        org = Org(session, fly)
        await org.open()
        awake, asleep = await org.made(), await org.made()
        numbers = [*(await up(org, awake))[:2], *(await up(org, asleep))[:2]]
        await org.do(asleep, "suspend")
        assert all(map(way, numbers))
        folder = fly.home("x").parent

    assert [way(one) for one in numbers] == [""] * 4
    assert not folder.exists()


@pytest.fixture
async def served() -> AsyncIterator[tuple[asyncio.subprocess.Process, Json]]:
    """The stand-in as a program of its own, and what it said when it was ready."""
    program = ROOT / "tests/fakes/fly_program.py"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.devkit.fly", "--machine", f"{sys.executable} {program}"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    yield process, json.loads(await process.stdout.readline())
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["ended", "killed"])
async def test_no_machine_outlives_the_program(
    served: tuple[asyncio.subprocess.Process, Json], number: signal.Signals
) -> None:
    process, said = served
    async with aiohttp.ClientSession() as session:
        wire = FlyWire(session, said["url"], said["token"])
        await wire("POST", "/apps", {"name": "one", "org_slug": "acme"})
        made: list[Any] = []
        for _ in range(2):
            body = {"config": {"image": "registry/runner"}}
            made.append((await wire("POST", "/apps/one/machines", body))[1])
        control = said["url"].removesuffix("/v1") + "/_devkit"
        numbers = [n for one in made for n in await said_up(session, control, one["id"])]
        assert await wire.status("POST", f"{at(made[0])}/suspend") == 200
    assert all(map(way, numbers))
    process.send_signal(number)
    await process.wait()

    await until(lambda: not any(map(way, numbers)))


async def said_up(session: aiohttp.ClientSession, control: str, machine_id: str) -> list[int]:
    """Return the numbers of the processes that a machine wrote down."""
    async with asyncio.timeout(20):
        while True:
            async with session.get(f"{control}/machines/{machine_id}/logs") as answer:
                words = (await answer.text()).split()
            if words:
                return [int(word) for word in words]
            await asyncio.sleep(0.02)
