"""Our GitHub client against the stand-in and against `emulate`, which somebody else wrote."""

import asyncio
import base64
import json
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.errors import GitHubRefused, NotFound
from bot.github.app import GitHubApp
from bot.github.repository import Repository
from tests.fakes.github import REPO, Town, town

EMULATE = "emulate@0.12.2"
LAUNCHER = Path(__file__).parent / "emulate.mjs"


@dataclass(frozen=True, kw_only=True)
class Server:
    """One GitHub: our client for it, and a way to put a branch there."""

    app: GitHubApp
    installation_id: int
    branch: Callable[[str], Awaitable[str]]

    def repository(self) -> Repository:
        """Return the repository that both servers have."""
        return self.app.repository(self.installation_id, REPO)


@pytest.fixture(scope="session")
def emulate_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which npm installed `emulate`; skips where there is no npm or no registry."""
    import subprocess

    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("there is no Node here")
    folder = tmp_path_factory.mktemp("emulate")
    (folder / "package.json").write_text("{}")
    args = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", EMULATE]
    done = subprocess.run(args, cwd=folder, capture_output=True, timeout=120, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot install {EMULATE}")
    shutil.copy(LAUNCHER, folder)
    return folder


@pytest.fixture(params=["standin", pytest.param("emulate", marks=pytest.mark.node)])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Server]:
    if request.param == "standin":
        async with standin(tmp_path) as made:
            yield made
    else:
        async with emulate(tmp_path, request.getfixturevalue("emulate_folder")) as made:
            yield made


def client_of(scene: Town, session: aiohttp.ClientSession) -> GitHubApp:
    """Return our client for the stand-in."""
    return GitHubApp(
        session,
        api_url=scene.github.api_url,
        app_id=scene.app.app_id,
        private_key_pem=scene.app.private_key_pem,
        slug="cadence",
    )


@asynccontextmanager
async def standin(root: Path) -> AsyncIterator[Server]:
    """Start our own server."""
    async with town(root / "github") as scene, aiohttp.ClientSession() as session:

        async def branch(name: str) -> str:
            files = {"new.txt": "new\n"}
            return await scene.github.push(REPO, name, files, author="dana", message="Add new")

        app = client_of(scene, session)
        scene.github.open_issue(REPO, "dana", "Bug", "It breaks.")
        yield Server(app=app, installation_id=scene.installation_id, branch=branch)


@asynccontextmanager
async def emulate(root: Path, folder: Path) -> AsyncIterator[Server]:
    """Start `emulate` with the same scene."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    seed = root / "seed.json"
    await asyncio.to_thread(seed.write_text, json.dumps(_seed(key.decode())))
    running = await asyncio.create_subprocess_exec(
        "node", LAUNCHER.name, str(seed), cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout is not None
    try:
        url = json.loads(await running.stdout.readline())["url"]
        async with aiohttp.ClientSession() as session:
            app = GitHubApp(
                session, api_url=url, app_id=4711, private_key_pem=key.decode(), slug="cadence"
            )
            token = (
                await app.mint(100, permissions={"contents": "write", "issues": "write"})
            ).value
            rest = _Raw(session, f"{url}/repos/{REPO}", token)
            await rest.call("POST", "/issues", {"title": "Bug", "body": "It breaks."})
            yield Server(app=app, installation_id=100, branch=rest.branch)
    finally:
        if running.returncode is None:
            running.terminate()
        await running.wait()


def _seed(key: str) -> dict[str, object]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    rights = {"contents": "write", "issues": "write", "pull_requests": "write", "metadata": "read"}
    app = {
        "app_id": 4711,
        "slug": "cadence",
        "name": "Cadence",
        "private_key": key,
        "permissions": rights,
        "events": ["issues"],
        "installations": [
            {"installation_id": 100, "account": "acme", "repository_selection": "all"}
        ],
    }
    github = {
        "users": [{"login": "dana"}],
        "orgs": [{"login": "acme", "members": [{"login": "dana", "role": "admin"}]}],
        "repos": [{"owner": "acme", "name": "widgets", "auto_init": True, "private": True}],
        "apps": [app],
    }
    return {"port": port, "seed": {"github": github}}


@dataclass(frozen=True, kw_only=False)
class _Raw:
    """Calls that our client does not have, to set the scene on a server without git."""

    session: aiohttp.ClientSession
    base: str
    token: str

    async def call(self, method: str, path: str, body: object = None) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.request(
            method, self.base + path, json=body, headers=headers
        ) as answer:
            told = await answer.json()
            assert answer.status < 300, told
            return dict(told)

    async def branch(self, name: str) -> str:
        """Make a branch with one new file; return its commit."""
        main = await self.call("GET", "/git/ref/heads/main")
        target = main["object"]
        assert isinstance(target, dict)
        await self.call("POST", "/git/refs", {"ref": f"refs/heads/{name}", "sha": target["sha"]})
        text = base64.b64encode(b"new\n").decode()
        words = {"message": "Add new", "content": text, "branch": name}
        made = await self.call("PUT", "/contents/new.txt", words)
        commit = made["commit"]
        assert isinstance(commit, dict)
        return str(commit["sha"])


async def test_app_knows_itself(server: Server) -> None:
    me = await server.app.me()

    assert (me.slug, me.bot_login) == ("cadence", "cadence[bot]")
    assert me.bot_user_id > 0
    assert me.permissions["issues"] == "write"


async def test_repository_tells_its_facts(server: Server) -> None:
    told = await server.repository().get()

    assert (told.full_name, told.default_branch) == (REPO, "main")
    assert (told.is_private, told.is_archived) == (True, False)


async def test_issue_is_read(server: Server) -> None:
    issue = await server.repository().issue(1)

    assert (issue.title, issue.body, issue.state) == ("Bug", "It breaks.", "open")
    assert issue.is_pull is False


async def test_comment_is_written_found_and_changed(server: Server) -> None:
    repo = server.repository()

    made = await repo.create_comment(1, "<!-- mark:7 --> Working.")
    found = await repo.find_comment(1, "mark:7")
    await repo.edit_comment(made, "<!-- mark:7 --> Done.")

    assert found == made
    assert await repo.find_comment(1, "mark:8") is None
    comments = await repo.comments(1)
    assert [each.body for each in comments] == ["<!-- mark:7 --> Done."]
    assert (comments[0].author, comments[0].author_is_bot) == ("cadence[bot]", True)


async def test_all_pages_of_comments_are_read(server: Server) -> None:
    repo = server.repository()
    for number in range(101):
        await repo.create_comment(1, f"Comment {number}")

    assert [each.body for each in await repo.comments(1)] == [f"Comment {n}" for n in range(101)]


async def test_branch_is_read_and_deleted(server: Server) -> None:
    repo, sha = server.repository(), await server.branch("cadence/1-new")

    assert await repo.branch_sha("cadence/1-new") == sha
    await repo.delete_branch("cadence/1-new")
    assert await repo.branch_sha("cadence/1-new") is None
    await repo.delete_branch("cadence/1-new")


async def test_pull_request_is_opened_found_and_changed(server: Server) -> None:
    repo = server.repository()
    await server.branch("cadence/1-new")

    assert await repo.find_pull("cadence/1-new") is None
    pull = await repo.open_pull(
        title="Add new", body="Closes #1", head="cadence/1-new", base="main", draft=True
    )
    found = await repo.find_pull("cadence/1-new")
    changed = await repo.update_pull(pull.number, title="Add new.txt")

    assert (pull.number, pull.draft, pull.state) == (2, True, "open")
    assert found is not None
    assert found.number == changed.number == pull.number


async def test_missing_issue_is_not_found(server: Server) -> None:
    with pytest.raises(NotFound):
        await server.repository().issue(99)


async def test_token_for_reading_does_not_write(server: Server) -> None:
    token = await server.app.mint(
        server.installation_id, repositories=["widgets"], permissions={"issues": "read"}
    )
    base = str(server.app.client.graphql_url).removesuffix("/graphql")
    base = f"{base}/v3" if base.endswith("/api") else base

    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token.value}"}) as session,
        session.post(f"{base}/repos/{REPO}/issues", json={"title": "Bug"}) as answer,
    ):
        assert answer.status == 403


