"""Webhooks of the stand-in: signed, shaped, ordered, repeatable."""

import hashlib
import hmac
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from gidgethub import ValidationFailure
from gidgethub.sansio import Event

from tests.contract.github_contract import WebhookContract
from tests.fakes.github import REPO, Town, town

# What GitHub sends and its published schemas (of 2024) do not allow.
BEYOND_THE_SCHEMAS = {
    "installation.created requester: None is not of type 'object'": "null when nobody asked",
    "changes/owner/from: Additional properties are not allowed ('organization' was unexpected)": (
        "organizations own repositories, too"
    ),
}
PAYLOADS = Path(__file__).parents[1] / "payloads"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path / "github") as made:
        yield made


async def live(scene: Town) -> None:
    """Let everything happen that is told to webhooks."""
    github = scene.github
    issue = github.open_issue(REPO, "dana", "Bug", "@cadence fix this", labels=["bug"])
    github.edit_issue(REPO, 1, "dana", title="Bug!", body="now")
    github.label(REPO, 1, "dana", "cadence")
    github.site.verbs.remove_label(github.world.repository(REPO), issue, issue.author, "bug")
    github.assign(REPO, 1, "dana", "cadence[bot]")
    github.site.verbs.unassign(github.world.repository(REPO), issue, issue.author, ["cadence[bot]"])
    comment = github.comment(REPO, 1, "rita", "me too")
    github.edit_comment(REPO, 1, comment, "me, too")
    github.delete_comment(REPO, 1, comment)
    github.close_issue(REPO, 1, "dana")
    github.reopen_issue(REPO, 1, "dana")
    bot = scene.as_bot()
    await bot.post(f"/repos/{REPO}/issues/1/comments", {"body": "Working on it."})
    await live_pulls(scene)
    github.open_issue(REPO, "rita", "Spam")
    github.delete_issue(REPO, 3, "dana")
    await live_above(scene)
    await github.settled()


async def live_pulls(scene: Town) -> None:
    """Open, change and merge a pull request, and close another."""
    github = scene.github
    await github.push(REPO, "feature", {"a.txt": "1\n"}, author="dana")
    pull = await github.open_pull(REPO, "dana", "Add a", head="feature", body="#1", draft=True)
    await github.push(REPO, "feature", {"a.txt": None, "b.txt": "2\n"}, author="dana")
    github.edit_issue(REPO, pull.number, "dana", title="Add b")
    github.label(REPO, pull.number, "dana", "bug")
    github.assign(REPO, pull.number, "dana", "rita")
    repo = github.world.repository(REPO)
    github.site.pulls.set_draft(repo, pull, pull.author, draft=False)
    github.site.pulls.set_draft(repo, pull, pull.author, draft=True)
    github.close_issue(REPO, pull.number, "dana")
    github.reopen_issue(REPO, pull.number, "dana")
    await github.merge(REPO, pull.number, "dana")
    api = scene.as_bot()
    assert (await api.delete(f"/repos/{REPO}/git/refs/heads/feature")).status == 204


async def live_above(scene: Town) -> None:
    """Move repositories and installations about."""
    github, number = scene.github, scene.installation_id
    await github.repository("acme/tools", files={"a": "b"})
    github.user("newcomer")
    github.install("newcomer")
    github.remove_repositories(number, "acme/tools")
    github.add_repositories(number, "acme/tools")
    github.suspend(number)
    github.unsuspend(number)
    github.rename_repository("acme/tools", "gadgets")
    github.delete_repository("acme/gadgets")
    github.uninstall(number)


async def test_every_delivery_matches_the_published_schema(scene: Town) -> None:
    contract = WebhookContract()
    await live(scene)

    seen, wrong = set(), set()
    for each in scene.github.deliveries:
        name = f"{each.event}.{each.action}" if each.action else each.event
        seen.add(name)
        wrong |= {f"{name} {said}" for said in contract.delivery(each.event, json.loads(each.body))}
    assert wrong - BEYOND_THE_SCHEMAS.keys() == set()
    assert seen == {
        *("ping", "push", "create", "delete", "repository.renamed", "repository.deleted"),
        *(f"issues.{it}" for it in ("opened", "edited", "labeled", "unlabeled", "assigned")),
        *(f"issues.{it}" for it in ("unassigned", "closed", "reopened", "deleted")),
        *(f"issue_comment.{it}" for it in ("created", "edited", "deleted")),
        *(f"pull_request.{it}" for it in ("opened", "synchronize", "edited", "labeled")),
        *(f"pull_request.{it}" for it in ("assigned", "ready_for_review", "converted_to_draft")),
        *(f"pull_request.{it}" for it in ("closed", "reopened")),
        *(f"installation.{it}" for it in ("created", "deleted", "suspend", "unsuspend")),
        *(f"installation_repositories.{it}" for it in ("added", "removed")),
    }


async def test_transferred_repository_names_its_old_owner(scene: Town) -> None:
    scene.github.user("solo")
    scene.github.install("solo")
    scene.github.transfer_repository(REPO, "solo")

    told = json.loads(scene.github.deliveries[-1].body)
    wrong = set(WebhookContract().delivery("repository", told))
    assert wrong - BEYOND_THE_SCHEMAS.keys() == set()
    assert told["changes"]["owner"]["from"]["organization"]["login"] == "acme"


