"""What goes wrong on demand at the stand-in, and what GitHub itself refuses."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.fakes.github import REPO, Town, town

ISSUES = f"/repos/{REPO}/issues"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path / "github") as made:
        made.github.open_issue(REPO, "dana", "Bug")
        yield made


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 500, 502, 503])
async def test_status_comes_as_often_as_asked(scene: Town, status: int) -> None:
    fault = scene.github.fault("/issues/1$", status=status, message="Oh no", times=2)
    bot = scene.as_bot()

    answers = [await bot.get(f"{ISSUES}/1") for _ in range(3)]

    assert [each.status for each in answers] == [status, status, 200]
    assert answers[0].body["message"] == "Oh no"
    assert fault.hits == 2


async def test_secondary_limit_names_when_to_come_back(scene: Town) -> None:
    scene.github.fault("/comments$", method="POST", is_secondary=True, retry_after_s=7)

    answer = await scene.as_bot().post(f"{ISSUES}/1/comments", {"body": "Hello."})

    assert (answer.status, answer.headers["Retry-After"]) == (403, "7")
    assert "secondary rate limit" in answer.body["message"]
    assert scene.github.comments(REPO, 1) == []


async def test_primary_limit_is_counted_and_told(scene: Town) -> None:
    scene.github.site.rate_limit = 2
    bot = scene.as_bot()

    answers = [await bot.get(f"{ISSUES}/1") for _ in range(3)]

    assert [each.status for each in answers] == [200, 200, 403]
    assert [each.headers["X-RateLimit-Remaining"] for each in answers] == ["1", "0", "0"]
    assert int(answers[2].headers["X-RateLimit-Reset"]) > time.time()


async def test_connection_is_cut_before_anything_happened(scene: Town) -> None:
    scene.github.fault("/comments$", method="POST", is_cut=True)
    bot = scene.as_bot()

    with pytest.raises(aiohttp.ClientError):
        await bot.post(f"{ISSUES}/1/comments", {"body": "Hello."})

    assert scene.github.comments(REPO, 1) == []


@pytest.mark.parametrize("how", ["cut", "502"])
async def test_answer_is_lost_after_the_deed(scene: Town, how: str) -> None:
    status, is_cut = (None, True) if how == "cut" else (502, False)
    scene.github.fault("/comments$", method="POST", status=status, is_cut=is_cut, is_after=True)
    bot = scene.as_bot()

    if is_cut:
        with pytest.raises(aiohttp.ClientError):
            await bot.post(f"{ISSUES}/1/comments", {"body": "Hello."})
    else:
        assert (await bot.post(f"{ISSUES}/1/comments", {"body": "Hello."})).status == 502

    assert [each.body for each in scene.github.comments(REPO, 1)] == ["Hello."]


async def test_slow_call_is_answered_all_the_same(scene: Town) -> None:
    scene.github.fault("/issues/1$", delay_s=0.3)
    bot = scene.as_bot()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bot.get(f"{ISSUES}/1"), 0.1)
    scene.github.fault("/issues/1$", delay_s=0.01)
    assert (await bot.get(f"{ISSUES}/1")).status == 200


async def test_git_has_faults_too(scene: Town) -> None:
    scene.github.fault("info/refs", status=503)
    url = f"{scene.github.url}/{REPO}.git/info/refs?service=git-upload-pack"

    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 503


async def test_deleted_issue_is_gone(scene: Town) -> None:
    scene.github.delete_issue(REPO, 1, "dana")
    bot = scene.as_bot()

    assert (await bot.get(f"{ISSUES}/1")).status == 410
    assert (await bot.post(f"{ISSUES}/1/comments", {"body": "Hello."})).status == 410
    assert (await bot.get(f"{ISSUES}?state=all")).body is None


async def test_locked_issue_takes_no_comment(scene: Town) -> None:
    scene.github.lock_issue(REPO, 1)

    answer = await scene.as_bot().post(f"{ISSUES}/1/comments", {"body": "Hello."})

    assert (answer.status, "locked" in answer.body["message"]) == (403, True)


async def test_empty_repository_says_so(scene: Town) -> None:
    await scene.github.repository("acme/empty")
    bot = scene.as_bot()

    assert (await bot.get("/repos/acme/empty")).body["size"] == 0
    assert (await bot.get("/repos/acme/empty/git/ref/heads/main")).status == 409
    assert (await bot.get("/repos/acme/empty/commits")).status == 409
    assert (await bot.get("/repos/acme/empty/contents/")).status == 404


async def test_archived_repository_is_read_only(scene: Town) -> None:
    scene.github.archive(REPO)
    bot = scene.as_bot()

    assert (await bot.get(ISSUES)).status == 200
    answer = await bot.post(f"{ISSUES}/1/comments", {"body": "Hello."})
    assert (answer.status, "archived" in answer.body["message"]) == (403, True)


async def test_renamed_repository_redirects(scene: Town) -> None:
    scene.github.rename_repository(REPO, "gadgets")
    bot = scene.as_bot()

    read, written = await bot.get(f"{ISSUES}/1"), await bot.post(ISSUES, {"title": "Other"})

    assert (read.status, written.status) == (301, 307)
    path = read.headers["Location"].removeprefix(scene.github.api_url)
    assert (await bot.get(path)).body["number"] == 1


async def test_pull_request_without_commits_or_a_second_one_is_refused(scene: Town) -> None:
    await scene.github.push(REPO, "feature", {"a": "b"}, author="dana")
    bot, base = scene.as_bot(), f"/repos/{REPO}/pulls"
    words = {"title": "Add a", "head": "feature", "base": "main"}

    assert (await bot.post(base, words)).status == 201
    second = await bot.post(base, words)
    nothing = await bot.post(base, {**words, "head": "main"})
    unknown = await bot.post(base, {**words, "head": "nowhere"})

    told = second.body["errors"][0]["message"]
    assert told == "A pull request already exists for acme:feature."
    assert nothing.body["errors"][0]["message"] == "No commits between main and main"
    assert unknown.body["errors"][0]["field"] == "head"
    assert {each.status for each in (second, nothing, unknown)} == {422}


async def test_pull_request_and_issues_share_their_numbers(scene: Town) -> None:
    await scene.github.push(REPO, "feature", {"a": "b"}, author="dana")
    pull = await scene.github.open_pull(REPO, "dana", "Add a", head="feature")
    issue = scene.github.open_issue(REPO, "dana", "Other")
    bot = scene.as_bot()

    assert (pull.number, issue.number) == (2, 3)
    assert "pull_request" in (await bot.get(f"{ISSUES}/2")).body
    assert (await bot.get(f"/repos/{REPO}/pulls/3")).status == 404


async def test_diff_is_had_by_its_media_type(scene: Town) -> None:
    await scene.github.push(REPO, "feature", {"a.txt": "b\n"}, author="dana")
    await scene.github.open_pull(REPO, "dana", "Add a", head="feature")

    answer = await scene.as_bot().get(
        f"/repos/{REPO}/pulls/2", accept="application/vnd.github.diff"
    )

    assert answer.body.startswith("diff --git a/a.txt b/a.txt")
    assert answer.headers["Content-Type"].startswith("application/vnd.github.diff")


async def test_merge_closes_what_the_pull_request_names(scene: Town) -> None:
    await scene.github.push(REPO, "feature", {"a.txt": "b\n"}, author="dana")
    await scene.github.open_pull(REPO, "dana", "Add a", head="feature", body="Fixes #1")

    sha = await scene.github.merge(REPO, 2, "dana")

    assert (await scene.github.refs(REPO))["refs/heads/main"] == sha
    assert scene.github.issue(REPO, 1).state == "closed"
    assert (await scene.as_bot().get(f"/repos/{REPO}/pulls/2")).body["merged"] is True


async def test_conflict_shows_in_the_mergeable_state(scene: Town) -> None:
    await scene.github.push(REPO, "feature", {"README.md": "one\n"}, author="dana")
    await scene.github.open_pull(REPO, "dana", "One", head="feature")
    await scene.github.push(REPO, "main", {"README.md": "two\n"}, author="dana")

    answer = await scene.as_bot().get(f"/repos/{REPO}/pulls/2")

    assert (answer.body["mergeable"], answer.body["mergeable_state"]) == (False, "dirty")


async def test_pages_are_linked_to_the_last(scene: Town) -> None:
    for number in range(25):
        scene.github.comment(REPO, 1, "dana", f"Comment {number}")
    bot = scene.as_bot()
    path, seen = f"{ISSUES}/1/comments?per_page=10", []

    while path:
        answer = await bot.get(path)
        seen += [each["body"] for each in answer.body]
        links = answer.headers.get("Link", "")
        following = [part for part in links.split(", ") if 'rel="next"' in part]
        path = (
            following[0][1:].split(">")[0].removeprefix(scene.github.api_url) if following else ""
        )

    assert seen == [f"Comment {number}" for number in range(25)]


async def test_comment_that_is_too_long_is_refused(scene: Town) -> None:
    answer = await scene.as_bot().post(f"{ISSUES}/1/comments", {"body": "x" * 65_537})

    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "body")


async def test_answer_that_did_not_change_costs_no_body(scene: Town) -> None:
    bot = scene.as_bot()
    first = await bot.get(f"{ISSUES}/1")
    headers = {"Authorization": f"Bearer {bot.token}", "If-None-Match": first.headers["ETag"]}

    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{scene.github.api_url}{ISSUES}/1") as answer,
    ):
        assert (answer.status, await answer.read()) == (304, b"")


async def test_body_that_is_no_json_is_refused(scene: Town) -> None:
    headers = {"Authorization": f"Bearer {scene.as_bot().token}"}

    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{scene.github.api_url}{ISSUES}", data=b"{") as answer,
    ):
        assert (answer.status, (await answer.json())["message"]) == (400, "Problems parsing JSON")


async def test_pull_requests_opened_at_once_are_one(scene: Town) -> None:
    await scene.github.push(REPO, "feature", {"a": "b"}, author="dana")
    bot, words = scene.as_bot(), {"title": "Add a", "head": "feature", "base": "main"}

    answers = await asyncio.gather(*(bot.post(f"/repos/{REPO}/pulls", words) for _ in range(5)))

    assert sorted(each.status for each in answers) == [201, 422, 422, 422, 422]
    assert len(scene.github.pulls(REPO)) == 1
