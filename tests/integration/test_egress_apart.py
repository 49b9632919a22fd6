"""The egress proxy as a process of another user: the same answers, and nothing of the runner's."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runner.agent.agent_user import AgentUser
from runner.agent.sandbox import open_sandbox
from runner.agent.selftest import SandboxUnavailable
from runner.egress.apart import ApartProxy, ProxyLost
from runner.egress.policy import EgressPolicy

NOWHERE = EgressPolicy(registries=False)


@asynccontextmanager
async def serving(place: Path, *becoming: str) -> AsyncIterator[ApartProxy]:
    proxy = ApartProxy(NOWHERE, becoming=becoming)
    async with proxy.on_socket(place / "egress.sock"):
        yield proxy


async def asked(place: Path, request: str) -> str:
    """Return the first line of the proxy's answer."""
    reader, writer = await asyncio.open_unix_connection(place / "egress.sock")
    writer.write(request.encode())
    answer = await reader.read()
    writer.close()
    return answer.decode().partition("\r\n")[0]


def connect(name: str) -> str:
    return f"CONNECT {name}:443 HTTP/1.1\r\nHost: {name}:443\r\n\r\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path


async def test_it_answers_and_what_it_says_is_written_down(place: Path) -> None:
    async with serving(place) as proxy:
        assert "403" in await asked(place, connect("denied.example"))
        assert "400" in await asked(place, "POST / HTTP/1.1\r\n\r\n")
        await proxy.forget_blocked()
        assert proxy.journal.blocked == {}
        assert "403" in await asked(place, connect("other.example"))

    assert proxy.journal.blocked == {"other.example": "not on the list of allowed hosts"}
    assert proxy.journal.contacted == {}


async def test_names_that_are_allowed_later_are_allowed(place: Path) -> None:
    async with serving(place) as proxy:
        proxy.allow(("allowed.invalid",))
        await proxy.forget_blocked()
        assert "502" in await asked(place, connect("allowed.invalid"))  # it has no address
        with pytest.raises(ValueError, match="not a host name"):
            proxy.allow(("*",))


async def test_what_a_lost_proxy_says_is_taken_with_care(place: Path) -> None:
    liar = place / "liar"
    liar.write_text(
        "#!/bin/sh\n"
        'echo nonsense; echo "[1]"; echo \'{"mark": true}\'\n'
        'echo \'{"reached": "[click](http://evil.example)"}\'\n'
        'echo \'{"refused": 7, "reason": "x"}\'; echo \'{"reached": "good.example"}\'\n'
        "head -c 200000 /dev/zero | tr '\\0' x; echo\n"
        'echo \'{"reached": "npm registry"}\'\ncat > /dev/null\n'
    )
    liar.chmod(0o755)

    async with serving(place, str(liar)) as proxy:
        pass

    assert proxy.journal.contacted == {"good.example": 1, "npm registry": 1}
    assert proxy.journal.blocked == {}


async def test_one_that_does_not_come_up_is_said(place: Path) -> None:
    with pytest.raises(ProxyLost, match="ended"):
        async with serving(place, "false"):
            pass


async def test_one_that_cannot_be_started_is_said(place: Path) -> None:
    with pytest.raises(ProxyLost, match="could not be started"):
        async with serving(place, str(place / "no-such-program")):
            pass


async def test_nothing_of_our_environment_goes_with_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CADENCE_SECRET", "canary")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    shown = place / "shown"
    async with serving(place, "sh", "-c", f'env > {shown}; exec "$@"', "sh"):
        pass

    names = {line.partition("=")[0] for line in shown.read_text().splitlines()}
    assert "PIP_INDEX_URL" in names
    assert "CADENCE_SECRET" not in names


async def test_sandbox_whose_proxy_cannot_be_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "bwrap").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(programs))  # without setpriv nobody is somebody else
    mine = AgentUser(uid=os.getuid(), gid=os.getgid())
    agent = AgentUser(uid=mine.uid, gid=mine.gid, proxy=mine)

    with pytest.raises(SandboxUnavailable, match="egress proxy"):
        async with open_sandbox(
            workspace=tmp_path / "tree", root=tmp_path / "run", egress=NOWHERE, user=agent
        ):
            pass
