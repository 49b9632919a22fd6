"""The read-only gateway to the operator's package registries, for those who have no way out.

Only GET and HEAD, only what an installer asks for, over verified TLS and with the operator's own
credentials, which never enter a cage. A registry may live in a private network: it is the
operator's configuration that names it, not the request.
"""

import asyncio
import re
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import aiohttp

from runner.egress.registry_config import Upstream, npm_upstream, pypi_upstream
from runner.egress.registry_links import (
    Seal,
    rewrite_html,
    rewrite_json,
    rewrite_tarballs,
    sealed_path,
)
from runner.egress.seams import Ask, Journal, Refused

MAX_PAGE_BYTES = 64 * 1024 * 1024
MAX_FILE_BYTES = 2 * 1024 * 1024 * 1024
MAX_REDIRECTS = 5
_CHUNK = 65_536
_TIMEOUT = aiohttp.ClientTimeout(total=900, sock_connect=20, sock_read=60)
_JSON_INDEX = "application/vnd.pypi.simple.v1+json"
_PROJECT = re.compile(r"/pypi/simple/([A-Za-z0-9][A-Za-z0-9._-]{0,200})/?\Z")
_PYPI_FILE = re.compile(r"/pypi/files/([A-Za-z0-9_-]+)/[^/?#]+?(\.metadata)?\Z")
_NPM_NAME = r"(?:@[A-Za-z0-9._~-]{1,214}(?:/|%2[fF]))?[A-Za-z0-9_~][A-Za-z0-9._~-]{0,213}"
_NPM_DOCUMENT = re.compile(rf"/npm/({_NPM_NAME}(?:/[A-Za-z0-9._~+-]{{1,100}})?)\Z")
# npm puts our host into a registry's URL and keeps its path: both forms are the same file.
_NPM_TARBALL = re.compile(r"/([A-Za-z0-9._~+%@/-]{1,400}/-/[A-Za-z0-9._~+%@/-]{1,300}\.tgz)\Z")
_TARBALL_PATH = re.compile(rf"{_NPM_NAME}/-/[A-Za-z0-9._~+%@/-]+\.tgz\Z")
_NPM_SEALED = re.compile(r"/npm/-/sealed/([A-Za-z0-9_-]+)/[^/?#]+\Z")
_LOCAL = re.compile(r"127\.0\.0\.1:[0-9]{1,5}\Z")
Discover = Callable[[], Awaitable[Upstream | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What is fetched for a request, and how its links are rewritten (None: not at all)."""

    upstream: Upstream
    url: str
    accept: str = "*/*"
    rewrite: Callable[[bytes, str, str], bytes] | None = None


class RegistryGateway:
    """Answers ``/pypi/…`` and ``/npm/…``; made by `open_registries`."""

    def __init__(self, sessions: "_Sessions", pypi: Discover, npm: Discover) -> None:
        self._sessions = sessions
        self._discover = {"pypi": pypi, "npm": npm}
        self._found: dict[str, Upstream | None] = {}
        self._asking = asyncio.Lock()
        self._seal = Seal(secrets.token_bytes(32))

    async def answer(self, ask: Ask, journal: Journal) -> AsyncIterator[bytes]:
        """Yield the response to *ask*; raise `Refused` for what is not a registry's."""
        wanted = await self._wanted(ask)
        response = await self._fetch(ask.method, wanted)
        async with response, _told_apart():
            # By its name, not its host: a private mirror's address is nothing for a pull request.
            journal.reached(f"{ask.target.split('/')[1]} registry")
            if response.status != 200:
                raise Refused(404 if response.status in (404, 410) else 502, "the registry says no")
            if ask.method == "HEAD" or wanted.rewrite is None:
                async for chunk in _streamed(response, with_body=ask.method == "GET"):
                    yield chunk
                return
            page = await _whole(response)
            body = wanted.rewrite(page, str(response.url), response.content_type)
            yield _head(response.headers.get("Content-Type", ""), len(body))
            yield body

    async def _wanted(self, ask: Ask) -> _Wanted:
        for pattern, kind, make in (
            (_PROJECT, "pypi", self._project),
            (_PYPI_FILE, "pypi", self._pypi_file),
            (_NPM_SEALED, "npm", self._npm_sealed),
            (_NPM_TARBALL, "npm", self._npm_tarball),
            (_NPM_DOCUMENT, "npm", self._npm_document),
        ):
            if match := pattern.match(ask.target):
                return make(match, await self._upstream(kind), ask)
        raise Refused(403, "not something that an installer reads from a registry")

    async def _upstream(self, kind: str) -> Upstream:
        async with self._asking:
            if kind not in self._found:
                self._found[kind] = await self._discover[kind]()
        found = self._found[kind]
        if found is None:
            raise Refused(502, f"no {kind} registry is configured on this machine")
        return found

    def _project(self, match: re.Match[str], upstream: Upstream, ask: Ask) -> _Wanted:
        accept = f"{_JSON_INDEX}, text/html;q=0.2" if _JSON_INDEX in ask.accept else "text/html"
        return _Wanted(
            upstream=upstream,
            url=f"{upstream.url}{match[1]}/",
            accept=accept,
            rewrite=self._rewrite_index,
        )

    def _rewrite_index(self, page: bytes, url: str, content_type: str) -> bytes:
        def convert(link: str) -> str:
            return sealed_path("/pypi/files/", link, self._seal)

        rewrite = rewrite_json if content_type == _JSON_INDEX else rewrite_html
        try:
            return rewrite(page.decode(), url, convert).encode()
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused(502, "the registry's page makes no sense") from error

    def _pypi_file(self, match: re.Match[str], upstream: Upstream, _: Ask) -> _Wanted:
        url = self._opened(match[1])
        if match[2] and not url.endswith(".metadata"):
            url += ".metadata"  # PEP 658: the file's name with a suffix
        return _Wanted(upstream=upstream, url=url)

    def _npm_sealed(self, match: re.Match[str], upstream: Upstream, _: Ask) -> _Wanted:
        return _Wanted(upstream=upstream, url=self._opened(match[1]))

    def _npm_tarball(self, match: re.Match[str], upstream: Upstream, _: Ask) -> _Wanted:
        path = match[1].removeprefix("npm/").removeprefix(urlsplit(upstream.url).path.lstrip("/"))
        if not _TARBALL_PATH.match(path) or ".." in path:
            raise Refused(403, "not a file of a registry")
        return _Wanted(upstream=upstream, url=upstream.url + path)

    def _npm_document(self, match: re.Match[str], upstream: Upstream, ask: Ask) -> _Wanted:
        host = ask.host if _LOCAL.match(ask.host) else "127.0.0.1:3128"
        own = f"http://{host}/npm/"

        def convert(link: str) -> str:
            is_plain = link.startswith(upstream.url)
            # npm writes links into the lock file as they are, and asks our host for them anyway.
            if is_plain and ask.user_agent.startswith("npm/"):
                return link
            if is_plain:
                return own + link.removeprefix(upstream.url)
            return sealed_path(f"{own}-/sealed/", link, self._seal)

        return _Wanted(
            upstream=upstream,
            url=upstream.url + match[1],
            accept=ask.accept or "*/*",
            rewrite=lambda page, _url, _type: rewrite_tarballs(page, convert),
        )

    def _opened(self, segment: str) -> str:
        url = self._seal.open(segment)
        if url is None:
            raise Refused(403, "not a file that a registry named in this run")
        return url

    async def _fetch(self, method: str, wanted: _Wanted) -> aiohttp.ClientResponse:
        """Fetch, following redirects to the registry's own hosts only."""
        session = self._sessions.of(wanted.upstream)
        url = wanted.url
        hosts = wanted.upstream.hosts | {urlsplit(wanted.url).netloc}
        for _ in range(MAX_REDIRECTS):
            response = await self._once(session, method, url, wanted)
            location = response.headers.get("Location")
            if response.status not in (301, 302, 303, 307, 308) or not location:
                return response
            response.release()
            url = urljoin(url, location)
            split = urlsplit(url)
            if split.netloc not in hosts or split.scheme != urlsplit(wanted.url).scheme:
                raise Refused(502, "the registry leads elsewhere", host=split.netloc)
        raise Refused(502, "the registry leads in circles")

    @staticmethod
    async def _once(
        session: aiohttp.ClientSession, method: str, url: str, wanted: _Wanted
    ) -> aiohttp.ClientResponse:
        headers = {"Accept": wanted.accept}
        if wanted.rewrite is None:
            headers["Accept-Encoding"] = "identity"
        if wanted.upstream.authorization and urlsplit(url).netloc == wanted.upstream.host:
            headers["Authorization"] = wanted.upstream.authorization
        try:
            return await session.request(method, url, headers=headers, allow_redirects=False)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Refused(502, "the registry does not answer") from error


class _Sessions:
    """One client for each registry, since each may have an authority of its own."""

    def __init__(self) -> None:
        self._made: dict[str, aiohttp.ClientSession] = {}

    def of(self, upstream: Upstream) -> aiohttp.ClientSession:
        if upstream.url not in self._made:
            context = ssl.create_default_context(cafile=upstream.cafile or None)
            self._made[upstream.url] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context, limit=32),
                timeout=_TIMEOUT,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,
            )
        return self._made[upstream.url]

    async def close(self) -> None:
        for session in self._made.values():
            await session.close()


