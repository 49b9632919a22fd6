"""Hostile deliveries of the shared pack against the real door; without the pack it is skipped."""

import asyncio
import importlib.util
import io
import json
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakes.front import Front, front
from tests.fakes.quiet_github import BOT_ID, QuietGitHub, quiet_github

_PACK = Path(__file__).parents[3] / "shared" / "security" / "webhook_attacks.py"
_SECRET = b"test-" + b"secret"

pytestmark = pytest.mark.skipif(not _PACK.exists(), reason="the shared attack pack is not here")


@cache
def _pack() -> ModuleType:
    spec = importlib.util.spec_from_file_location("webhook_attacks", _PACK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _cases() -> tuple[dict[str, Any], ...]:
    if not _PACK.exists():
        return ()
    # The pack's own loader leaves its file open, which is an error here.
    rows = _PACK.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(row) for row in rows]
    return tuple({**case, "state": {**_pack().STATE, **case.get("state", {})}} for case in cases)


def _resident_mb() -> int:
    status = Path("/proc/self/status")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) // 1024 if found else 0


@cache
def _key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    return key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain).decode()


@asynccontextmanager
async def _scene(
    directory: Path, state: dict[str, Any]
) -> AsyncIterator[tuple[QuietGitHub, Front, aiohttp.ClientSession]]:
    async with (
        quiet_github(state) as github,
        aiohttp.ClientSession() as session,
        front(
            directory,
            session,
            api_url=github.url,
            app_id=12345,
            private_key_pem=_key(),
            secret=_SECRET,
            bot_user_id=BOT_ID,
        ) as door,
    ):
        yield github, door, session


def _requests(case: dict[str, Any]) -> list[tuple[str, str, dict[str, str], bytes]]:
    copies = []
    for turn in range(case.get("repeat", 1)):
        each = case
        if case.get("distinct") and turn:
            patch = json.loads(json.dumps(case.get("patch", {})))
            comment = patch.setdefault("comment", {})
            comment["id"] = comment.get("id", 880001) + 100_000 + turn
            each = {**case, "patch": patch, "guid": f"{case['id']}-{turn}"}
        copies.append(_pack().request(each, _SECRET))
    return copies


async def _send(
    session: aiohttp.ClientSession,
    door: Front,
    request: tuple[str, str, dict[str, str], bytes],
) -> tuple[int, bytes]:
    method, path, headers, body = request
    url = f"http://127.0.0.1:{door.port}{path}"
    async with session.request(method, url, headers=headers, data=io.BytesIO(body)) as answer:
        return answer.status, await answer.read()


@pytest.mark.parametrize("case", _cases(), ids=lambda case: str(case["id"]))
async def test_hostile_delivery_does_what_is_expected(
    case: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    earlier = [c for c in _cases() if c["id"] in case["state"]["earlier"]]
    async with _scene(tmp_path, case["state"]) as (github, door, session):
        for before in earlier:
            for request in _requests(before):
                await _send(session, door, request)
            await door.settled()
        known = len(await door.agents.recent())
        github.asked.clear()
        github.said.clear()

        begun = time.monotonic()
        answers = await asyncio.gather(*(_send(session, door, r) for r in _requests(case)))
        took = time.monotonic() - begun
        await door.settled()

        made = len(await door.agents.recent()) - known
        instruction = " ".join(a.task.instruction for a in door.started)
        seen = instruction + " ".join(a.task.issue_body for a in door.started)
    expect = case["expect"]
    assert {status for status, _ in answers} <= set(expect["status"])
    allowed = expect.get("tasks_any", [expect["tasks"]])
    if "tasks_max" in expect:
        allowed = range(expect["tasks"], expect["tasks_max"] + 1)
    assert made in allowed
    _check(case, github, answers, seen=seen, took_s=took, log=capfd.readouterr().out)


def _check(
    case: dict[str, Any],
    github: QuietGitHub,
    answers: list[tuple[int, bytes]],
    *,
    seen: str,
    took_s: float,
    log: str,
) -> None:
    checks = case["expect"]["checks"]
    comments = [said for said in github.said if " " in said]
    held = {
        "no_api_call": not github.asked,
        "no_token": not any("access_tokens" in call for call in github.asked),
        "no_body_echo": all(len(body) < 100 for _, body in answers),
        "silent": not comments,
        "reaction_or_reply": bool(github.said) or case["expect"]["tasks"] > 0,
        "under_1s": took_s < 5,  # a shared machine; the limit is about explosions
        "rss_under_200mb": _resident_mb() < 400,
        "prompt_clean": not re.search(r"<!--|print the environment", seen),
        "log_one_line": "\x1b[" not in re.sub(r"\x1b\[[0-9;]*m", "", log),
        "no_secret_in_log": _SECRET.decode() not in log and "ghs_" not in log,
    }
    assert [name for name in checks if not held.get(name, True)] == []


async def test_the_vector_of_githubs_documentation_is_accepted(tmp_path: Path) -> None:
    secret, body, signature = _pack().docs_vector()
    async with (
        aiohttp.ClientSession() as session,
        front(
            tmp_path,
            session,
            api_url="http://127.0.0.1:9",
            app_id=1,
            private_key_pem=_key(),
            secret=secret,
            bot_user_id=BOT_ID,
        ) as door,
    ):
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "push",
            "X-GitHub-Delivery": str(uuid.uuid4()),
            "X-Hub-Signature-256": signature,
        }
        status, _ = await _send(session, door, ("POST", "/webhooks/github", headers, body))

    assert status == 400  # rightly signed, but no JSON; a wrong signature would be 401
