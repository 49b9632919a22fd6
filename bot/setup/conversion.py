"""The code that GitHub sends back, exchanged for the App's credentials."""

import re
from dataclasses import dataclass

import aiohttp

from bot.errors import GitHubRefused, Unavailable

_TIMEOUT = aiohttp.ClientTimeout(total=20)
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")
_REFUSALS = {
    404: "GitHub does not know this code: it was used already, or is older than an hour",
    422: "GitHub refused the code",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A GitHub App that was just made, with its credentials."""

    id: int
    slug: str
    page: str
    client_id: str
    client_secret: str
    webhook_secret: str
    private_key: str

    @property
    def install_url(self) -> str:
        """Where the App is installed on repositories."""
        return f"{self.page}/installations/new"

    def __repr__(self) -> str:
        return f"App(id={self.id}, slug={self.slug!r})"


async def exchange(code: str, *, api_url: str) -> App:
    """Exchange *code*; raise `GitHubRefused` or `Unavailable` with a sentence.

    https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
    """
    if not _CODE.fullmatch(code):
        raise GitHubRefused("GitHub sent no code back")
    url = f"{api_url}/app-manifests/{code}/conversions"
    accept = {"Accept": "application/vnd.github+json", "User-Agent": "cadence"}
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, headers=accept) as session,
            session.post(url, allow_redirects=False) as response,
        ):
            status, data = response.status, await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise Unavailable(f"{api_url} does not answer ({type(error).__name__})") from error
    if status >= 500:
        raise Unavailable(f"GitHub is not well at the moment (HTTP {status})")
    if status != 201:
        raise GitHubRefused(_REFUSALS.get(status, f"GitHub said no (HTTP {status})"), status=status)
    return _app(data)


def _app(data: object) -> App:
    try:
        match data:
            case {"id": int(number), "slug": str(slug), "html_url": str(page), **rest}:
                return App(
                    id=number,
                    slug=slug,
                    page=page.rstrip("/"),
                    client_id=str(rest["client_id"]),
                    client_secret=str(rest["client_secret"]),
                    webhook_secret=str(rest["webhook_secret"]),
                    private_key=str(rest["pem"]),
                )
    except KeyError as error:
        raise GitHubRefused(f"GitHub's answer lacks {error}") from error
    raise GitHubRefused("GitHub's answer is not an App")
