"""The cage: what works in it, what does not, and what happens when it breaks."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest

from runner import cage_init
from runner.agent.limits import Limits
from runner.agent.sandbox import Sandbox, open_sandbox
from runner.agent.seams import ToolFailed, ToolRetry
from runner.egress.policy import EgressPolicy

pytestmark = pytest.mark.sandbox
NOWHERE = EgressPolicy(registries=False)


@asynccontextmanager
async def sandbox(
    tmp_path: Path,
    *,
    mode: Literal["bubblewrap", "none"] = "bubblewrap",
    limits: Limits | None = None,
) -> AsyncIterator[Sandbox]:
    async with open_sandbox(
        workspace=tmp_path / "tree", root=tmp_path / "run", mode=mode, egress=NOWHERE, limits=limits
    ) as hands:
        yield hands


@pytest.fixture
async def hands(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with sandbox(tmp_path) as made:
        yield made


@pytest.fixture(params=["bubblewrap", "none"])
async def either(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    async with sandbox(tmp_path, mode=request.param) as made:
        yield made


def groups_of_this_process() -> list[Path]:
    return list(Path("/sys/fs/cgroup").glob(f"*/cadence-{os.getpid()}-*"))


def processes() -> str:
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout


async def output(hands: Sandbox, command: str, timeout_s: float = 20) -> str:
    return (await hands.run(command, timeout_s=timeout_s)).output.strip()


async def test_tools_write_read_edit_and_find(either: Sandbox) -> None:
    await either.call("write", {"file_path": "src/a.py", "content": "x = 1\n"})
    await either.call("edit", {"file_path": "src/a.py", "old_string": "1", "new_string": "2"})

    assert await either.call("read", {"file_path": "src/a.py"}) == "x = 2\n"
    assert "src/a.py" in str(await either.call("glob", {"pattern": "**/*.py"}))
    assert "x = 2" in str(await either.call("grep", {"pattern": "x = "}))
    assert (either.host_workspace / "src/a.py").read_text() == "x = 2\n"


async def test_image_comes_back_as_a_content_block(hands: Sandbox) -> None:
    (hands.host_workspace / "dot.png").write_bytes(b"\x89PNG\r\n")

    blocks = await hands.call("read", {"file_path": "dot.png"})

    assert isinstance(blocks, list)
    assert blocks[0]["type"] == "image"


async def test_shell_keeps_its_directory_and_variables_between_calls(either: Sandbox) -> None:
    await either.call("bash", {"command": "mkdir -p d && cd d && export WORD=kept"})

    assert str(await either.call("bash", {"command": "echo $WORD; pwd"})).endswith("/d")
    assert "kept" in str(await either.call("bash", {"command": "echo $WORD"}))


async def test_failing_command_tells_the_model_its_exit_code(either: Sandbox) -> None:
    with pytest.raises(ToolRetry, match=r"oops\n\[exit code 3\]"):
        await either.call("bash", {"command": "echo oops; (exit 3)"})


@pytest.mark.parametrize(
    ("command", "says"),
    [
        pytest.param("sleep 60", "did not end within 0.3 s", id="hangs"),
        pytest.param("exit 4", "the command ended the shell", id="exits"),
        pytest.param("kill -9 $$", "the command ended the shell", id="kills itself"),
        pytest.param("cat <<'EOF'", "did not end within 0.3 s", id="never ends its here-document"),
    ],
)
async def test_shell_that_is_gone_is_started_again_and_the_model_told(
    either: Sandbox, command: str, says: str
) -> None:
    with pytest.raises(ToolRetry, match=says):
        await either.call("bash", {"command": command, "timeout_ms": 300})

    assert await either.call("bash", {"command": "echo back"}) == "back"


async def test_timeout_kills_what_the_command_left_behind(either: Sandbox) -> None:
    started = "setsid sh -c 'while :; do date +%N > alive; sleep 0.05; done' & sleep 60"
    with pytest.raises(ToolRetry):
        await either.call("bash", {"command": started, "timeout_ms": 5_000})

    seen = await either.call("bash", {"command": "cat alive; sleep 0.3; cat alive"})
    assert len(set(str(seen).split())) == 1


async def test_tools_that_crash_are_started_again_but_not_for_ever(hands: Sandbox) -> None:
    crash = {"command": "kill -9 $PPID"}
    with pytest.raises(ToolRetry, match="started again"):
        await hands.call("bash", crash)
    assert await hands.call("bash", {"command": "echo back"}) == "back"

    for _ in range(2):
        with pytest.raises(ToolRetry):
            await hands.call("bash", crash)
    with pytest.raises(ToolFailed, match="broke 3 times in a row"):
        await hands.call("bash", crash)


async def test_answer_forged_by_a_command_breaks_the_pipe_and_nothing_else(hands: Sandbox) -> None:
    forge = 'for fd in /proc/$PPID/fd/*; do echo \'{"id": 99, "ok": "forged"}\' > $fd; done'
    try:
        said = str(await hands.call("bash", {"command": f"({forge}) 2>/dev/null; echo real"}))
    except ToolRetry as retry:
        said = str(retry)

    assert said != "forged"
    assert await hands.call("bash", {"command": "echo back"}) == "back"


async def test_unknown_tool_and_wrong_arguments_are_the_models_to_mend(hands: Sandbox) -> None:
    with pytest.raises(ToolRetry, match="no tool named fly"):
        await hands.call("fly", {})
    with pytest.raises(ToolRetry, match="unknown arguments shell"):
        await hands.call("bash", {"command": "true", "shell": "zsh"})
    with pytest.raises(ToolRetry):
        await hands.call("read", {"file_path": 7})


async def test_output_is_cut_to_head_and_tail(either: Sandbox) -> None:
    flood = "echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last"

    result = await either.run(flood, timeout_s=20)
    said = str(await either.call("bash", {"command": flood}))

    assert result.output.startswith("first\n")
    assert result.output.endswith("last\n")
    assert "bytes left out" in result.output
    assert len(result.output) < 11_000
    assert said.endswith("last")
    assert len(said) < 11_000


async def test_command_runs_with_its_own_exit_code_environment_and_deadline(
    either: Sandbox,
) -> None:
    failed = await either.run("echo $WORD; exit 7", timeout_s=10, env={"WORD": "a b; c"})
    hung = await either.run("echo before; sleep 600", timeout_s=5)
    missing = await either.run("no-such-program", timeout_s=10)

    assert (failed.exit_code, failed.output) == (7, "a b; c\n")
    assert (hung.timed_out, hung.output) == (True, "before\n")
    assert hung.seconds < 300
    assert missing.exit_code == 127


async def test_command_ends_with_what_it_started(either: Sandbox) -> None:
    marker = f"3{os.getpid()}.25"
    result = await either.run(f"setsid sleep {marker} & echo done", timeout_s=20)

    assert result.output == "done\n"
    assert result.seconds < 15
    assert marker not in processes()


async def test_home_is_kept_between_the_cages_of_a_run(hands: Sandbox) -> None:
    await hands.run(
        "mkdir -p ~/venv/bin && printf '#!/bin/sh\\necho mine' > ~/venv/bin/tool", timeout_s=5
    )
    await hands.run("chmod +x ~/venv/bin/tool", timeout_s=5)

    assert await output(hands, "tool") == "mine"
    assert await hands.call("bash", {"command": "tool"}) == "mine"


async def test_nothing_of_the_runner_is_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "s3cr3t" + "value"
    monkeypatch.setenv("ANTHROPIC_API_KEY", secret)
    monkeypatch.setenv("GITHUB_TOKEN", secret)
    for mode in ("bubblewrap", "none"):
        async with sandbox(tmp_path / mode, mode=mode) as hands:
            seen = await output(hands, "env; cat /proc/self/environ")
            seen += str(await hands.call("bash", {"command": "env"}))

        assert secret not in seen
        assert "PYTHONPATH" not in seen
        assert "TERM=dumb" in seen
        assert "GIT_TERMINAL_PROMPT=0" in seen


async def test_the_host_cannot_be_seen(hands: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the host")

    assert "No such file" in await output(hands, f"cat {tmp_path}/secret")
    assert "No such file" in await output(hands, "cat /etc/shadow")
    # The interpreter is mounted where it is, wherever that may be.
    seen = set((await output(hands, "ls -A /home /tmp /run/cadence")).split())
    own = {part for path in (sys.prefix, sys.base_prefix) for part in Path(path).parts}
    listed = {"/home:", "agent", "/run/cadence:", "egress.sock", "lib", "/tmp:"}
    assert listed <= seen <= listed | own
    assert str(os.getpid()) not in (await output(hands, "ls /proc")).split()


async def test_only_workspace_home_and_temporary_folders_can_be_written(hands: Sandbox) -> None:
    for place in ("/", "/usr", "/etc", "/run", "/dev", "/home", "/var", "/run/cadence/lib/runner"):
        assert (await hands.run(f"touch {place}/x", timeout_s=5)).exit_code != 0, place
    for place in ("/workspace", "/home/agent", "/tmp", "/dev/shm"):
        assert (await hands.run(f"touch {place}/x", timeout_s=5)).exit_code == 0, place


async def test_there_are_no_capabilities_and_none_can_be_had(hands: Sandbox) -> None:
    assert "CapEff:\t0000000000000000" in await output(hands, "cat /proc/self/status")
    assert "CapBnd:\t0000000000000000" in await output(hands, "cat /proc/self/status")
    assert "NoNewPrivs:\t1" in await output(hands, "cat /proc/self/status")
    for attempt in ("unshare -U true", "unshare -n true", "mount -t tmpfs x /tmp", "chroot / true"):
        assert (await hands.run(attempt, timeout_s=5)).exit_code != 0, attempt


async def test_own_loopback_works_and_the_hosts_is_not_there(hands: Sandbox) -> None:
    reached: list[object] = []
    server = await asyncio.start_server(lambda *ends: reached.append(ends), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        own = await output(
            hands,
            "echo hi > f; python3 -m http.server -b 127.0.0.1 8765 >/dev/null 2>&1 & "
            "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
            "curl -s http://127.0.0.1:8765/f && break; sleep 0.1; done",
        )
        other = await hands.run(f"exec 3<>/dev/tcp/127.0.0.1/{port}", timeout_s=5)

    assert own == "hi"
    assert other.exit_code != 0
    assert reached == []


async def test_blocked_host_is_written_down(hands: Sandbox) -> None:
    said = await output(hands, "curl -sS https://example.org/x")

    assert "403" in said
    assert hands.journal.blocked == {"example.org": "not on the list of allowed hosts"}
    assert hands.journal.contacted == {}


async def test_list_of_hosts_can_be_widened_while_the_cage_stands(hands: Sandbox) -> None:
    hands.allow_hosts(("nowhere.invalid",))
    said = await output(hands, "curl -sS https://nowhere.invalid/x; curl -sS https://a.invalid/")

    assert "502" in said
    assert "403" in said
    with pytest.raises(ValueError, match="is not a host name"):
        hands.allow_hosts(("*",))


async def test_name_server_and_addresses_are_out_of_reach(hands: Sandbox) -> None:
    assert (await hands.run("curl -sS --noproxy '*' https://8.8.8.8", timeout_s=5)).exit_code == 7
    assert (await hands.run("getent hosts example.org", timeout_s=5)).exit_code != 0
    assert (await hands.run("exec 3<>/dev/udp/8.8.8.8/53 && echo x >&3", timeout_s=5)).exit_code


async def test_memory_above_the_limit_ends_the_command_not_the_runner(tmp_path: Path) -> None:
    limits = Limits(memory_mb=200, processes=100)
    async with sandbox(tmp_path, limits=limits) as hands:
        result = await hands.run("python3 -c 'x = bytearray(600_000_000)'", timeout_s=30)

        assert result.exit_code != 0
        assert await output(hands, "echo alive") == "alive"


async def test_fork_bomb_is_contained(tmp_path: Path) -> None:
    bomb = """python3 -c '
