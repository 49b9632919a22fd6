"""The keys of the model's side: one cheap question each."""

import aiohttp
from pydantic import SecretStr

from bot.doctor.finding import Finding, Patient, fail, good, warn

_TIMEOUT = aiohttp.ClientTimeout(total=15)
_ANTHROPIC_VERSION = "2023-06-01"


async def examine(patient: Patient, session: aiohttp.ClientSession) -> list[Finding]:
    """Return what is to be said about the keys."""
    return [await _anthropic(patient, session), await _openai(patient, session)]


async def _anthropic(patient: Patient, session: aiohttp.ClientSession) -> Finding:
    key = patient.anthropic_api_key
    if not key.get_secret_value():
        return fail("Anthropic key", "not set", "set ANTHROPIC_API_KEY in .env")
    url = f"{patient.anthropic_base_url}/v1/models?limit=1"
    headers = {"x-api-key": key.get_secret_value(), "anthropic-version": _ANTHROPIC_VERSION}
    return await asked("Anthropic key", "ANTHROPIC_API_KEY", url, headers, session)


async def _openai(patient: Patient, session: aiohttp.ClientSession) -> Finding:
    key: SecretStr = patient.openai_api_key
    if not key.get_secret_value():
        return good("OpenAI key", "not set; search stays lexical (optional)")
    url = f"{patient.openai_base_url}/models"
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"}
    return await asked("OpenAI key", "OPENAI_API_KEY", url, headers, session)


async def asked(
    name: str, setting: str, url: str, headers: dict[str, str], session: aiohttp.ClientSession
) -> Finding:
    """Ask *url* something that costs nothing, and judge the key in *setting* by the answer."""
    try:
        async with session.get(url, headers=headers, timeout=_TIMEOUT) as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        detail = f"{url.partition('?')[0]} does not answer ({type(error).__name__})"
        return fail(name, detail, "check the network, a proxy, and the address in the settings")
    if status == 200:
        return good(name, "accepted")
    if status in {401, 403}:
        return fail(name, f"refused (HTTP {status})", f"make a new one; set {setting}")
    return warn(name, f"could not be judged (HTTP {status})", "try again in a minute")
