"""Where a sandbox's socket is made: short, private, and gone with its run."""

import asyncio
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.agent import socket_place
from runner.agent.sandbox import open_sandbox
from runner.agent.selftest import SandboxUnavailable
from runner.backends.local import LocalBackend
from runner.egress.policy import EgressPolicy

SHORT = Path("/tmp")


@pytest.fixture
def deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder whose name leaves no room for a socket's."""
    place = tmp_path.joinpath(*["a-folder-of-a-rented-machine"] * 5)
    place.mkdir(parents=True)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def own(deep: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short folder of this user's own."""
    with tempfile.TemporaryDirectory(dir=SHORT) as place:
        monkeypatch.setenv("XDG_RUNTIME_DIR", place)
        yield Path(place)


def noted(tmp_path: Path) -> Path:
    return Path((tmp_path / "run" / socket_place.NOTE).read_text())


def is_there(place: Path) -> bool:
    return place.exists()


def mode_of(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


async def test_sandbox_opens_below_a_deep_temporary_folder(tmp_path: Path, deep: Path) -> None:
    async with open_sandbox(
        workspace=tmp_path / "tree", root=tmp_path / "run", egress=EgressPolicy(registries=False)
    ) as hands:
        place = noted(tmp_path)
        answer = await hands.run("curl -sI http://127.0.0.1:3128 | head -1", timeout_s=20)

        assert place.parent == SHORT
        assert len(str(place / "egress.sock")) < socket_place.LONGEST
        assert mode_of(place) == 0o700
        assert "403" in answer.output
    assert not is_there(noted(tmp_path))


def test_folder_of_this_user_comes_first(own: Path) -> None:
    place = socket_place.make()
    assert place.parent == own

    shared = socket_place.make(is_shared=True)
    assert shared.parent != own
    shared.rmdir()


def test_short_temporary_folder_is_used(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr(tempfile, "tempdir", str(own))

    assert socket_place.make().parent == own


@pytest.mark.parametrize(
    "mode", [pytest.param(0o777, id="all may write"), pytest.param(0o770, id="a group may")]
)
def test_folder_in_which_others_could_swap_ours_is_passed_over(own: Path, mode: int) -> None:
    own.chmod(mode)

    assert own not in socket_place.parents()
    own.chmod(mode | stat.S_ISVTX)
    assert own in socket_place.parents()


async def test_no_place_is_a_sentence(
    tmp_path: Path, deep: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_place, "_LAST", deep / "none")

    with pytest.raises(SandboxUnavailable, match="no folder for a socket"):
        async with open_sandbox(
            workspace=tmp_path / "tree", root=tmp_path / "run", egress=EgressPolicy()
        ):
            pass


def test_place_of_a_killed_run_goes_and_nothing_else(own: Path, tmp_path: Path) -> None:
    backend = LocalBackend(tmp_path / "machines", environment={})
    place = socket_place.make()
    others = [own / "mine", tmp_path / "cadence-12345678", own / "cadence-link"]
    for one in others[:2]:
        one.mkdir()
    others[2].symlink_to(tmp_path)
    for number, named in enumerate((place, *others)):
        cage = tmp_path / f"machines/run-{number}/cage"
        cage.mkdir(parents=True)
        (cage / socket_place.NOTE).write_text(str(named))
        asyncio.run(backend.destroy(f"run-{number}"))

    assert not place.exists()
    assert all(one.exists() for one in others)
