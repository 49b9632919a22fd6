"""The images' steps in a chroot, and what they make, started: no Docker engine is needed.

``CADENCE_TEST_IMAGES=1 pytest tests/deploy`` as root; it takes some minutes.
"""

import json
import os
import shlex
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deploy.chroot import Stage, base, build, run, started, steps

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.images,
    pytest.mark.timeout(3_600),
    pytest.mark.skipif(
        not os.environ.get("CADENCE_TEST_IMAGES"),  # noqa: TID251 - who wants to wait says so
        reason="builds images, which takes minutes: CADENCE_TEST_IMAGES=1",
    ),
    pytest.mark.skipif(shutil.which("debootstrap") is None, reason="needs debootstrap"),
]


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("debian") / "root"
    base(root)
    return root


@pytest.fixture(scope="module")
def coordinator(debian: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return build(ROOT / "deploy/Dockerfile", ROOT, debian, tmp_path_factory.mktemp("coordinator"))


@pytest.fixture(scope="module")
def machine(debian: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    where = tmp_path_factory.mktemp("machine")
    return build(ROOT / "deploy/Dockerfile.runner", ROOT, debian, where)


# As compose.yaml starts it: nothing of the image can be written, no right can come back.
AS_COMPOSE = (
    "mount --bind /data /data; mount -t tmpfs none /tmp; mount -t tmpfs -o mode=755 none /run; "
    "mount -o remount,ro,bind /"
)


def unprivileged(stage: Stage) -> list[str]:
    user = [f"--reuid={stage.user}", f"--regid={stage.user}", "--init-groups"]
    return ["setpriv", *user, "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]


def until(claim: Callable[[], bool], what: str) -> None:
    """Wait until *claim* is true; a busy machine needs its time."""
    for _ in range(600):
        if claim():
            return
        time.sleep(0.2)  # noqa: TID251 - no event loop here
    pytest.fail(f"never came true: {what}")


def is_answered(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def serving(coordinator: Stage) -> Iterator[str]:
    command = json.loads(coordinator.said["CMD"])
    given = {"CADENCE_PORT": "38217", "HOME": "/data"}
    process = subprocess.Popen(
        started(coordinator, [*unprivileged(coordinator), *command], env=given, before=AS_COMPOSE),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield "http://127.0.0.1:38217"
    finally:
        process.kill()  # its first process goes with it
        process.wait(timeout=30)


def test_coordinator_answers_as_a_user_without_rights(serving: str, coordinator: Stage) -> None:
    assert coordinator.user == "cadence"
    until(lambda: is_answered(f"{serving}/healthz"), "the coordinator answers")
    data = (coordinator.root / "data").stat()
    assert (data.st_uid, data.st_mode & 0o777) == (10001, 0o700)
    # It says that it lives before it has opened its database.
    until((coordinator.root / "data/cadence.sqlite3").exists, "there is a database")
    health = json.loads(coordinator.said["HEALTHCHECK"].rpartition(" CMD ")[2])
    run(coordinator, shlex.join(word.replace(":3000", ":38217") for word in health))
    with pytest.raises(AssertionError, match="refused"):
        run(coordinator, shlex.join(word.replace(":3000", ":38218") for word in health))


def test_coordinator_can_cage_agents_under_what_compose_takes_away(coordinator: Stage) -> None:
    argv = [*unprivileged(coordinator), "cadence", "doctor", "--json"]
    said = subprocess.run(
        started(coordinator, argv, env={"HOME": "/data"}, before=AS_COMPOSE),
        capture_output=True,
        text=True,
    )
    findings = {one["name"]: one for one in json.loads(said.stdout)}
    assert findings["sandbox"]["ok"] == "ok", findings["sandbox"]


def test_coordinator_has_its_command_and_no_compiler(coordinator: Stage) -> None:
    assert "Hand a coding task" in run(coordinator, "cadence --help")
    assert run(coordinator, "command -v gcc || echo none").strip() == "none"
    findings = run(coordinator, "cadence doctor --json || true")
    assert json.loads(findings)


# With Fly's socket; the kernel's switches are everybody's here, so they cannot be set.
AS_FLY = (
    "ip link set lo up; mkdir -p /.fly; chmod 755 /.fly; touch /.fly/api; "
    "mount --bind /proc/sys /proc/sys; mount -o remount,ro,bind /proc/sys"
)


def booted(machine: Stage, *, but: str = "", env: dict[str, str] | None = None) -> tuple[int, str]:
    """Start the image as Fly would, with a network of its own, *but* for one line."""
    [entrypoint] = json.loads(machine.said["ENTRYPOINT"])
    boot = machine.root / entrypoint[1:]
    before = boot.read_text()
    assert but in before
    boot.write_text(before.replace(but, ":") if but else before)
    # Here a boot leaves its traces; every machine begins with a home as the image has it.
    (machine.root / "home/runner").chmod(0o755)
    try:
        argv = started(
            machine,
            [entrypoint],
            env=env,
            apart=("--net",),
            before=AS_FLY,
        )
        done = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    finally:
        boot.write_text(before)
    return done.returncode, done.stdout + done.stderr


def test_machine_has_what_it_and_agents_need(machine: Stage) -> None:
    run(machine, "bwrap --version && git --version && rg --version && nft --version && node -v")
    users = run(machine, "id -u runner; id -u agent; id -u egress").split()
    assert users == ["10002", "10003", "10004"]


def test_machine_boots_through_its_checks_to_its_program(machine: Stage) -> None:
    code, said = booted(machine)

    assert said.count(": good\n") == 20, said
    assert "CADENCE_URL and CADENCE_MACHINE_TOKEN" in said
    assert code == 2


@pytest.mark.parametrize(
    ("but", "problem"),
    [
        pytest.param('nft -f "$here/egress.nft"', "check agents: no network: the way", id="nft"),
        pytest.param("chmod 0700 /.fly", "check no socket of Fly's: /.fly can be", id="/.fly"),
        pytest.param("chmod 0700 /home/runner", "no home of the runner: /home/runner", id="home"),
    ],
)
def test_machine_refuses_work_when_a_check_fails(machine: Stage, but: str, problem: str) -> None:
    code, said = booted(machine, but=but)

    assert problem in said
    assert "refusing to take work" in said
    assert "CADENCE_URL" not in said
    assert code == 78


def test_both_files_use_only_words_that_are_known_here() -> None:
    words = {
        word
        for name in ("Dockerfile", "Dockerfile.runner")
        for word, _ in steps((ROOT / "deploy" / name).read_text())
    }
    assert words <= {
        *("ARG", "FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE"),
        *("STOPSIGNAL", "HEALTHCHECK", "CMD", "ENTRYPOINT"),
    }