async def test_every_delivery_passes_the_check_of_gidgethub(scene: Town) -> None:
    await live(scene)

    ids = set()
    for headers, body in scene.hook.received:
        event = Event.from_http(headers, body, secret=scene.app.webhook_secret)
        assert str(uuid.UUID(event.delivery_id)) == event.delivery_id
        ids.add(event.delivery_id)
    assert len(ids) == len(scene.hook.received) == len(scene.github.deliveries)


async def test_delivery_with_a_changed_body_fails_the_check(scene: Town) -> None:
    scene.github.open_issue(REPO, "dana", "Bug")
    await scene.github.settled()
    headers, body = scene.hook.received[-1]

    with pytest.raises(ValidationFailure, match="does not align"):
        Event.from_http(headers, body + b" ", secret=scene.app.webhook_secret)


async def test_headers_are_complete(scene: Town) -> None:
    await scene.github.settled()
    headers, body = scene.hook.received[0]

    key = scene.app.webhook_secret.encode()
    assert headers["X-Hub-Signature"] == f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}"
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert headers["X-GitHub-Hook-Installation-Target-Type"] == "integration"
    assert headers["X-GitHub-Hook-Installation-Target-ID"] == str(scene.app.app_id)
    assert headers["X-GitHub-Hook-ID"].isdigit()
    assert headers["Content-Type"] == "application/json"


async def test_what_the_app_writes_comes_from_a_bot(scene: Town) -> None:
    scene.github.open_issue(REPO, "dana", "Bug")
    await scene.as_bot().post(f"/repos/{REPO}/issues/1/comments", {"body": "Hello."})
    await scene.github.settled()

    told = json.loads(scene.hook.received[-1][1])
    assert told["sender"]["login"] == "cadence[bot]"
    assert told["sender"]["type"] == "Bot"
    assert told["sender"]["id"] == scene.app.bot_user_id
    assert told["comment"]["performed_via_github_app"]["id"] == scene.app.app_id
    assert told["installation"]["id"] == scene.installation_id


async def test_deliveries_keep_their_order(scene: Town) -> None:
    for number in range(20):
        scene.github.open_issue(REPO, "dana", f"Bug {number}")
    await scene.github.settled()

    titles = [json.loads(body)["issue"]["title"] for _, body in scene.hook.received[2:]]
    assert titles == [f"Bug {number}" for number in range(20)]


async def test_app_without_the_permission_hears_nothing(scene: Town) -> None:
    scene.github.set_permissions(scene.installation_id, {"issues": "read"})
    await scene.github.push(REPO, "feature", {"a.txt": "1\n"}, author="dana")
    scene.github.open_issue(REPO, "dana", "Bug")
    await scene.github.settled()

    assert scene.hook.events == ["ping", "installation", "issues"]


async def test_suspended_installation_hears_nothing(scene: Town) -> None:
    scene.github.suspend(scene.installation_id)
    scene.github.open_issue(REPO, "dana", "Bug")
    await scene.github.settled()

    assert scene.hook.events == ["ping", "installation", "installation"]


async def test_redelivery_repeats_guid_and_body_and_shows_in_the_log(scene: Town) -> None:
    scene.hook.status = 500
    scene.github.open_issue(REPO, "dana", "Bug")
    await scene.github.settled()
    failed = scene.github.deliveries[-1]
    assert (failed.status_code, failed.response_body) == (500, "noted")

    scene.hook.status = 202
    scene.github.redeliver(failed.guid)
    await scene.github.settled()

    first, second = scene.hook.received[-2:]
    assert first == second
    log = (await scene.as_app().get("/app/hook/deliveries")).body
    assert [each["status_code"] for each in log[:2]] == [202, 500]
    assert [each["redelivery"] for each in log[:2]] == [True, False]
    assert log[0]["guid"] == log[1]["guid"]


async def test_duplicate_delivery_comes_twice_with_one_guid(scene: Town) -> None:
    scene.github.duplicate_deliveries(1)
    scene.github.open_issue(REPO, "dana", "Bug")
    scene.github.open_issue(REPO, "dana", "Other")
    await scene.github.settled()

    guids = [headers["X-GitHub-Delivery"] for headers, _ in scene.hook.received[2:]]
    assert guids[0] == guids[1] != guids[2]


async def test_receiver_that_is_away_is_logged_and_not_tried_again(scene: Town) -> None:
    scene.github.set_hook_url("http://127.0.0.1:9/hook")
    scene.github.open_issue(REPO, "dana", "Bug")
    await scene.github.settled()

    assert scene.github.deliveries[-1].status.startswith("failed to connect")


async def test_vendored_payloads_are_listed_in_the_index() -> None:
    index = json.loads((PAYLOADS / "INDEX.json").read_text())
    files = {path.name for path in PAYLOADS.glob("*.json")} - {"INDEX.json"}

    assert index.keys() == files
    for name, said in index.items():
        payload = json.loads((PAYLOADS / name).read_text())
        assert payload.get("action") == said["action"]
        assert name.startswith(said["event"])
