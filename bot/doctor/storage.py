"""The database: opens, writes, in the right mode, with our tables."""

import asyncio

from bot.db.checkup import Checkup, look
from bot.doctor.finding import Finding, Patient, fail, good, warn
from bot.errors import CadenceError

_NAME = "database"


async def examine(patient: Patient) -> list[Finding]:
    """Return what is to be said about the database."""
    try:
        return judge(await asyncio.to_thread(look, patient.database))
    except CadenceError as error:
        remedy = "check DATABASE_URL and that the server runs; for SQLite the rights on its folder"
        return [fail(_NAME, str(error), remedy)]


def judge(found: Checkup) -> list[Finding]:
    """Judge a database that opens and can be written."""
    findings = [_tables(found)]
    if found.journal and found.journal != "wal":
        remedy = "start `cadence serve` once: it sets WAL; network file systems cannot have it"
        findings.append(warn("journal", f"SQLite's journal is {found.journal}", remedy))
    if found.server.startswith("PostgreSQL") and not found.vectors:
        remedy = "install the extension pgvector 0.7 or newer; search is lexical until then"
        findings.append(warn("pgvector", "not available on this server", remedy))
    elif found.vectors:
        findings.append(good("pgvector", found.vectors))
    return findings


def _tables(found: Checkup) -> Finding:
    if found.is_new:
        return good(_NAME, f"{found.server}; the tables are made at the first start")
    if found.revision != found.newest:
        detail = f"{found.server}; tables at {found.revision}, this program has {found.newest}"
        return warn(_NAME, detail, "back up, then start `cadence serve`: it migrates")
    return good(_NAME, f"{found.server}; tables at {found.revision}")
