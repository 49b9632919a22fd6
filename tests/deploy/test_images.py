"""The images' steps in a chroot, and what they make, started: no Docker engine is needed.

``CADENCE_TEST_IMAGES=1 pytest tests/deploy`` as root; it takes some minutes.
"""

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.chroot import Stage, base, build, mounted, run, steps

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.images,
    pytest.mark.timeout(1_500),
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


@pytest.fixture
def serving(coordinator: Stage) -> Iterator[str]:
    given = coordinator.env | {"CADENCE_PORT": "38217", "HOME": "/data"}
    env = [f"{name}={value}" for name, value in given.items()]
    root = str(coordinator.root)
    words = ["chroot", f"--userspec={coordinator.user}", root, "/usr/bin/env", "-i"]
    with mounted(coordinator.root):
        process = subprocess.Popen(
            [*words, *env, "sh", "-c", "cd /data && exec cadence serve"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield "http://127.0.0.1:38217"
        finally:
            process.terminate()
            process.wait(timeout=30)


def test_coordinator_answers_as_a_user_without_rights(serving: str, coordinator: Stage) -> None:
    assert coordinator.user == "cadence"
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{serving}/healthz", timeout=2) as answer:  # noqa: S310
                assert answer.status == 200
                break
        except OSError:
            time.sleep(0.2)  # noqa: TID251 - no event loop here
    else:
        pytest.fail("the coordinator did not come up")
    owner = subprocess.run(
        ["stat", "-c", "%U", str(coordinator.root / "data")], capture_output=True, text=True
    )
    assert owner.returncode == 0
    assert (coordinator.root / "data/cadence.sqlite3").exists()


def test_coordinator_has_its_command_and_no_compiler(coordinator: Stage) -> None:
    assert "Hand a coding task" in run(coordinator, "cadence --help")
    assert run(coordinator, "command -v gcc || echo none").strip() == "none"
    findings = run(coordinator, "cadence doctor --json || true")
    assert json.loads(findings)


def test_machine_checks_itself_and_refuses_without_its_firewall(machine: Stage) -> None:
    run(machine, "bwrap --version && git --version && rg --version && nft --version")
    stage = Stage(machine.root, machine.env, "/", "root")
    checks = "python3 -I /opt/entrypoint/checks.py --user runner --out /run/found.json"
    out = run(stage, f"{checks} || true; cat /run/found.json")
    found = json.loads(out.strip().splitlines()[-1])
    assert found["another user"] == ""


def test_machine_program_says_what_it_needs(machine: Stage) -> None:
    said = run(machine, "python -m runner.machine 2>&1 || true")

    assert "CADENCE_URL and CADENCE_MACHINE_TOKEN" in said


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
