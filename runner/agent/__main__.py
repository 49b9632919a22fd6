"""The program in the machine: ``python -m runner.agent``.

One JSON line on standard input says where to dial: ``{"url", "token", "runId", "root"}``. Neither
the command line nor the environment ever holds the token. SIGTERM ends the run and keeps its work.
"""

import asyncio
import contextlib
import json
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import structlog

from runner.agent import agent_user
from runner.agent.dial import connect
from runner.agent.link import RunNotOurs, WebSocketLink
from runner.agent.seams import RunFailed
from runner.redact import Redactor

_STOPPED = "The machine was told to stop."


def main() -> int:
    """Read where to dial, run, and return the exit code."""
    order = json.loads(sys.stdin.readline())
    Path(order["root"]).mkdir(parents=True, exist_ok=True)
    redactor = Redactor([order["token"]])
    log_to_stderr(redactor)
    return asyncio.run(serve(order, redactor))


async def serve(order: dict[str, str], redactor: Redactor) -> int:
    """Dial as *order* says, execute the run, and return the exit code."""
    log = structlog.get_logger().bind(run_id=order["runId"])
    root = Path(order["root"])
    url, token, run_id = order["url"], order["token"], order["runId"]
    async with connect(url, token, run_id, root=root, on_secret=redactor.add) as link:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, link.control.cancel, _STOPPED)
        try:
            spec = await _assigned(link)
        except (RunNotOurs, RunFailed) as error:
            log.warning("no assignment", reason=str(error))
            return 1
        # Late: what the harness needs takes longer to import than the line to come up.
        from runner.agent.harness import Conditions, run
        from runner.egress.registry import open_registries

        async with AsyncExitStack() as stack:
            registries = await stack.enter_async_context(open_registries())
            outcome = await run(
                spec,
                link,
                root=root,
                redactor=redactor,
                conditions=Conditions(
                    registries=registries,
                    mirror=order.get("mirror", ""),
                    caches=order.get("caches", ""),
                    user=agent_user.named(order.get("agentUser", ""), order.get("proxyUser", "")),
                ),
                archive=link.archive,
            )
        log.info("run ended", status=outcome.status, kind=outcome.kind, steps=outcome.steps)
        await link.finish(outcome)
    return 0


async def _assigned(link: WebSocketLink) -> Any:
    """Wait for the assignment; a stop before it ends the wait."""
    while not link.spec.done():
        await asyncio.wait({link.spec}, timeout=0.1)
        if link.control.cancel_reason is not None and not link.spec.done():
            raise RunFailed(link.control.cancel_reason)
    return link.spec.result()


def log_to_stderr(redactor: Redactor) -> None:
    """Write lines of JSON without secrets to standard error."""

    def redacted(_: Any, __: str, event: Any) -> Any:
        return redactor.redact_json(dict(event))

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redacted,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