@asynccontextmanager
async def open_registries(
    *, pypi: Discover = pypi_upstream, npm: Discover = npm_upstream
) -> AsyncIterator[RegistryGateway]:
    """Open a gateway; the tools' configuration is asked for at the first request."""
    sessions = _Sessions()
    try:
        yield RegistryGateway(sessions, pypi, npm)
    finally:
        await sessions.close()


def _head(content_type: str, length: int | None) -> bytes:
    size = f"Content-Length: {length}\r\n" if length is not None else ""
    kind = re.sub(r"[^ -~]", "", content_type) or "application/octet-stream"
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{size}Connection: close\r\n\r\n".encode()


async def _streamed(response: aiohttp.ClientResponse, *, with_body: bool) -> AsyncIterator[bytes]:
    length = response.content_length if "Content-Encoding" not in response.headers else None
    if (length or 0) > MAX_FILE_BYTES:
        raise Refused(502, "the file is too large")
    yield _head(response.content_type, length)
    sent = 0
    if with_body:
        async for chunk in response.content.iter_chunked(_CHUNK):
            sent += len(chunk)
            if sent > MAX_FILE_BYTES:
                raise ConnectionAbortedError
            yield chunk


@asynccontextmanager
async def _told_apart() -> AsyncIterator[None]:
    """Turn a registry that breaks off into a connection that does."""
    try:
        yield
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ConnectionAbortedError from error


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    page = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        page += chunk
        if len(page) > MAX_PAGE_BYTES:
            raise Refused(502, "the registry's page is too large")
    return bytes(page)
