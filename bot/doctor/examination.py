"""One examination, in the order in which an operator would put things right."""

import asyncio
import itertools

import aiohttp

from bot import manifest
from bot.doctor import github, keys, machine, services, storage
from bot.doctor.finding import Finding, Patient, fail, good, warn

_TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5)


async def examine(patient: Patient) -> list[Finding]:
    """Look at everything that a run needs; nothing is changed."""
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        parts = await asyncio.gather(
            machine.look(patient),
            storage.examine(patient),
            services.examine(patient, session),
            keys.examine(patient, session),
            github.examine(patient, session, manifest.read()),
            _coordinator(patient, session),
        )
    return list(itertools.chain.from_iterable(parts))


async def _coordinator(patient: Patient, session: aiohttp.ClientSession) -> list[Finding]:
    host = "127.0.0.1" if patient.host in {"0.0.0.0", "::", ""} else patient.host  # noqa: S104 - compared, not bound
    local = f"http://{host}:{patient.port}"
    findings = []
    if await _is_well(session, local):
        findings.append(good("coordinator", f"answers at {local}"))
    else:
        remedy = "start it: cadence serve"
        findings.append(warn("coordinator", f"does not answer at {local}", remedy))
    if patient.public_url and findings[0].remedy == "":
        if await _is_well(session, patient.base_url):
            findings.append(good("public address", patient.base_url))
        else:
            detail = f"{patient.base_url} does not lead to the coordinator from here"
            remedy = "check DNS, TLS and the reverse proxy; or the tunnel, if there is one"
            findings.append(fail("public address", detail, remedy))
    return findings


async def _is_well(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/healthz") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False
