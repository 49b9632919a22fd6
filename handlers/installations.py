"""Where the App is installed: kept in step with what GitHub tells."""

from gidgethub.routing import Router
from gidgethub.sansio import Event

from bot.db.installations import RepositoryRow
from handlers import payload
from handlers.payload import Data
from handlers.services import Visit

router = Router()


@router.register("installation", action="created")
async def welcome(event: Event, visit: Visit) -> None:
    """Write down a new installation and its repositories."""
    installation_id = await _note(event, visit)
    rows = _rows(event.data, "repositories")
    await visit.services.installations.set_repositories(installation_id, rows)


@router.register("installation", action="suspend")
@router.register("installation", action="unsuspend")
@router.register("installation", action="new_permissions_accepted")
async def keep_in_step(event: Event, visit: Visit) -> None:
    """Note the installation as it is now."""
    await _note(event, visit)


@router.register("installation", action="deleted")
async def forget(event: Event, visit: Visit) -> None:
    """Forget an installation; its agents end when GitHub gives them no token any more."""
    installation = payload.child(event.data, "installation")
    await visit.services.installations.remove(payload.number(installation, "id"))


@router.register("installation_repositories", action="added")
@router.register("installation_repositories", action="removed")
async def change_reach(event: Event, visit: Visit) -> None:
    """Note which repositories an installation reaches."""
    installations = visit.services.installations
    installation_id = await _note(event, visit)
    await installations.add_repositories(installation_id, _rows(event.data, "repositories_added"))
    gone = [row[0] for row in _rows(event.data, "repositories_removed")]
    await installations.remove_repositories(gone)


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
