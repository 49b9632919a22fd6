"""A project is set up through the gateway and verified, and its tree stays clean."""

from pathlib import Path

import pytest

from runner.agent.clone import Source
from runner.agent.config import RepositoryConfig
from runner.agent.detect import WANTED
from runner.agent.sandbox import open_sandbox
from runner.agent.verify import plan, verify
from runner.agent.workspace import Workspace
from runner.egress.policy import EgressPolicy
from tests.integration.test_workspace import Upstream, spec_for

HERE = Source(allow_file=True)

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
PROJECT = {
    "pyproject.toml": """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "tiny"
version = "1"
dependencies = ["six"]
[tool.setuptools]
py-modules = ["tiny"]
[tool.pytest.ini_options]
""",
    "tiny.py": "import six\n\ndef double(x):\n    return x + x + 1\n",
    "tests/test_tiny.py": "import tiny\n\ndef test_double():\n    assert tiny.double(2) == 4\n",
}


async def test_python_project_without_a_word_from_its_owner_is_verified(tmp_path: Path) -> None:
    upstream = Upstream(tmp_path / "up")
    upstream.commit(dict(PROJECT))
    run = tmp_path / "run"
    async with open_sandbox(
        workspace=run / "tree", root=run / "own", egress=EgressPolicy()
    ) as hands:
        spec = spec_for(upstream.url)
        tree = await Workspace.clone(spec, "", run / "own", tree=run / "tree", source=HERE)
        made = plan(RepositoryConfig(), await tree.base_names(), await tree.base_files(WANTED))
        for command in made.setup:
            result = await hands.run(command, timeout_s=170)
            assert result.exit_code == 0, result.output
        before = await verify(hands, made.verify, origin=made.verify_origin)
        await hands.run("sed -i 's/ + 1$//' tiny.py", timeout_s=10)
        after = await verify(hands, made.verify, origin=made.verify_origin)
        status = await hands.run("git status --porcelain", timeout_s=10)

    assert (before.outcome, before.exit_code) == ("failed", 1)
    assert (after.outcome, after.exit_code) == ("passed", 0)
    assert after.origin == "detected: pyproject.toml"
    assert "1 passed" in after.output_tail
    assert status.output == " M tiny.py\n"
