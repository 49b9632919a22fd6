"""REST: what a signed-in person sees through an App, and how a grant is taken back."""

from deploy.devkit.github import bodies
from deploy.devkit.github.errors import Refused, not_found
from deploy.devkit.github.records import Account, App, Installation, Json, Repository
from deploy.devkit.github.rest import Call, Reply, Routes

routes = Routes()


def _person(call: Call) -> tuple[Account, App | None]:
    token = call.identity.token
    if token is None:
        raise Refused(401, "Requires authentication")
    if token.installation is not None:
        raise Refused(403, "Resource not accessible by integration")
    return token.user, token.app


@routes.add("GET", "/user")
async def get_me(call: Call) -> Reply:
    """Return who calls."""
    person, _ = _person(call)
    return Reply(body=bodies.public_user(call.site.world, person))


def _with_app(call: Call) -> tuple[Account, App]:
    person, app = _person(call)
    if app is None:
        raise Refused(403, "You must authenticate with an access token authorized to a GitHub App")
    return person, app


def _visible(call: Call, item: Installation, person: Account) -> list[Repository]:
    """Return the repositories of the installation that the person may read as well."""
    world = call.site.world
    reach = world.installed_repositories(item)
    return [repo for repo in reach if not repo.is_private or repo.role(person.login) != "none"]


@routes.add("GET", "/user/installations")
async def my_installations(call: Call) -> Reply:
    """Return the App's installations in which the person can see something."""
    person, app = _with_app(call)
    world = call.site.world
    mine = [
        item
        for item in world.installations.values()
        if item.app is app and not item.is_deleted and _visible(call, item, person)
    ]
    reply = call.page(mine, lambda item: bodies.installation(world, item))
    reply.body = {"total_count": len(mine), "installations": reply.body}
    return reply


@routes.add("GET", r"/user/installations/{installation_id:\d+}/repositories")
async def my_repositories(call: Call) -> Reply:
    """Return what both the person and the installation reach, with the person's rights."""
    person, app = _with_app(call)
    world = call.site.world
    item = world.installations.get(int(call.param("installation_id")))
    if item is None or item.app is not app or item.is_deleted:
        raise not_found()
    if item.suspended_at is not None:
        raise Refused(403, "This installation has been suspended")
    reach = _visible(call, item, person)

    def told(repo: Repository) -> Json:
        full = bodies.full_repository(world, repo, role=repo.role(person.login))
        return {**bodies.repository(world, repo), "permissions": full["permissions"]}

    reply = call.page(reach, told)
    reply.body = {
        "total_count": len(reach),
        "repository_selection": "all" if item.selected is None else "selected",
        "repositories": reply.body,
    }
    return reply


def _client(call: Call) -> App:
    app = call.identity.client
    if app is None or app.credentials.client_id != call.param("client_id"):
        raise not_found()
    return app


@routes.add("DELETE", "/applications/{client_id}/token")
async def delete_token(call: Call) -> Reply:
    """Revoke one token of the App."""
    if not call.site.grants.revoke_token(_client(call), str(call.body.get("access_token", ""))):
        raise not_found()
    return Reply(status=204)


@routes.add("DELETE", "/applications/{client_id}/grant")
async def delete_grant(call: Call) -> Reply:
    """Revoke everything that a person granted the App."""
    app = _client(call)
    person = call.site.grants.owner_of(app, str(call.body.get("access_token", "")))
    if person is None:
        raise not_found()
    call.site.grants.revoke_all(app, person)
    return Reply(status=204)
