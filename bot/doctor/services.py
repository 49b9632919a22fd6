"""What the operator may have beside the model: a store, machines to rent, transcription."""

import os
import secrets
from pathlib import Path
from urllib.parse import quote

import aiohttp

from bot.blobs import Blobs
from bot.db.checkup import nearest
from bot.doctor.finding import Finding, Patient, fail, good, warn
from bot.doctor.keys import asked
from bot.errors import CadenceError

_PATIENCE_S = 3.0


async def examine(patient: Patient, session: aiohttp.ClientSession) -> list[Finding]:
    """Return what is to be said about the services that are set; the others are nobody's loss."""
    findings = [await _store(patient)]
    if fly := patient.fly_token.get_secret_value():
        url = f"{patient.fly_url}/apps?org_slug={quote(patient.fly_org, safe='')}"
        headers = {"Authorization": f"Bearer {fly}"}
        findings.append(await asked("Fly token", "CADENCE_FLY_TOKEN", url, headers, session))
    if hetzner := patient.hetzner_token.get_secret_value():
        url = f"{patient.hetzner_url}/locations"
        headers = {"Authorization": f"Bearer {hetzner}"}
        findings.append(await asked("Hetzner token", "HCLOUD_TOKEN", url, headers, session))
    if deepgram := patient.deepgram_api_key.get_secret_value():
        url = f"{patient.deepgram_url.rstrip('/')}/v1/projects"
        headers = {"Authorization": f"Token {deepgram}"}
        findings.append(await asked("Deepgram key", "DEEPGRAM_API_KEY", url, headers, session))
    return findings


async def _store(patient: Patient) -> Finding:
    blobs = Blobs.of(patient, patience_s=_PATIENCE_S)
    if blobs.folder is not None:
        return _folder(patient, nearest(blobs.folder))
    name, data = f"doctor/{secrets.token_hex(8)}", secrets.token_bytes(16)
    try:  # a few bytes that are taken away again: rights on a bucket are seen by use only
        await blobs.put(name, data)
        is_same = await blobs.get(name) == data
        await blobs.remove([name])
    except CadenceError as error:
        remedy = "check CADENCE_STORE_* and what its key may do: put, get, list and delete"
        return fail("store", f"{patient.store}: {error}", remedy)
    if not is_same:
        return fail("store", f"{patient.store} gives back other bytes", "use another store")
    return good("store", patient.store)


def _folder(patient: Patient, place: Path) -> Finding:
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        remedy = "give the coordinator's user the right to write there, or set CADENCE_STORE_URL"
        return fail("store", f"{place} cannot be written", remedy)
    if not patient.database.startswith("sqlite"):
        detail = f"{patient.store}: other coordinators do not see what this one keeps"
        return warn("store", detail, "with more than one, set CADENCE_STORE_URL to s3://…")
    return good("store", patient.store)
