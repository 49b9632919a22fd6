"""``cadence index`` and ``cadence search`` on OWNER/REPO: the coordinator's own indexes."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator

import aiohttp
from rich.console import Console

from bot.db.engine import Database
from bot.db.installations import Installations
from bot.errors import BadSettings, InvalidRequest, NotFound
from bot.github.app import GitHubApp
from bot.indexing.folder_search import print_found, show_report
from bot.indexing.indexes import Indexes
from bot.settings import Settings
from bot.wiring.indexes import indexes_of


def index_repository(settings: Settings, full_name: str, *, as_json: bool) -> None:
    """Bring the index of *full_name* up to what GitHub has, and its vectors if there are any."""
    asyncio.run(_index(settings, full_name, as_json=as_json))


def search_repository(
    settings: Settings, full_name: str, query: str, *, k: int, as_json: bool
) -> None:
    """Print what fits *query* in the coordinator's index of *full_name*."""
    if not query.strip():
        raise InvalidRequest('say what to look for: cadence search OWNER/REPO "words"')
    asyncio.run(_search(settings, full_name, query, k=k, as_json=as_json))


async def _index(settings: Settings, full_name: str, *, as_json: bool) -> None:
    async with _opened(settings, full_name) as (indexes, installations):
        installation_id, repository_id, name = await _known(installations, full_name)
        console = Console(stderr=True, quiet=as_json or not sys.stderr.isatty())
        with console.status(f"Indexing {name}"):
            report = await indexes.refresh(installation_id, repository_id, name)
            if report is None:
                raise NotFound(f"{name} has nothing to index, or the App reaches it no more")
            embedded = await indexes.embed(repository_id)
    if as_json:
        sys.stdout.write(json.dumps({**report.to_json(), "embedded": embedded}) + "\n")
    else:
        show_report(report, None, Console())


async def _search(settings: Settings, full_name: str, query: str, *, k: int, as_json: bool) -> None:
    async with _opened(settings, full_name) as (indexes, installations):
        _, repository_id, _ = await _known(installations, full_name)
        print_found(await indexes.search(repository_id, query, k=k), as_json=as_json)


async def _known(installations: Installations, full_name: str) -> tuple[int, int, str]:
    found = await installations.find_repository(full_name)
    if found is None:
        raise NotFound(
            f"there is no folder {full_name}, and the App is not installed on a repository so named"
        )
    return found


@contextlib.asynccontextmanager
async def _opened(
    settings: Settings, full_name: str
) -> AsyncIterator[tuple[Indexes, Installations]]:
    if not settings.app_id:
        raise BadSettings(
            f"there is no folder {full_name}; for a repository on GitHub run cadence setup first"
        )
    database = Database(settings.database)
    await database.open()
    timeout = aiohttp.ClientTimeout(total=60, sock_connect=10)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            github = GitHubApp(
                session,
                api_url=settings.github_api_url,
                app_id=settings.app_id,
                private_key_pem=settings.private_key_pem,
                slug=settings.app_slug,
            )
            indexes = await asyncio.to_thread(indexes_of, settings, database, github)
            try:
                yield indexes, Installations(database)
            finally:
                await indexes.close()
    finally:
        await database.close()
