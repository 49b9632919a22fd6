"""Every REST call of the stand-in, held against GitHub's OpenAPI document."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.devkit.github import standin
from tests.contract.github_contract import RestContract
from tests.fakes.github import REPO, Api, Town, town

# Operations that GitHub has and the trimmed document has not.
NOT_IN_THE_DOCUMENT = {
    "GET /zen": "trimmed away",
    r"GET /app/hook/deliveries/{delivery_id:\d+}": "trimmed away",
    "POST /graphql": "not REST",
    r"GET /repos/{owner}/{repo}/issues/{number:\d+}/labels": "trimmed away",
    r"DELETE /repos/{owner}/{repo}/issues/{number:\d+}/assignees": "trimmed away",
    "GET /repos/{owner}/{repo}/contents": "there the root is an empty {path}",
    "GET /repos/{owner}/{repo}/contents/{path:.*}": "the same root, with a slash",
}
# What the document says wrongly.
FLAWS = {
    "GET /app/installations 200: 0/account: ": "asks for a user that is an enterprise, too",
}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path / "github") as made:
        yield made


@pytest.fixture(scope="module")
def contract() -> RestContract:
    return RestContract()


async def play_app(scene: Town) -> None:
    """Use every call that an App makes as itself."""
    app, number = scene.as_app(), scene.installation_id
    for path in (
        "/app",
        "/app/installations",
        f"/app/installations/{number}",
        f"/repos/{REPO}/installation",
        "/orgs/acme/installation",
        "/app/hook/config",
        "/rate_limit",
    ):
        assert (await app.get(path)).status == 200, path
    solo = scene.github.user("solo")
    scene.github.install(solo.login)
    assert (await app.get("/users/solo/installation")).status == 200
    await scene.github.settled()
    listed = await app.get("/app/hook/deliveries?per_page=1")
    again = f"/app/hook/deliveries/{listed.body[0]['id']}/attempts"
    assert (await app.post(again)).status == 202
    one = await app.get(again.removesuffix("/attempts"))
    assert one.body["request"]["payload"]["action"] == "created"
    assert (await app.patch("/app/hook/config", {"url": scene.hook.url})).status == 200
    narrow = {"repositories": ["widgets"], "permissions": {"issues": "write"}}
    made = await app.post(f"/app/installations/{number}/access_tokens", narrow)
    bot = app.with_token(made.body["token"])
    assert (await bot.get("/installation/repositories")).body["total_count"] == 1
    assert (await bot.delete("/installation/token")).status == 204
    assert (await bot.get("/installation/repositories")).status == 401
    other = scene.github.install("app-owner")
    assert (await app.delete(f"/app/installations/{other}")).status == 204


async def play_person(scene: Town) -> None:
    """Use every call that a signed-in person makes, and those that end it."""
    credentials = scene.app
    token = scene.github.authorize("dana")
    person = scene.api.with_token(token)
    assert (await person.get("/user")).body["login"] == "dana"
    assert (await person.get("/user/installations")).body["total_count"] == 1
    path = f"/user/installations/{scene.installation_id}/repositories"
    reached = (await person.get(path)).body["repositories"]
    assert [one["permissions"]["push"] for one in reached] == [True]
    client = scene.api.as_client(credentials.client_id, credentials.client_secret)
    base = f"/applications/{credentials.client_id}"
    assert (await client.delete(f"{base}/token", {"access_token": token})).status == 204
    assert (await person.get("/user")).status == 401
    again = scene.github.authorize("dana")
    assert (await client.delete(f"{base}/grant", {"access_token": again})).status == 204
    assert (await person.with_token(again).get("/user")).status == 401


async def play_issues(bot: Api) -> None:
    """Use every call about issues, labels and assignees."""
    base = f"/repos/{REPO}/issues"
    sent = {"title": "Bug", "body": "It breaks.", "labels": ["bug"], "assignees": ["dana"]}
    assert (await bot.post(base, sent)).status == 201
    assert (await bot.post(base, {"body": "no title"})).status == 422
    assert (await bot.get(f"{base}?labels=bug&state=all")).body[0]["number"] == 1
    assert (await bot.get(f"{base}/1")).status == 200
    assert (await bot.get(f"{base}/99")).status == 404
    change = {"title": "Bug!", "labels": ["bug", "cadence"], "assignees": [], "state": "closed"}
    assert (await bot.patch(f"{base}/1", change)).body["state_reason"] == "completed"
    assert (await bot.patch(f"{base}/1", {"state": "open"})).status == 200
    assert (await bot.post(f"{base}/1/labels", {"labels": ["urgent"]})).status == 200
    assert len((await bot.get(f"{base}/1/labels")).body) == 3
    assert (await bot.delete(f"{base}/1/labels/urgent")).status == 200
    assert (await bot.delete(f"{base}/1/labels/urgent")).status == 404
    assert (
        await bot.post(f"/repos/{REPO}/labels", {"name": "new", "color": "ff0000"})
    ).status == 201
    assert (await bot.get(f"/repos/{REPO}/labels")).status == 200
    assert (await bot.post(f"{base}/1/assignees", {"assignees": ["rita"]})).status == 201
    assert (await bot.delete(f"{base}/1/assignees", {"assignees": ["rita"]})).status == 200


async def play_comments(bot: Api) -> None:
    """Use every call about comments and reactions."""
    base = f"/repos/{REPO}/issues"
    made = await bot.post(f"{base}/1/comments", {"body": "Working on it."})
    assert made.status == 201
    one = f"{base}/comments/{made.body['id']}"
    for place in (f"{base}/1", one):
        assert (await bot.post(f"{place}/reactions", {"content": "eyes"})).status == 201
        second = await bot.post(f"{place}/reactions", {"content": "eyes"})
        assert second.status == 200
        assert (await bot.post(f"{place}/reactions", {"content": "rocket"})).status == 201
        assert len((await bot.get(f"{place}/reactions")).body) == 2
        assert (await bot.delete(f"{place}/reactions/{second.body['id']}")).status == 204
    assert (await bot.get(f"{base}/1/comments?since=2026-01-01T00:00:00Z")).status == 200
    assert (await bot.patch(one, {"body": "Done."})).status == 200
    assert (await bot.get(one)).body["performed_via_github_app"]["slug"] == "cadence"
    assert (await bot.delete(one)).status == 204
    assert (await bot.get(one)).status == 404


async def play_git(bot: Api) -> str:
    """Use every call about refs, commits and contents; return the commit of a new branch."""
    repo = f"/repos/{REPO}"
    sha = str((await bot.get(f"{repo}/git/ref/heads/main")).body["object"]["sha"])
    assert (await bot.get(f"{repo}/git/ref/heads/none")).status == 404
    made = await bot.post(f"{repo}/git/refs", {"ref": "refs/heads/cadence/old", "sha": sha})
    assert made.status == 201
    forward = {"sha": sha, "force": True}
    assert (await bot.patch(f"{repo}/git/refs/heads/cadence/old", forward)).status == 200
    assert len((await bot.get(f"{repo}/git/matching-refs/heads/cadence")).body) == 1
    assert (await bot.delete(f"{repo}/git/refs/heads/cadence/old")).status == 204
    for path in (
        "/branches",
        "/branches/main",
        "/commits",
        "/commits/main",
        "/compare/main...feature",
        "/contents",
        "/contents/",
        "/contents/widgets.py?ref=main",
    ):
        assert (await bot.get(repo + path)).status == 200, path
    return sha


async def play_pulls(bot: Api) -> None:
    """Use every call about pull requests."""
    base = f"/repos/{REPO}/pulls"
    words = {"title": "Multiply", "body": "Closes #1", "head": "feature", "base": "main"}
    made = await bot.post(base, {**words, "draft": True})
    assert made.status == 201
    number = made.body["number"]
    assert (await bot.post(base, words)).status == 422
    assert (await bot.get(f"{base}?head=acme:feature&state=open")).body[0]["number"] == number
    assert (await bot.get(f"{base}/{number}")).body["changed_files"] == 1
    assert (await bot.get(f"{base}/{number}/files")).body[0]["status"] == "modified"
    assert len((await bot.get(f"{base}/{number}/commits")).body) == 1
    assert (await bot.patch(f"{base}/{number}", {"title": "Multiply sides"})).status == 200
    query = "mutation($id:ID!){markPullRequestReadyForReview(input:{pullRequestId:$id})"
    query += "{pullRequest{isDraft}}}"
    sent = {"query": query, "variables": {"id": made.body["node_id"]}}
    ready = await bot.post("/../graphql", sent)
    told = ready.body["data"]["markPullRequestReadyForReview"]["pullRequest"]
    assert told["isDraft"] is False


async def play(scene: Town) -> None:
    """Use every REST call that the stand-in has."""
    files = {"widgets.py": "def area(width, height):\n    return width * height\n"}
    await scene.github.push(REPO, "feature", files, author="dana")
    await play_app(scene)
    await play_person(scene)
    bot = scene.as_bot()
    for path in (
        f"/repos/{REPO}",
        f"/repos/{REPO}/collaborators/dana/permission",
        "/users/dana",
        "/users/cadence%5Bbot%5D",
        "/meta",
        "/zen",
    ):
        assert (await bot.get(path)).status == 200, path
    assert (await bot.get(f"/repos/{REPO}/collaborators/nobody/permission")).status == 404
    await play_issues(bot)
    await play_comments(bot)
    await play_git(bot)
    await play_pulls(bot)


async def test_every_exchange_is_what_the_openapi_document_says(
    scene: Town, contract: RestContract
) -> None:
    await play(scene)

    wrong: dict[str, list[str]] = {}
    judged = 0
    for each in scene.github.requests:
        call = f"{each.method} {each.path} {each.status}"
        if contract.operation(each.method, each.path) is None:
            continue
        judged += 1
        if each.status < 400:
            wrong[call] = contract.request(each.method, each.path, each.request_body)
        if each.media_type == "application/json":
            wrong[call] = wrong.get(call, []) + contract.response(
                each.method, each.path, each.status, each.response_body
            )
    faults = [f"{call}: {line}" for call, said in wrong.items() for line in said]
    assert [fault for fault in faults if not fault.startswith(tuple(FLAWS))] == []
    assert judged > 60


async def test_the_scenario_leaves_no_call_untried(scene: Town) -> None:
    await play(scene)

    known = {(route.method, route.path) for api in standin.APIS for route in api.routes.all}
    tried = {(each.method, each.route) for each in scene.github.requests}
    assert known - tried == {("POST", "/app-manifests/{code}/conversions")}  # has a test of its own


async def test_calls_that_the_document_lacks_are_few_and_named(
    scene: Town, contract: RestContract
) -> None:
    await play(scene)

    lacking = {
        f"{each.method} {each.route}"
        for each in scene.github.requests
        if contract.operation(each.method, each.path) is None
    }
    assert lacking == NOT_IN_THE_DOCUMENT.keys()