import os, time
for made in range(500):
    try:
        child = os.fork()
    except OSError as error:
        print("refused after", made, error.strerror)
        break
    if child == 0:
        time.sleep(30)
'"""
    async with sandbox(tmp_path, limits=Limits(processes=60)) as hands:
        refused = await output(hands, bomb)

        assert refused.startswith("refused after ")
        assert int(refused.split()[2]) < 60
        assert await output(hands, "echo alive") == "alive"


async def test_file_above_the_limit_cannot_be_written(tmp_path: Path) -> None:
    async with sandbox(tmp_path, limits=Limits(file_mb=1)) as hands:
        result = await hands.run("head -c 3000000 /dev/zero > big", timeout_s=20)

    assert result.exit_code != 0
    assert (tmp_path / "tree/big").stat().st_size <= 1024 * 1024


async def test_workspace_that_grows_too_large_ends_the_run_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.agent.sandbox.DISK_CHECK_S", 0.1)
    async with sandbox(tmp_path, limits=Limits(disk_mb=5)) as hands:
        with pytest.raises(ToolFailed, match=r"grew to \d+ MB; 5 MB are allowed"):
            await hands.run("head -c 9000000 /dev/zero > big; sleep 60", timeout_s=60)


async def until(claim: Callable[[], bool]) -> None:
    """Wait until *claim* is true."""
    async with asyncio.timeout(60):
        while not claim():  # noqa: ASYNC110 - processes tell nobody
            await asyncio.sleep(0.05)


