"""Git over smart HTTP: the real ``git http-backend`` behind token checks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from deploy.devkit.github import auth, git
from deploy.devkit.github.errors import Refused
from deploy.devkit.github.faults import Fault
from deploy.devkit.github.records import Account, Repository
from deploy.devkit.github.site import Site

_CHUNK = 65_536
_SERVICE = "{service:info/refs|git-upload-pack|git-receive-pack}"
_PASSED_ON = {
    "Content-Type": "CONTENT_TYPE",
    "Content-Length": "CONTENT_LENGTH",
    "Content-Encoding": "HTTP_CONTENT_ENCODING",
    "Git-Protocol": "GIT_PROTOCOL",
}
_BAD_CREDENTIALS = (
    "Invalid username or token. Password authentication is not supported for Git operations."
)


class SmartHttp:
    """Serves clones and takes pushes; a push becomes webhook events."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.log: list[tuple[str, str, str, int]] = []
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def mount(self, app: web.Application) -> None:
        """Add the three git paths, with and without ``.git``."""
        app.router.add_route("*", "/{owner}/{repo}.git/" + _SERVICE, self.serve)
        app.router.add_route("*", "/{owner}/{repo}/" + _SERVICE, self.serve)

    async def idle(self) -> None:
        """Wait until no git of ours runs."""
        await self._idle.wait()

    def _count(self, change: int) -> None:
        self._running += change
        if self._running:
            self._idle.clear()
        else:
            self._idle.set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer git, or refuse as GitHub does: in plain text that git shows."""
        service = request.query.get("service") or request.match_info["service"]
        name = f"{request.match_info['owner']}/{request.match_info['repo']}"
        caller = "anonymous"
        fault = await self._site.faults.take(request.method, request.path)
        try:
            if fault is not None and not fault.is_after:
                _break(request, fault)
            identity = self._identity(request)
            caller = identity.name
            repo = self._allowed(identity, name, service == "git-receive-pack")
            self.log.append((caller, name, service, 200))
            env = self._environment(request, repo, identity)
            if request.match_info["service"] != "git-receive-pack":
                return await self._serve(request, env)
            response = await self._receive(request, env, repo, identity.account)
            if fault is not None and fault.is_after:
                _break(request, fault)
        except Refused as refusal:
            self.log.append((caller, name, service, refusal.status))
            return web.Response(
                status=refusal.status, text=f"{refusal.message}\n", headers=refusal.headers
            )
        return response

    def _identity(self, request: web.Request) -> auth.Identity:
        value = auth.credential(request.headers.get("Authorization"))
        if value is None:
            return auth.Identity()
        try:
            return auth.Identity(token=auth.living_token(self._site.world, value))
        except Refused as refusal:
            if refusal.status == 401:
                raise _challenge(_BAD_CREDENTIALS) from refusal
            raise

    def _allowed(self, identity: auth.Identity, name: str, is_push: bool) -> Repository:
        world = self._site.world
        repo = world.find_repository(name)
        if repo is None and name.lower() in world.moved:
            repo = world.repositories.get(world.moved[name.lower()])
        if identity.token is None and (is_push or repo is None or repo.is_private):
            raise _challenge("Authentication required")
        if repo is None or not auth.can_see(world, identity, repo):
            raise Refused(404, "Repository not found.")
        try:
            auth.check(world, identity, repo, "contents:write" if is_push else "contents:read")
        except Refused as refusal:
            words = "Write access to repository not granted." if is_push else refusal.message
            raise Refused(403, words) from refusal
        if is_push and repo.is_archived:
            raise Refused(403, "This repository was archived so it is read-only.")
        return repo

    def _environment(
        self, request: web.Request, repo: Repository, identity: auth.Identity
    ) -> dict[str, str]:
        env = {
            **git.ENV,
            "GIT_PROJECT_ROOT": str(repo.path.parent),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": f"/{repo.path.name}/{request.match_info['service']}",
            "QUERY_STRING": request.query_string,
            "REMOTE_USER": identity.name,
            "REMOTE_ADDR": "127.0.0.1",
        }
        token = identity.token
        if token and token.installation and token.permissions.get("workflows") != "write":
            env["DEVKIT_NO_WORKFLOWS"] = "1"
        for header, variable in _PASSED_ON.items():
            if header in request.headers:
                env[variable] = request.headers[header]
        return env

    async def _serve(self, request: web.Request, env: dict[str, str]) -> web.StreamResponse:
        async with self._backend(request, env) as out:
            status, headers = await _head(out)
            response = web.StreamResponse(status=status, headers=headers)
            with suppress(ConnectionResetError):  # a git that was killed
                await response.prepare(request)
                while chunk := await out.read(_CHUNK):
                    await response.write(chunk)
                await response.write_eof()
        return response

    async def _receive(
        self, request: web.Request, env: dict[str, str], repo: Repository, sender: Account | None
    ) -> web.Response:
        """Take a push; what it moved is told before git hears that it is done."""
        async with repo.lock:
            before = await git.refs(repo.path)
            async with self._backend(request, env) as out:
                status, headers = await _head(out)
                report = await out.read()
            if sender is not None:
                after = await git.refs(repo.path)
                await self._site.pushes.moved(repo, before, after, sender)
        return web.Response(status=status, headers=headers, body=report)

    @asynccontextmanager
    async def _backend(
        self, request: web.Request, env: dict[str, str]
    ) -> AsyncIterator[asyncio.StreamReader]:
        process = await asyncio.create_subprocess_exec(
            git.GIT,
            "http-backend",
            env=env,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=1 << 20,
        )
        self._count(1)
        feeding = asyncio.create_task(_feed(request, process))
        try:
            if process.stdout is not None:
                yield process.stdout
        finally:
            feeding.cancel()
            with suppress(asyncio.CancelledError):
                await feeding
            await _ended(process)
            self._count(-1)


def _break(request: web.Request, fault: Fault) -> None:
    """Cut the connection or raise the refusal; a fault that only delays does neither."""
    if fault.is_cut and request.transport is not None:
        request.transport.abort()
    if fault.is_cut or fault.status is not None:
        words = fault.message or "Server Error"
        raise Refused(fault.status or 503, words, headers=fault.headers)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Wait for a process whose output is over; end one that nobody listens to any more."""
    try:
        await asyncio.wait_for(process.wait(), 2)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _feed(request: web.Request, process: asyncio.subprocess.Process) -> None:
    if process.stdin is None:
        return
    with suppress(ConnectionError):
        async for chunk in request.content.iter_chunked(_CHUNK):
            process.stdin.write(chunk)
            await process.stdin.drain()
    process.stdin.close()


async def _head(out: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    status, headers = 200, {}
    while line := (await out.readline()).decode().strip():
        name, _, value = line.partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        else:
            headers[name] = value.strip()
    return status, headers


def _challenge(message: str) -> Refused:
    return Refused(401, message, headers={"WWW-Authenticate": 'Basic realm="GitHub"'})
