"""The attack sample beside the repository, where it is there."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from runner.egress.policy import EgressPolicy
from runner.egress.proxy import EgressProxy
from runner.egress.registry_config import npm_upstream, pypi_upstream

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT.parent / "shared/security"
pytestmark = pytest.mark.skipif(not SAMPLE.is_dir(), reason="the attack sample is not here")
_WAIT = "for i in $(seq 100); do echo > /dev/tcp/127.0.0.1/3128 && break; sleep 0.1; done"


async def _hosts() -> dict[str, str]:
    pypi, npm = await pypi_upstream(), await npm_upstream()
    index = pypi.host if pypi else "index.example.org"
    files = next(iter((pypi.hosts if pypi else frozenset()) - {index}), "files.example.org")
    registry = npm.host if npm else "npm.example.org"
    return {
        "@npm@": registry,
        "@npmroot@": registry.partition(".")[2],
        "@pypi@": index,
        "@pypifiles@": files,
    }


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy with the operator's registries in the place of the placeholders."""
    folder = tmp_path_factory.mktemp("sample")
    hosts = asyncio.run(_hosts())
    for name in ("egress_attacks.py", "egress_lab.py"):
        text = (SAMPLE / name).read_text()
        for placeholder, host in hosts.items():
            text = text.replace(placeholder, host)
        (folder / name).write_text(text)
    return folder


def loaded(sample: Path) -> ModuleType:
    spec = spec_from_file_location("egress_attacks", sample / "egress_attacks.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sample_of_policy_attacks_is_refused_by_the_running_proxy(sample: Path) -> None:
    attacks = loaded(sample)
    policy = EgressPolicy(allow=attacks.ALLOW)

    def dial(host: str, port: int, resolve: Callable[[str], list[str]]) -> list[str]:
        return asyncio.run(_dialled(policy, f"{host}:{port}", resolve))

    passed, failures = attacks.run_policy(dial)

    assert failures == []
    assert passed >= 10


async def _dialled(
    policy: EgressPolicy, authority: str, resolve: Callable[[str], list[str]]
) -> list[str]:
    dialled: list[str] = []

    async def resolver(name: str) -> list[str]:
        return resolve(name)

    async def dialer(address: str, _: int) -> Any:
        dialled.append(address)
        raise OSError("far enough")

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "s")
        async with EgressProxy(policy, resolver=resolver, dialer=dialer).on_socket(path):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
            await reader.read()
            writer.close()
    return dialled


@pytest.mark.namespaces
@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("ip"), reason="needs root and iproute2")
def test_sample_laboratory_sees_no_escape(sample: Path) -> None:
    lab = [sys.executable, str(sample / "egress_lab.py")]
    allow = [word for name in loaded(sample).ALLOW for word in ("--allow", name)]
    inside = ["ip", "netns", "exec", "csec-box"]
    subprocess.run([*lab, "up"], check=True, capture_output=True)
    try:
        proxy = subprocess.Popen(
            [*inside, sys.executable, "-m", "runner.egress", "--listen", "127.0.0.1:3128", *allow],
            cwd=ROOT,
        )
        subprocess.run(
            [*inside, "bash", "-c", _WAIT],
            capture_output=True,
        )
        said = subprocess.run([*lab, "attack", "3128"], capture_output=True, text=True).stdout
        proxy.terminate()
        proxy.wait(10)
    finally:
        subprocess.run([*lab, "down"], capture_output=True)

    total = said.split()[1]
    assert total.split("/")[0] == total.split("/")[1], said
    assert "dns-leaks 0" in said
    assert "ESCAPES 0" in said
