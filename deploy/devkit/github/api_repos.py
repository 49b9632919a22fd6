"""REST: repositories, accounts, and the calls about GitHub itself."""

from deploy.devkit.github import bodies
from deploy.devkit.github.errors import Refused, not_found
from deploy.devkit.github.records import LEVELS, Json, Level, Repository
from deploy.devkit.github.rest import Call, Reply, Routes

routes = Routes()

# The older `permission` field knows only four roles.
_LEGACY: dict[Level, str] = {"triage": "read", "maintain": "write"}
ZEN = "Keep it logically awesome."


@routes.add("GET", "/repos/{owner}/{repo}", "metadata:read")
async def get_repository(call: Call) -> Reply:
    """Return one repository."""
    body = bodies.full_repository(call.site.world, call.repo, role=_own_role(call, call.repo))
    return Reply(body=body)


def _own_role(call: Call, repo: Repository) -> Level:
    token = call.identity.token
    if token is None:
        return "read"
    if token.installation is None:
        return repo.role(token.user.login)
    return "write" if token.permissions.get("contents") == "write" else "read"


@routes.add("GET", "/repos/{owner}/{repo}/collaborators/{login}/permission", "metadata:read")
async def get_permission(call: Call) -> Reply:
    """Return what a person may do in a repository."""
    world, login = call.site.world, call.param("login")
    account = world.accounts.get(login.lower())
    if account is None:
        raise Refused(404, f"{login} is not a user")
    role = call.repo.role(login)
    rank = LEVELS.index(role)
    flags = {
        name: rank > place
        for place, name in enumerate(("pull", "triage", "push", "maintain", "admin"))
    }
    person = {**bodies.user(world, account), "permissions": flags, "role_name": role}
    legacy = _LEGACY.get(role, role)
    return Reply(body={"permission": legacy, "role_name": role, "user": person})


@routes.add("GET", "/users/{login}")
async def get_user(call: Call) -> Reply:
    """Return one account; bots are found as ``slug[bot]``."""
    world = call.site.world
    account = world.accounts.get(call.param("login").lower())
    if account is None:
        raise not_found()
    return Reply(body=bodies.public_user(world, account))


@routes.add("GET", "/rate_limit")
async def rate_limit(call: Call) -> Reply:
    """Return how many calls are left; asking costs none."""
    stand = call.site.spend(call.identity.name, 0)
    rate: Json = {name: stand[name] for name in ("limit", "used", "remaining", "reset")}
    search = {**rate, "limit": 30, "used": 0, "remaining": 30}
    resources = {"core": rate, "search": search, "graphql": rate}
    return Reply(body={"resources": resources, "rate": rate})


@routes.add("GET", "/zen")
async def zen(_call: Call) -> Reply:
    """Return a saying."""
    return Reply(body=ZEN, media_type="text/plain")


@routes.add("GET", "/meta")
async def meta(_call: Call) -> Reply:
    """Return facts about this GitHub."""
    return Reply(body={"verifiable_password_authentication": False, "hooks": ["127.0.0.1/32"]})