_VICTIM = """
import asyncio, sys
from pathlib import Path
from runner.agent.sandbox import open_sandbox
from runner.egress.policy import EgressPolicy
async def main(place, mode, marker):
    async with open_sandbox(
        workspace=Path(place, "tree"), root=Path(place, "run"), mode=mode,
        egress=EgressPolicy(registries=False),
    ) as hands:
        await hands.call("bash", {"command": f"setsid sleep {marker} > /dev/null 2>&1 &"})
        running = asyncio.create_task(hands.run(f"sleep {marker}", timeout_s=60))
        print("up", flush=True)
        await running
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("mode", ["bubblewrap", "none"])
async def test_nothing_is_left_when_the_runner_is_killed(tmp_path: Path, mode: str) -> None:
    marker = f"5{os.getpid()}.5"
    victim = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _VICTIM, str(tmp_path), mode, marker),
        stdout=asyncio.subprocess.PIPE,
    )
    assert victim.stdout is not None
    line = b""
    while line != b"up\n":
        line = await victim.stdout.readline()
        assert line
    # The commands themselves, not the lines of cages that are still being built round them.
    await until(lambda: processes().splitlines().count(f"sleep {marker}") == 2)
    victim.kill()
    await victim.wait()

    await until(lambda: f"sleep {marker}" not in processes())


_SLOW_BWRAP = """#!/bin/sh
if [ -e {0}/slow ]; then
    echo $$ > {0}/building.part; mv {0}/building.part {0}/building
    until [ -e {0}/go ]; do sleep 0.05; done
