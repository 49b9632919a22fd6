"""A daemon's update: a venv of its own, a trial, and the old one when anything is wrong."""

import os
import zipfile
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import child_environment
from runner.daemon.update import Plan, UpdateFailed, Versions

TOKEN = "t" * 40
MAIN = """
import pathlib, sys
def main():
    arguments = sys.argv
    token = pathlib.Path(arguments[arguments.index("--token-file") + 1]).read_text()
    place = pathlib.Path(arguments[arguments.index("--data") + 1])
    (place / "seen").write_text(token + " " + " ".join(arguments))
    sys.exit({code})
"""


def wheel(folder: Path, version: str, *, code: int = 0, claims: str = "") -> None:
    said = claims or version
    files = {
        "bot/__init__.py": "",
        "bot/__main__.py": MAIN.replace("{code}", str(code)),
        f"cadence_bot-{said}.dist-info/METADATA": (
            f"Metadata-Version: 2.1\nName: cadence-bot\nVersion: {said}\n"
        ),
        f"cadence_bot-{said}.dist-info/WHEEL": (
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
        f"cadence_bot-{said}.dist-info/entry_points.txt": (
            "[console_scripts]\ncadence = bot.__main__:main\n"
        ),
        f"cadence_bot-{said}.dist-info/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"cadence_bot-{said}-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    plan = Plan(
        root=tmp_path,
        package=f"{tmp_path}/cadence_bot-{{version}}-py3-none-any.whl",
        arguments=("daemon", "--data", str(tmp_path)),
        token=SecretStr(TOKEN),
        environment=child_environment(),
        trial_s=20.0,
    )
    return Versions(plan)


@pytest.mark.slow
async def test_version_is_installed_tried_and_switched_to(
    versions: Versions, tmp_path: Path
) -> None:
    wheel(tmp_path, "2.0")

    program = await versions.prepared("2.0")
    await versions._tried(program)
    versions.switch("2.0")

    token, _, arguments = (tmp_path / "seen").read_text().partition(" ")
    assert token == TOKEN
    assert TOKEN not in arguments
    assert "--trial" in arguments
    assert (versions.current / "bin/cadence").resolve() == program.resolve()


@pytest.mark.slow
async def test_version_that_does_not_come_up_is_not_switched_to(
    versions: Versions, tmp_path: Path
) -> None:
    wheel(tmp_path, "2.1", code=3)

    assert "failed" in await versions.bring_to("2.1")
    assert not versions.current.exists()
    assert not (tmp_path / "versions/2.1").exists()


@pytest.mark.slow
async def test_version_that_is_not_there_is_a_sentence(versions: Versions, tmp_path: Path) -> None:
    assert "failed" in await versions.bring_to("9.9")
    assert not versions.current.exists()


@pytest.mark.parametrize("version", ["", "../x", "-r", "1 2", "1;2"])
async def test_what_is_no_version_is_not_installed(versions: Versions, version: str) -> None:
    with pytest.raises(UpdateFailed, match="no version"):
        await versions.prepared(version)


def test_old_versions_go_but_the_one_before_stays(versions: Versions, tmp_path: Path) -> None:
    for number, name in enumerate(("1.0", "1.1", "1.2", "1.3")):
        (tmp_path / "versions" / name).mkdir(parents=True)
        os.utime(tmp_path / "versions" / name, (number, number))

    versions.switch("1.3")

    assert sorted(path.name for path in (tmp_path / "versions").iterdir()) == ["1.2", "1.3"]