# What follows `emulate` does not have: it knows no reactions, no GraphQL and no revoking, lets one
# branch have two pull requests, and does not show a pull request as an issue.


async def test_reactions_come_and_go(tmp_path: Path) -> None:
    async with town(tmp_path / "github") as scene, aiohttp.ClientSession() as session:
        scene.github.open_issue(REPO, "dana", "Bug")
        repo = client_of(scene, session).repository(scene.installation_id, REPO)

        await repo.react(issue=1, content="eyes")
        await repo.react(issue=1, content="eyes")
        await repo.react(issue=1, content="rocket")
        assert [each.content for each in scene.github.reactions(REPO, 1)] == ["eyes", "rocket"]

        await repo.unreact(issue=1, content="eyes")
        assert [each.content for each in scene.github.reactions(REPO, 1)] == ["rocket"]


async def test_second_pull_request_of_a_branch_is_refused(tmp_path: Path) -> None:
    async with standin(tmp_path) as server:
        await server.branch("feature")
        repo = server.repository()
        await repo.open_pull(title="Add new", body="", head="feature", base="main", draft=True)

        with pytest.raises(GitHubRefused, match="A pull request already exists for acme:feature"):
            await repo.open_pull(title="Again", body="", head="feature", base="main", draft=True)
        assert (await repo.issue(2)).is_pull is True


async def test_draft_is_made_ready(tmp_path: Path) -> None:
    async with standin(tmp_path) as server:
        await server.branch("feature")
        repo = server.repository()
        pull = await repo.open_pull(
            title="Add new", body="", head="feature", base="main", draft=True
        )

        await repo.mark_ready(pull.number)
        await repo.mark_ready(pull.number)

        found = await repo.find_pull("feature")
        assert found is not None
        assert found.draft is False


async def test_revoked_token_is_replaced(tmp_path: Path) -> None:
    async with standin(tmp_path) as server:
        token = await server.app.mint(server.installation_id, permissions={"issues": "read"})
        await server.app.revoke(token)
        await server.app.revoke(token)

        assert (await server.repository().issue(1)).title == "Bug"
