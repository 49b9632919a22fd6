"""Where the App is installed: kept in step with what GitHub tells."""

from collections.abc import Sequence

from gidgethub.routing import Router
from gidgethub.sansio import Event

from bot.db.installations import RepositoryRow
from handlers import payload
from handlers.payload import Data
from handlers.services import Visit

router = Router()
FIRST_INDEXES = 100


@router.register("installation", action="created")
async def welcome(event: Event, visit: Visit) -> None:
    """Write down a new installation and its repositories."""
    installation_id = await _note(event, visit)
    rows = _rows(event.data, "repositories")
    await visit.services.installations.set_repositories(installation_id, rows)
    await _index_first(visit, installation_id, rows)


@router.register("installation", action="suspend")
async def rest(event: Event, visit: Visit) -> None:
    """Note that an installation is suspended, and keep nothing of its code meanwhile."""
    installation_id = await _note(event, visit)
    await _forget_all(visit, installation_id)


@router.register("installation", action="unsuspend")
async def resume(event: Event, visit: Visit) -> None:
    """Note that an installation works again, and index its repositories anew."""
    installation_id = await _note(event, visit)
    rows = await visit.services.installations.repositories(installation_id)
    await _index_first(visit, installation_id, [(*row, None) for row in rows])


@router.register("installation", action="new_permissions_accepted")
async def keep_in_step(event: Event, visit: Visit) -> None:
    """Note the installation as it is now."""
    await _note(event, visit)


@router.register("installation", action="deleted")
async def forget(event: Event, visit: Visit) -> None:
    """Forget an installation; its agents end when GitHub gives them no token any more."""
    installation = payload.child(event.data, "installation")
    installation_id = payload.number(installation, "id")
    known = await visit.services.installations.repositories(installation_id)
    named = _rows(event.data, "repositories")  # a repeated delivery finds no rows of ours any more
    await visit.services.installations.remove(installation_id)
    gone = [one for one, _ in known] + [one for one, _, _ in named]
    await _let_go(visit, installation_id, gone)


@router.register("installation_repositories", action="added")
@router.register("installation_repositories", action="removed")
async def change_reach(event: Event, visit: Visit) -> None:
    """Note which repositories an installation reaches."""
    installations = visit.services.installations
    installation_id = await _note(event, visit)
    added = _rows(event.data, "repositories_added")
    await installations.add_repositories(installation_id, added)
    removed = _rows(event.data, "repositories_removed")
    await _let_go(visit, installation_id, [row[0] for row in removed])
    await _index_first(visit, installation_id, added)


async def _index_first(visit: Visit, installation_id: int, rows: Sequence[RepositoryRow]) -> None:
    """Queue the first index of *rows*; of very many, the rest waits until it is needed."""
    for repository_id, full_name, _ in rows[:FIRST_INDEXES]:
        await visit.services.index(installation_id, repository_id, full_name, visit.guid)


async def _let_go(visit: Visit, installation_id: int, repository_ids: Sequence[int]) -> None:
    """Forget repositories; of those that another installation has by now, only the mirror."""
    gone = await visit.services.installations.remove_repositories(
        repository_ids, installation_id=installation_id
    )
    for repository_id in sorted(set(repository_ids)):
        if repository_id in gone:
            await visit.services.indexes.forget(repository_id)
        else:
            await visit.services.indexes.leave(installation_id, repository_id)


async def _forget_all(visit: Visit, installation_id: int) -> None:
    for repository_id, _ in await visit.services.installations.repositories(installation_id):
        await visit.services.indexes.forget(repository_id)


async def _note(event: Event, visit: Visit) -> int:
    installation = payload.child(event.data, "installation")
    installation_id = payload.number(installation, "id")
    account = installation.get("account")
    account = account if isinstance(account, dict) else {}
    await visit.services.installations.upsert(
        installation_id,
        account_login=payload.text(account, "login"),
        account_type=payload.text(account, "type"),
        suspended=installation.get("suspended_at") is not None,
    )
    return installation_id


def _rows(data: Data, key: str) -> list[RepositoryRow]:
    return [
        (payload.number(row, "id"), payload.full_name(row), None)
        for row in payload.children(data, key)
    ]
