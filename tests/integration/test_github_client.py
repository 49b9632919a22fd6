"""Our client against the stand-in: verbs, tokens, patience, and no secret in any word."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import structlog
from aiohttp import web

from bot.errors import (
    CadenceError,
    GitHubRefused,
    InstallationGone,
    NotFound,
    RateLimited,
    RepositoryUnusable,
    Unavailable,
)
from bot.github.app import GitHubApp
from bot.github.client import Call, Client
from bot.github.repository import Repository
from tests.fakes.github import REPO, Town, town


@dataclass(kw_only=True)
class Scene:
    """The stand-in, our App on it, and what the client waited and registered."""

    town: Town
    app: GitHubApp
    waits: list[float] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    @property
    def repo(self) -> Repository:
        return self.app.repository(self.town.installation_id, REPO)

    def minted(self) -> int:
        calls = self.town.github.requests
        return sum(call.path.endswith("/access_tokens") for call in calls)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    waits: list[float] = []
    secrets: list[str] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    async with town(tmp_path) as place, aiohttp.ClientSession() as session:
        api = place.github.api_url
        timeout = aiohttp.ClientTimeout(total=1)
        app = GitHubApp(
            session,
            api_url=api,
            app_id=place.app.app_id,
            private_key_pem=place.app.private_key_pem,
            slug="cadence",
            on_secret=secrets.append,
            client=Client(session, api_url=api, user_agent="c", sleep=wait, timeout=timeout),
        )
        yield Scene(town=place, app=app, waits=waits, secrets=secrets)


async def test_the_app_knows_itself_and_its_bot(scene: Scene) -> None:
    me = await scene.app.me()

    assert (me.id, me.slug) == (scene.town.app.app_id, "cadence")
    assert me.bot_user_id == scene.town.app.bot_user_id
    assert me.bot_login == "cadence[bot]"
    assert me.permissions["issues"] == "write"


async def test_one_narrow_token_serves_many_calls(scene: Scene) -> None:
    await scene.repo.get()
    await scene.repo.permission("dana")
    await scene.app.repository(scene.town.installation_id, REPO).get()

    assert scene.minted() == 1
    (call,) = [c for c in scene.town.github.requests if c.path.endswith("/access_tokens")]
    assert call.request_body["repositories"] == ["widgets"]
    assert call.request_body["permissions"] == {
        "contents": "read",
        "issues": "write",
        "metadata": "read",
        "pull_requests": "write",
    }
    (secret,) = scene.secrets
    assert len(secret) > 300


async def test_a_token_that_died_early_is_replaced_once_and_the_call_repeated(
    scene: Scene,
) -> None:
    repo = scene.repo
    await repo.get()
    scene.town.github.expire_tokens()

    assert (await repo.get()).full_name == REPO
    assert scene.minted() == 2


async def test_a_minted_token_reaches_one_repository_until_it_is_revoked(scene: Scene) -> None:
    await scene.town.github.repository("acme/other", files={"a": "a"})
    number = scene.town.github.world.repository(REPO).id
    token = await scene.app.mint(
        scene.town.installation_id, repository_ids=[number], permissions={"contents": "read"}
    )
    assert token.expires_at > datetime.now(UTC) + timedelta(minutes=50)

    async def status(path: str) -> int:
        call = Call(method="GET", path=path, doing="look", authorization=token.value)
        return (await scene.app.client.exchange(call)).status

    assert await status(f"repos/{REPO}") == 200
    assert await status("repos/acme/other") in {403, 404}
    await scene.app.revoke(token)
    assert await status(f"repos/{REPO}") == 401
    await scene.app.revoke(token)


@pytest.mark.parametrize("role", ["admin", "maintain", "write", "triage", "read"])
async def test_permissions_are_githubs_own(scene: Scene, role: str) -> None:
    expected = {"maintain": "write", "triage": "read"}.get(role, role)
    scene.town.github.grant(REPO, "pat", role)  # type: ignore[arg-type]  # one of the levels

    assert await scene.repo.permission("pat") == expected


async def test_a_stranger_has_no_permission(scene: Scene) -> None:
    assert await scene.repo.permission("nobody-at-all") == "none"


async def test_comments_and_reactions(scene: Scene) -> None:
    github, repo = scene.town.github, scene.repo
    issue = github.open_issue(REPO, "dana", "Sum")
    human = github.comment(REPO, issue.number, "dana", "marker of a person: MARK")

    assert await repo.find_comment(issue.number, "MARK") is None  # not ours
    comment_id = await repo.create_comment(issue.number, "MARK: hello")
    await repo.edit_comment(comment_id, "MARK: bye")
    assert await repo.find_comment(issue.number, "MARK") == comment_id
    for content in ("eyes", "eyes", "rocket"):
        await repo.react(comment=human.id, content=content)
        await repo.react(issue=issue.number, content=content)
    await repo.unreact(comment=human.id, content="eyes")
    await repo.unreact(issue=issue.number, content="eyes")

    found = github.reactions(REPO, issue.number, comment_id=human.id)
    assert [r.content for r in found] == ["rocket"]
    assert [r.content for r in github.reactions(REPO, issue.number)] == ["rocket"]
    read = await repo.comments(issue.number)
    assert [(c.author, c.body) for c in read] == [
        ("dana", "marker of a person: MARK"),
        ("cadence[bot]", "MARK: bye"),
    ]
    assert (await repo.issue(issue.number)).title == "Sum"


async def test_comments_of_many_pages_are_all_read(scene: Scene) -> None:
    issue = scene.town.github.open_issue(REPO, "dana", "Sum")
    for n in range(205):
        scene.town.github.comment(REPO, issue.number, "dana", f"number {n}")

    assert len(await scene.repo.comments(issue.number)) == 205


async def test_only_words_that_stood_so_at_the_time_are_read(scene: Scene) -> None:
    github = scene.town.github
    issue = github.open_issue(REPO, "dana", "Sum")
    old, edited, young = [github.comment(REPO, issue.number, "dana", w) for w in "abc"]
    then = datetime.now(UTC).replace(microsecond=0)
    old.created_at = old.updated_at = edited.created_at = then - timedelta(hours=2)
    edited.updated_at = young.created_at = young.updated_at = then

    read = await scene.repo.comments(issue.number, until=then - timedelta(hours=1))

    assert [c.id for c in read] == [old.id]


async def test_pull_requests_from_branch_to_ready(scene: Scene) -> None:
    github, repo = scene.town.github, scene.repo
    sha = await github.push(REPO, "cadence/1-sum", {"a.py": "a = 1\n"}, author="dana")
    assert await repo.branch_sha("cadence/1-sum") == sha
    assert await repo.branch_sha("no/such") is None
    assert await repo.find_pull("cadence/1-sum") is None

    pull = await repo.open_pull(title="t", body="b", head="cadence/1-sum", base="main", draft=True)
    assert pull.draft
    found = await repo.find_pull("cadence/1-sum")
    assert found is not None
    assert (found.number, found.head_sha) == (pull.number, sha)
    assert (await repo.update_pull(pull.number, title="better")).title == "better"
    await repo.mark_ready(pull.number)
    await repo.mark_ready(pull.number)
    ready = await repo.find_pull("cadence/1-sum")
    assert ready is not None
    assert not ready.draft
    await repo.delete_branch("cadence/1-sum")
    await repo.delete_branch("cadence/1-sum")
    assert await repo.branch_sha("cadence/1-sum") is None


async def test_a_renamed_repository_is_still_found(scene: Scene) -> None:
    repo = scene.repo
    await repo.get()
    scene.town.github.rename_repository(REPO, "gadgets")

    assert (await repo.get()).full_name == "acme/gadgets"


async def test_a_short_wait_is_done_here_and_the_call_succeeds(scene: Scene) -> None:
    scene.town.github.fault("/permission", status=429, retry_after_s=2, times=2)

    assert await scene.repo.permission("dana") == "write"
    assert scene.waits == [2.0, 2.0]


async def test_a_long_wait_is_left_to_the_engine(scene: Scene) -> None:
    scene.town.github.fault("/permission", is_secondary=True, retry_after_s=120, times=9)

    with pytest.raises(RateLimited) as caught:
        await scene.repo.permission("dana")

    assert caught.value.retry_after_s == 120
    assert scene.waits == []


async def test_reading_is_tried_again_after_failures_but_not_for_ever(scene: Scene) -> None:
    scene.town.github.fault("/permission", status=502, times=2)
    assert await scene.repo.permission("dana") == "write"

    fault = scene.town.github.fault("/permission", status=503, times=99)
    with pytest.raises(Unavailable):
        await scene.repo.permission("dana")
    assert fault.hits == 4


async def test_a_comment_whose_answer_was_lost_is_not_written_twice(scene: Scene) -> None:
    issue = scene.town.github.open_issue(REPO, "dana", "Sum")
    scene.town.github.fault("/comments", method="POST", is_cut=True, is_after=True)

    with pytest.raises(Unavailable):
        await scene.repo.create_comment(issue.number, "once")

    assert len(scene.town.github.comments(REPO, issue.number)) == 1


async def test_a_broken_connection_while_reading_is_tried_again(scene: Scene) -> None:
    scene.town.github.fault("/permission", is_cut=True, times=2)

    assert await scene.repo.permission("dana") == "write"


async def test_a_slow_github_is_unavailable_in_time(scene: Scene) -> None:
    issue = scene.town.github.open_issue(REPO, "dana", "Sum")
    await scene.repo.get()
    scene.town.github.fault("/comments", method="POST", delay_s=30)

    with pytest.raises(Unavailable, match="did not answer in time"):
        await scene.repo.create_comment(issue.number, "hello")


async def test_nobody_there_is_unavailable(scene: Scene) -> None:
    async with aiohttp.ClientSession() as session:
        client = Client(session, api_url="http://127.0.0.1:9", user_agent="c", sleep=_at_once)
        with pytest.raises(Unavailable, match="could not be reached"):
            await client.ask(Call(method="GET", path="app", doing="look"))


async def _at_once(_seconds: float) -> None:
    return


async def _suspend(scene: Scene) -> None:
    scene.town.github.suspend(scene.town.installation_id)


async def _uninstall(scene: Scene) -> None:
    scene.town.github.uninstall(scene.town.installation_id)


async def _withdraw(scene: Scene) -> None:
    await scene.town.github.repository("acme/other", files={"a": "a"})
    scene.town.github.remove_repositories(scene.town.installation_id, REPO)


async def _archive(scene: Scene) -> None:
    scene.town.github.open_issue(REPO, "dana", "Sum")
    scene.town.github.archive(REPO)


async def _lock(scene: Scene) -> None:
    scene.town.github.open_issue(REPO, "dana", "Sum")
    scene.town.github.lock_issue(REPO, 1)


async def _delete(scene: Scene) -> None:
    scene.town.github.open_issue(REPO, "dana", "Sum")
    scene.town.github.delete_issue(REPO, 1, "dana")


@pytest.mark.parametrize(
    ("happens", "kind"),
    [
        pytest.param(_suspend, InstallationGone, id="suspended"),
        pytest.param(_uninstall, InstallationGone, id="uninstalled"),
        pytest.param(_withdraw, NotFound, id="repository withdrawn"),
        pytest.param(_archive, RepositoryUnusable, id="archived"),
        pytest.param(_lock, GitHubRefused, id="locked"),
        pytest.param(_delete, NotFound, id="deleted"),
    ],
)
async def test_what_cannot_be_done_any_more_is_named(
    scene: Scene, happens: Callable[[Scene], Awaitable[None]], kind: type[CadenceError]
) -> None:
    await happens(scene)

    with pytest.raises(CadenceError) as caught:
        await scene.repo.create_comment(1, "hello")

    assert type(caught.value) is kind


async def test_missing_permissions_are_named(scene: Scene) -> None:
    with pytest.raises(GitHubRefused, match="workflows: write"):
        await scene.app.mint(scene.town.installation_id, permissions={"workflows": "write"})


async def test_no_error_and_no_log_line_holds_a_token_or_an_address(scene: Scene) -> None:
    issue = scene.town.github.open_issue(REPO, "dana", "Sum")
    scene.town.github.fault("/comments", method="POST", status=500, times=1)
    scene.town.github.fault("/permission", is_cut=True, times=9)
    with structlog.testing.capture_logs() as lines:
        said = []
        for verb in (scene.repo.create_comment(issue.number, "x"), scene.repo.permission("dana")):
            with pytest.raises(Unavailable) as caught:
                await verb
            said += [str(caught.value), repr(caught.value), repr(caught.value.__cause__)]

    everything = repr(lines) + "".join(said)
    assert scene.secrets
    assert not any(secret in everything for secret in scene.secrets)
    assert "127.0.0.1" not in everything
    assert all(
        secret not in call.path for call in scene.town.github.requests for secret in scene.secrets
    )


@pytest.mark.parametrize(
    ("api", "graphql"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://ghe.example.com/api/v3", "https://ghe.example.com/api/graphql"),
        ("https://ghe.example.com/api/v3/", "https://ghe.example.com/api/graphql"),
    ],
)
async def test_graphql_is_where_each_github_has_it(api: str, graphql: str) -> None:
    async with aiohttp.ClientSession() as session:
        assert Client(session, api_url=api, user_agent="c").graphql_url == graphql


async def test_a_token_follows_no_redirect_to_another_host() -> None:
    heard: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        heard.append(request.headers.get("Authorization", ""))
        return web.json_response({})

    async def moved(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(f"http://localhost:{ports[1]}{request.path}")

    ports = []
    runners = []
    for handler in (moved, elsewhere):
        app = web.Application()
        app.router.add_get("/app", handler)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ports.append(runner.addresses[0][1])
        runners.append(runner)
    async with aiohttp.ClientSession() as session:
        client = Client(session, api_url=f"http://127.0.0.1:{ports[0]}", user_agent="c")
        with pytest.raises(GitHubRefused, match="elsewhere"):
            await client.ask(Call(method="GET", path="app", doing="look", authorization="t"))
    for runner in runners:
        await runner.cleanup()

    assert heard == []
