"""Who calls, and whether they may: App JWTs, installation tokens, people's tokens."""

import base64
import binascii
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass

import jwt

from deploy.devkit.github.errors import Refused, not_found
from deploy.devkit.github.records import LEVELS, Account, App, Repository, Token, now
from deploy.devkit.github.world import World

MAX_JWT_LIFE_S = 600
CLOCK_DRIFT_S = 10
_RANK = {None: 0, "read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who calls; nobody when everything is empty."""

    app: App | None = None
    token: Token | None = None
    client: App | None = None

    @property
    def account(self) -> Account | None:
        """The account that acts; an App that calls as itself has none."""
        return self.token.user if self.token else None

    @property
    def via(self) -> App | None:
        """The App behind an installation token."""
        installation = self.token.installation if self.token else None
        return installation.app if installation else None

    @property
    def name(self) -> str:
        """A word for logs: the App, the login or nobody."""
        if self.client:
            return f"client:{self.client.slug}"
        if self.app:
            return f"app:{self.app.slug}"
        return self.token.user.login if self.token else "anonymous"


def credential(header: str | None) -> str | None:
    """Return the secret that an ``Authorization`` header carries."""
    scheme, _, value = (header or "").strip().partition(" ")
    if scheme.lower() in ("bearer", "token"):
        return value.strip()
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    user, _, password = decoded.partition(":")
    return password or user


def identify(world: World, header: str | None) -> Identity:
    """Return who calls; raise 401 for a credential that is not, or no longer, good."""
    value = credential(header)
    if value is None:
        return Identity()
    client = _client(world, header or "", value)
    if client is not None:
        return Identity(client=client)
    if value.count(".") == 2 and not value.startswith(("ghs_", "ghp_")):
        return Identity(app=_verified_app(world, value))
    return Identity(token=living_token(world, value))


def _client(world: World, header: str, secret: str) -> App | None:
    """Return the App whose client id and secret are the user and password of the call."""
    if not header.lower().startswith("basic "):
        return None
    for app in world.apps.values():
        pair = f"{app.credentials.client_id}:{app.credentials.client_secret}"
        if base64.b64encode(pair.encode()).decode() == header.strip().partition(" ")[2]:
            return app if hmac.compare_digest(app.credentials.client_secret, secret) else None
    return None


def living_token(world: World, value: str) -> Token:
    """Return the token *value*; raise 401 if unknown, expired or revoked, 403 if suspended."""
    token = world.tokens.get(value)
    if token is None or token.is_revoked or token.expires_at <= now():
        raise Refused(401, "Bad credentials")
    if token.installation is not None:
        if token.installation.is_deleted:
            raise Refused(401, "Bad credentials")
        if token.installation.suspended_at is not None:
            raise Refused(403, "This installation has been suspended")
    return token


def _verified_app(world: World, value: str) -> App:
    try:
        claims = jwt.decode(value, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise Refused(401, "A JSON web token could not be decoded") from error
    app = world.app_by_issuer(str(claims.get("iss")))
    if app is None:
        raise Refused(404, "Integration not found")
    try:
        jwt.decode(
            value,
            app.public_key_pem,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError as error:
        raise Refused(401, "A JSON web token could not be decoded") from error
    _check_times(claims.get("iat"), claims.get("exp"))
    return app


def _check_times(issued: object, expires: object) -> None:
    clock = time.time()
    if not isinstance(expires, int | float) or expires <= clock:
        what = "must be a numeric value representing the future time at which the assertion expires"
        raise Refused(401, f"'Expiration time' claim ('exp') {what}")
    if expires > clock + MAX_JWT_LIFE_S + CLOCK_DRIFT_S:
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")
    if not isinstance(issued, int | float) or issued > clock + CLOCK_DRIFT_S:
        what = "must be an Integer representing the time that the assertion was issued"
        raise Refused(401, f"'Issued at' claim ('iat') {what}")


def require_app(identity: Identity) -> App:
    """Return the App that calls as itself; anybody else gets 401."""
    if identity.app is None:
        raise Refused(401, "A JSON web token could not be decoded")
    return identity.app


def can_see(world: World, identity: Identity, repo: Repository) -> bool:
    """Tell whether the caller may know that *repo* exists."""
    return not repo.is_private or _has_access(world, identity, repo)


def _has_access(world: World, identity: Identity, repo: Repository) -> bool:
    token = identity.token
    if token is None:
        return False
    if token.installation is None:
        is_reached = token.app is None or world.installation_for(repo, token.app) is not None
        return is_reached and repo.role(token.user.login) != "none"
    narrowed = token.repository_ids is not None and repo.id not in token.repository_ids
    return not narrowed and world.reaches(token.installation, repo)


def check(world: World, identity: Identity, repo: Repository, *needs: str) -> None:
    """Raise unless the caller may do what *needs* says: one of ``name:read`` or ``name:write``."""
    if not can_see(world, identity, repo):
        raise not_found()
    writes = any(need.endswith(":write") for need in needs)
    if identity.token is None:
        if writes:
            raise Refused(401, "Requires authentication")
        return
    if identity.token.installation is None:
        _check_person(identity.token.user, repo, needs)
        return
    if _has_access(world, identity, repo):
        _check_granted(identity.token.permissions, needs)
    elif writes:
        raise Refused(403, "Resource not accessible by integration")


def _check_granted(granted: Mapping[str, str], needs: tuple[str, ...]) -> None:
    for need in needs:
        name, _, level = need.partition(":")
        if _RANK[granted.get(name)] >= _RANK[level]:
            return
    accepted = "; ".join(need.replace(":", "=") for need in needs)
    raise Refused(
        403,
        "Resource not accessible by integration",
        headers={"X-Accepted-GitHub-Permissions": accepted},
    )


def _check_person(user: Account, repo: Repository, needs: tuple[str, ...]) -> None:
    wanted = "read"  # anybody who can read may open issues and comment
    if "contents:write" in needs or "pull_requests:write" in needs:
        wanted = "write"
    if LEVELS.index(repo.role(user.login)) < LEVELS.index(wanted):
        raise Refused(403, "Must have push access to the repository")