fi
exec {1} "$@"
"""
_EARLY_VICTIM = """
import asyncio, sys
from pathlib import Path
from runner.agent.sandbox import open_sandbox
from runner.egress.policy import EgressPolicy
async def main(place):
    async with open_sandbox(
        workspace=Path(place, "tree"), root=Path(place, "run"),
        egress=EgressPolicy(registries=False),
    ) as hands:
        await hands.call("bash", {"command": "true"})
        Path(place, "slow").touch()
        await hands.run("touch ran; sleep 600", timeout_s=600)
asyncio.run(main(*sys.argv[1:]))
"""


async def test_nothing_begins_when_the_runner_is_killed_while_a_cage_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bwrap = tmp_path / "bin/bwrap"
    bwrap.parent.mkdir()
    bwrap.write_text(_SLOW_BWRAP.format(tmp_path, shutil.which("bwrap")))
    bwrap.chmod(0o755)
    monkeypatch.setenv("PATH", str(bwrap.parent), prepend=":")
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _EARLY_VICTIM, str(tmp_path)
    )
    await until((tmp_path / "building").exists)
    victim.kill()
    await victim.wait()
    (tmp_path / "go").touch()

    await until(lambda: not Path("/proc", (tmp_path / "building").read_text().strip()).exists())
    assert not (tmp_path / "tree/ran").exists()


@pytest.mark.parametrize("is_over", [True, False], ids=["before", "after"])
async def test_command_ends_with_its_lifeline(tmp_path: Path, is_over: bool) -> None:
    theirs, ours = os.pipe()
    if is_over:
        os.close(ours)
    init = Path(cage_init.__file__)
    marker = f"3{os.getpid()}.5"
    work = f"touch {tmp_path}/ran; setsid sleep {marker} & sleep {marker}"
    argv = [sys.executable, "-I", "-S", str(init), "", "0", "", f"open:{theirs}"]
    one = await asyncio.create_subprocess_exec(*argv, "sh", "-c", work, pass_fds=[theirs])
    os.close(theirs)
    if not is_over:
        await until((tmp_path / "ran").exists)
        os.close(ours)

    assert await one.wait() in {137, 143}
    assert (tmp_path / "ran").exists() is not is_over
    assert f"sleep {marker}" not in processes()


async def test_nothing_is_left_when_the_sandbox_closes(tmp_path: Path) -> None:
    marker = f"4{os.getpid()}.5"
    for mode in ("bubblewrap", "none"):
        async with sandbox(tmp_path / mode, mode=mode) as hands:
            await hands.call("bash", {"command": f"setsid sleep {marker} >/dev/null 2>&1 &"})
            await hands.call("bash", {"command": "true"})
        assert marker not in processes()
    assert groups_of_this_process() == []
