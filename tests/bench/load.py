"""Load by wrk: signed deliveries of real size, each with a GUID of its own, one in ten twice."""

import asyncio
import hashlib
import hmac
import json
import re
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAYLOAD = Path(__file__).parents[1] / "payloads" / "issue_comment.created.2.json"
BODIES = 50

_LUA = """
local bodies = {%s}
local signatures = {%s}
local n, guid = 0, ""
local prefix = "%s"
local id = 0
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("id", threads)
end
function request()
  n = n + 1
  if n %% 10 ~= 0 then
    guid = string.format("%%s-%%04x-%%012x", prefix, id, n)
  end
  local i = n %% #bodies + 1
  return wrk.format("POST", "/webhooks/github", {
    ["Content-Type"] = "application/json",
    ["User-Agent"] = "GitHub-Hookshot/bench",
    ["X-GitHub-Event"] = "issue_comment",
    ["X-GitHub-Delivery"] = guid,
    ["X-Hub-Signature-256"] = signatures[i],
  }, bodies[i])
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What wrk saw."""

    per_s: float
    p50_ms: float
    p99_ms: float
    requests: int
    refused: int


def bodies(count: int = BODIES) -> list[bytes]:
    """Return *count* real deliveries that differ a little; none of them calls us."""
    data = json.loads(PAYLOAD.read_text())
    made = []
    for number in range(count):
        data["comment"]["id"] = 500_000_000 + number
        data["comment"]["body"] = f"I can see this on my machine, too (case {number})."
        made.append(json.dumps(data, indent=2).encode())
    return made


def script(secret: str, made: Sequence[bytes]) -> str:
    """Return the Lua that sends *made*, signed with *secret*, under fresh GUIDs."""
    signatures = [hmac.new(secret.encode(), each, hashlib.sha256).hexdigest() for each in made]
    return _LUA % (
        ",".join(f"[==========[{each.decode()}]==========]" for each in made),
        ",".join(f'"sha256={each}"' for each in signatures),
        uuid.uuid4().hex[:13],
    )


async def wrk(url: str, secret: str, *, seconds: int, connections: int = 32) -> Load:
    """Load the webhook at *url* for *seconds*."""
    await need_wrk()
    path = Path(f"/tmp/cadence-bench-{uuid.uuid4().hex}.lua")
    await asyncio.to_thread(path.write_text, script(secret, bodies()))
    try:
        said = await output(
            "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(path), url
        )
    finally:
        await asyncio.to_thread(path.unlink)
    return read(said)


def read(said: str) -> Load:
    """Read wrk's report."""
    requests, took = re.search(r"(\d+) requests in ([\d.]+)s", said).groups()  # type: ignore[union-attr]  # wrk always says it
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return Load(
        per_s=int(requests) / float(took),
        p50_ms=_ms(said, "50"),
        p99_ms=_ms(said, "99"),
        requests=int(requests),
        refused=int(refused[1]) if refused else 0,
    )


def _ms(said: str, percent: str) -> float:
    number, unit = re.search(rf"\s{percent}%\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]  # wrk always says it
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


async def need_wrk() -> None:
    """Install wrk when it is missing and apt is there."""
    if shutil.which("wrk") is None:
        await output("apt-get", "install", "-y", "-qq", "--no-install-recommends", "wrk")


async def output(*argv: str, cwd: Path | None = None) -> str:
    """Run *argv*, return what it printed; raise `RuntimeError` with it when it fails."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {said.decode(errors='replace')[-2000:]}")
    return said.decode(errors="replace")
