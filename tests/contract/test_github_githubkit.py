"""An independent client, `githubkit`, drives the stand-in; its models parse every answer."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.github import REPO, Town, town

# With a version of its own dependency `hishel` that it cannot use, it does not even import.
githubkit = pytest.importorskip("githubkit", exc_type=ImportError)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path / "github") as made:
        yield made


@pytest.fixture
async def app(scene: Town) -> AsyncIterator[Any]:
    strategy = githubkit.AppAuthStrategy(scene.app.app_id, scene.app.private_key_pem)
    # Its default cache outlives the client: tokens of one stand-in would go to the next.
    options: dict[str, Any] = {"cache_strategy": githubkit.cache.MemCacheStrategy()}
    options |= {"http_cache": False, "auto_retry": False}
    async with githubkit.GitHub(strategy, base_url=scene.github.api_url, **options) as made:
        yield made


async def test_it_finds_the_app_and_where_it_is_installed(scene: Town, app: Any) -> None:
    me = (await app.rest.apps.async_get_authenticated()).parsed_data
    listed = (await app.rest.apps.async_list_installations()).parsed_data
    found = (await app.rest.apps.async_get_repo_installation("acme", "widgets")).parsed_data

    assert (me.id, me.slug) == (scene.app.app_id, "cadence")
    assert [each.id for each in listed] == [scene.installation_id] == [found.id]


async def test_it_goes_from_an_issue_to_a_pull_request(scene: Town, app: Any) -> None:
    bot = app.with_auth(app.auth.as_installation(scene.installation_id))
    issues, pulls = bot.rest.issues, bot.rest.pulls
    where = {"owner": "acme", "repo": "widgets"}

    issue = (await issues.async_create(**where, title="Bug", body="It breaks.")).parsed_data
    comment = (
        await issues.async_create_comment(**where, issue_number=issue.number, body="On it.")
    ).parsed_data
    reaction = (
        await bot.rest.reactions.async_create_for_issue(
            **where, issue_number=issue.number, content="eyes"
        )
    ).parsed_data
    await issues.async_update_comment(**where, comment_id=comment.id, body="Done.")
    await scene.github.push(REPO, "feature", {"a.txt": "1\n"}, author="dana")
    made = await pulls.async_create(**where, title="Add a", head="feature", base="main", draft=True)
    pull = made.parsed_data

    assert comment.user is not None
    assert (comment.user.login, comment.user.type) == ("cadence[bot]", "Bot")
    assert reaction.content == "eyes"
    assert (pull.number, pull.draft, pull.head.ref) == (2, True, "feature")
    assert [each.body for each in scene.github.comments(REPO, 1)] == ["Done."]
    files = (await pulls.async_list_files(**where, pull_number=2)).parsed_data
    assert [each.filename for each in files] == ["a.txt"]


async def test_it_reads_all_pages(scene: Town, app: Any) -> None:
    scene.github.open_issue(REPO, "dana", "Bug")
    for number in range(7):
        scene.github.comment(REPO, 1, "dana", str(number))
    bot = app.with_auth(app.auth.as_installation(scene.installation_id))

    pages = bot.rest.paginate(
        bot.rest.issues.async_list_comments,
        owner="acme",
        repo="widgets",
        issue_number=1,
        per_page=3,
    )

    assert [each.body async for each in pages] == [str(number) for number in range(7)]


async def test_it_understands_the_refusals(scene: Town, app: Any) -> None:
    bot = app.with_auth(app.auth.as_installation(scene.installation_id))
    scene.github.fault("/issues/1$", is_secondary=True, retry_after_s=5)

    with pytest.raises(githubkit.exception.RequestFailed) as refused:
        await bot.rest.pulls.async_create("acme", "widgets", title="x", head="none", base="main")
    assert refused.value.response.status_code == 422

    with pytest.raises(githubkit.exception.SecondaryRateLimitExceeded) as limited:
        await bot.rest.issues.async_get("acme", "widgets", 1)
    assert limited.value.retry_after.total_seconds() == 5
