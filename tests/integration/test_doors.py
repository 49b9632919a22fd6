"""From a signed webhook of the stand-in through the real door to an agent, or to an answer."""

import hashlib
import hmac
import json
import re
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from bot.domain import Agent, AgentStatus, Source
from deploy.devkit.github import Comment, GitHubStandIn, Issue
from tests.fakes.front import Front, front
from tests.fakes.github import REPO, Town, town


@dataclass(frozen=True, kw_only=True)
class Village:
    """The stand-in and our door in front of it."""

    town: Town
    door: Front

    @property
    def github(self) -> GitHubStandIn:
        return self.town.github

    async def settled(self) -> None:
        await self.github.settled()
        await self.door.settled()

    async def issue(self, body: str | None = None, *, author: str = "dana") -> Issue:
        issue = self.github.open_issue(REPO, author, "Area is a sum", body)
        await self.settled()
        return issue

    async def says(self, issue: Issue, words: str, *, author: str = "dana") -> Comment:
        comment = self.github.comment(REPO, issue.number, author, words)
        await self.settled()
        return comment

    async def deliver(self, event: str, payload: dict[str, Any]) -> None:
        """Send a delivery that the stand-in would never make, rightly signed."""
        body = json.dumps(payload).encode()
        secret = self.town.app.webhook_secret.encode()
        given = {
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": str(uuid.uuid4()),
            "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.door.url, data=body, headers=given) as answer,
        ):
            assert answer.status == 202
        await self.door.settled()

    def answers(self, issue: Issue) -> list[str]:
        said = self.github.comments(REPO, issue.number)
        return [c.body for c in said if c.author.login == "cadence[bot]"]

    def reactions(self, issue: Issue, comment: Comment | None = None) -> list[str]:
        comment_id = None if comment is None else comment.id
        return [r.content for r in self.github.reactions(REPO, issue.number, comment_id=comment_id)]

    async def agent(self, issue: Issue) -> Agent | None:
        repository_id = self.github.world.repository(REPO).id
        return await self.door.agents.latest_on(repository_id, issue.number)

    async def all_agents(self) -> list[Agent]:
        return await self.door.agents.recent()

    def notes(self) -> list[str]:
        return list(self.door.notes.values())


@asynccontextmanager
async def opened(tmp_path: Path, *, free_agents: int | None = None) -> AsyncIterator[Village]:
    async with (
        town(tmp_path / "github") as place,
        aiohttp.ClientSession() as session,
        front(
            tmp_path,
            session,
            api_url=place.github.api_url,
            app_id=place.app.app_id,
            private_key_pem=place.app.private_key_pem,
            secret=place.app.webhook_secret.encode(),
            bot_user_id=place.app.bot_user_id,
            trusted_bots=frozenset({place.github.bot("goodbot").id}),
            models=("claude-one", "claude-two"),
            clean="hunter" + "2",
            free_agents=free_agents,
        ) as door,
    ):
        place.github.set_hook_url(door.url)
        yield Village(town=place, door=door)


@pytest.fixture
async def village(tmp_path: Path) -> AsyncIterator[Village]:
    async with opened(tmp_path) as some:
        yield some


@pytest.fixture
async def metered(tmp_path: Path) -> AsyncIterator[Village]:
    """A village whose account has one agent a month."""
    async with opened(tmp_path, free_agents=1) as some:
        yield some


async def test_a_comment_of_a_writer_makes_one_agent_with_everything_it_needs(
    village: Village,
) -> None:
    issue = await village.issue("It adds instead of multiplying.")

    comment = await village.says(issue, "@cadence please fix this budget=$1.50")

    (agent,) = village.door.started
    task = agent.task
    assert task.instruction == "please fix this"
    assert task.options.budget_usd == 1.5
    assert (task.source, task.source_ref) == (Source.ISSUE_COMMENT, f"comment:{comment.id}")
    assert task.repository == REPO
    assert task.installation_id == village.town.installation_id
    assert (task.requester.login, task.issue, task.comment_id) == ("dana", 1, comment.id)
    assert task.issue_title == "Area is a sum"
    assert task.issue_body == "It adds instead of multiplying."
    assert task.triggered_at == comment.created_at
    assert not task.wants_answer_only
    assert village.answers(issue) == []


async def test_the_body_of_a_new_issue_starts_an_agent(village: Village) -> None:
    issue = await village.issue("The area is wrong.\n\n@cadence multiply\n\n- and test it")

    (agent,) = village.door.started
    assert agent.task.instruction == "multiply\n\n- and test it"
    assert agent.task.source is Source.ISSUE
    assert agent.task.source_ref.endswith(f":{issue.number}:opened")
    assert agent.task.comment_id is None
    assert agent.task.triggered_at == issue.created_at


async def test_assigning_our_bot_starts_an_agent_and_assigning_a_person_does_not(
    village: Village,
) -> None:
    issue = await village.issue("Wrong.", author="rita")
    village.github.assign(REPO, issue.number, "dana", "rita")
    await village.settled()
    assert village.door.started == []

    village.github.assign(REPO, issue.number, "dana", "cadence[bot]")
    await village.settled()

    (agent,) = village.door.started
    assert agent.task.instruction == "Resolve this issue."
    assert agent.task.requester.login == "dana"


async def test_a_reader_cannot_start_an_agent_with_a_label(village: Village) -> None:
    issue = await village.issue("Wrong.")
    village.github.label(REPO, issue.number, "rita", "cadence")
    await village.settled()
    assert village.door.started == []

    village.github.label(REPO, issue.number, "dana", "bug")
    await village.settled()
    assert village.door.started == []


async def test_the_label_with_our_name_starts_an_agent(village: Village) -> None:
    issue = await village.issue("Wrong.", author="rita")

    village.github.label(REPO, issue.number, "dana", "Cadence")
    await village.settled()

    assert [a.task.issue for a in village.door.started] == [issue.number]


async def test_mention_label_and_assignment_at_once_make_one_agent(village: Village) -> None:
    issue = village.github.open_issue(REPO, "dana", "Sum", "@cadence fix it", labels=["cadence"])
    village.github.assign(REPO, issue.number, "dana", "cadence[bot]")
    await village.settled()

    assert len(await village.all_agents()) == 1
    assert village.answers(issue) == []


async def test_a_reader_gets_one_polite_answer_a_day_and_then_silence(village: Village) -> None:
    issue = await village.issue("Wrong.")

    await village.says(issue, "@cadence fix it", author="rita")
    await village.says(issue, "@cadence fix it now", author="rita")
    await village.says(issue, "@cadence help", author="rita")

    (answer,) = village.answers(issue)
    assert "@rita" in answer
    assert "can write to this repository" in answer
    assert await village.all_agents() == []


@pytest.mark.parametrize("role", ["maintain", "admin"])
async def test_maintainers_and_admins_may_ask(village: Village, role: str) -> None:
    village.github.grant(REPO, "mo", "maintain" if role == "maintain" else "admin")
    issue = await village.issue("Wrong.")

    await village.says(issue, "@cadence fix it", author="mo")

    assert len(village.door.started) == 1


@pytest.mark.parametrize("role", ["triage", "none"])
async def test_triage_and_strangers_may_not_ask(village: Village, role: str) -> None:
    village.github.grant(REPO, "tom", "triage" if role == "triage" else "none")
    issue = await village.issue("Wrong.")

    await village.says(issue, "@cadence fix it", author="tom")

    assert village.door.started == []


@pytest.mark.parametrize(
    ("status", "extra"),
    [
        pytest.param(500, {}, id="broken"),
        pytest.param(502, {}, id="bad gateway"),
        pytest.param(429, {"retry_after_s": 30}, id="too many"),
        pytest.param(403, {"is_secondary": True, "retry_after_s": 60}, id="secondary limit"),
        pytest.param(403, {"headers": {"x-ratelimit-remaining": "0"}}, id="primary limit"),
    ],
)
async def test_nothing_runs_while_github_cannot_be_asked_and_it_is_tried_again(
    village: Village, status: int, extra: dict[str, object]
) -> None:
    issue = await village.issue("Wrong.")
    fault = village.github.fault("/permission", status=status, times=100, **extra)  # type: ignore[arg-type]  # as given

    await village.says(issue, "@cadence fix it")

    assert len(village.door.put_off) == 1
    assert await village.all_agents() == []
    fault.times = 0
    await village.door.try_again()
    assert len(village.door.started) == 1


async def test_the_same_delivery_again_changes_nothing(village: Village) -> None:
    issue = await village.issue("Wrong.")
    village.github.duplicate_deliveries()
    await village.says(issue, "@cadence fix it")
    village.github.redeliver(village.github.deliveries[-1].guid)
    await village.settled()

    assert [d.status_code for d in village.github.deliveries[-3:]] == [202, 202, 202]
    assert len(await village.all_agents()) == 1
    assert await village.door.agents.messages(village.door.started[0].id) == []


async def test_a_delivery_handled_twice_makes_one_agent_and_no_message(village: Village) -> None:
    issue = await village.issue("Wrong.")
    await village.says(issue, "@cadence fix it")
    (guid,) = [g for g, note in village.door.notes.items() if note == "agent created"]

    await village.door.handle(guid)

    assert village.door.notes[guid] == "ignored: known trigger"
    assert len(await village.all_agents()) == 1
    assert await village.door.agents.messages(village.door.started[0].id) == []


async def test_words_on_an_issue_with_an_agent_at_work_go_to_that_agent(village: Village) -> None:
    issue = await village.issue("Wrong.")
    await village.says(issue, "@cadence fix it")
    village.github.grant(REPO, "mo", "write")

    comment = await village.says(issue, "@cadence stop using tabs there", author="mo")

    (agent,) = await village.all_agents()
    (message,) = await village.door.agents.messages(agent.id)
    assert (message.text, message.author) == ("stop using tabs there", "mo")
    assert village.reactions(issue, comment) == ["eyes"]
    assert village.answers(issue) == []


async def test_an_edited_comment_does_not_trigger(village: Village) -> None:
    issue = await village.issue("Wrong.")
    comment = await village.says(issue, "fix it")
    village.github.edit_comment(REPO, issue.number, comment, "@cadence fix it")
    village.github.edit_issue(REPO, issue.number, "dana", body="@cadence fix it")
    await village.settled()

    assert await village.all_agents() == []


async def test_bots_do_not_trigger_and_hear_nothing(village: Village) -> None:
    issue = await village.issue("Wrong.")
    for bot in ("cadence[bot]", "otherbot[bot]"):
        village.github.bot(bot.removesuffix("[bot]"))
        village.github.grant(REPO, bot, "admin")
        await village.says(issue, "@cadence fix it", author=bot)

    assert await village.all_agents() == []
    assert [c.body for c in village.github.comments(REPO, issue.number)] == ["@cadence fix it"] * 2


async def test_a_trusted_bot_is_known_by_its_number(village: Village) -> None:
    issue = await village.issue("Wrong.")

    await village.says(issue, "@cadence fix it", author="goodbot[bot]")

    assert len(village.door.started) == 1


async def test_pause_resume_and_stop_act_on_the_agent_and_are_acknowledged_quietly(
    village: Village,
) -> None:
    issue = await village.issue("Wrong.")
    await village.says(issue, "@cadence fix it")
    wanted = {"pause": AgentStatus.PAUSED, "resume": AgentStatus.PENDING}
    wanted["please stop!"] = AgentStatus.CANCELLED

    for words, status in wanted.items():
        comment = await village.says(issue, f"@cadence {words}")
        agent = await village.agent(issue)
        assert agent is not None
        assert agent.status is status
        assert village.reactions(issue, comment) == ["+1"]
    assert village.answers(issue) == []


async def test_a_command_handled_twice_says_nothing_wrong(village: Village) -> None:
    issue = await village.issue("Wrong.")
    await village.says(issue, "@cadence fix it")
    await village.says(issue, "@cadence pause")
    (guid,) = [g for g, note in village.door.notes.items() if note == "command: pause"]

    await village.door.handle(guid)

    assert village.answers(issue) == []


async def test_commands_without_an_agent_are_answered(village: Village) -> None:
    issue = await village.issue("Wrong.")

    await village.says(issue, "@cadence pause")
    await village.says(issue, "@cadence retry")
    await village.says(issue, "@cadence status")

    pause, retry, status = village.answers(issue)
    assert "No agent is at work here." in pause
    assert "nothing to retry" in retry
    assert "No agent has worked on this yet." in status
    assert await village.all_agents() == []


async def test_help_names_every_verb_and_is_given_once(village: Village) -> None:
    issue = await village.issue("Wrong.")
    await village.says(issue, "@cadence help")
    (guid,) = [g for g, note in village.door.notes.items() if note == "command: help"]
    await village.door.handle(guid)

    (answer,) = village.answers(issue)
    for word in ("status", "pause", "resume", "stop", "retry", "model=", "base=", "budget="):
        assert word in answer
    assert await village.all_agents() == []


async def test_status_tells_the_newest_agent(village: Village) -> None:
    issue = await village.issue("Wrong.")
    await village.says(issue, "@cadence fix it")

    await village.says(issue, "@cadence status?")

    (answer,) = village.answers(issue)
    assert "waits for its turn" in answer


async def test_retry_makes_a_new_agent_for_the_same_task_once_the_old_one_is_over(
    village: Village,
) -> None:
    issue = await village.issue("Wrong.")
    await village.says(issue, "@cadence fix it model=claude-one")
    (first,) = village.door.started
    await village.says(issue, "@cadence retry")
    assert "still at work" in village.answers(issue)[0]

    await village.door.agents.fail(first.id, "it broke")
    comment = await village.says(issue, "@cadence retry budget=5")

    _, second = village.door.started
    assert second.id != first.id
    assert second.task.instruction == "fix it"
    assert second.task.source_ref == f"comment:{comment.id}"
    assert second.task.options.model == "claude-one"
    assert second.task.options.budget_usd == 5


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param("model=gpt-9", "`claude-one`, `claude-two`", id="model"),
        pytest.param("budget=0", "US dollars", id="no money"),
        pytest.param("budget=1000", "up to 100", id="too much money"),
        pytest.param("base=../x", "name of a branch", id="no branch name"),
        pytest.param("base=nowhere", "no branch `nowhere`", id="no such branch"),
    ],
)
async def test_wrong_options_are_told_and_nothing_starts(
    village: Village, words: str, told: str
) -> None:
    issue = await village.issue("Wrong.")

    await village.says(issue, f"@cadence fix it {words}")

    (answer,) = village.answers(issue)
    assert told in answer
    assert await village.all_agents() == []


async def test_a_closed_issue_gets_an_answer_only(village: Village) -> None:
    issue = await village.issue("Wrong.")
    village.github.close_issue(REPO, issue.number, "dana")

    await village.says(issue, "@cadence why was this closed?")

    (agent,) = village.door.started
    assert agent.task.wants_answer_only


async def test_a_comment_on_a_pull_request_is_of_that_source(village: Village) -> None:
    await village.github.push(REPO, "topic", {"a.py": "a = 1\n"}, author="dana")
    pull = await village.github.open_pull(REPO, "dana", "Add a", head="topic")

    await village.says(pull, "@cadence rename it")

    (agent,) = village.door.started
    assert agent.task.source is Source.PULL_REQUEST
    assert agent.task.issue == pull.number


def _delete(github: GitHubStandIn, issue: Issue) -> None:
    github.delete_issue(REPO, issue.number, "dana")


def _lock(github: GitHubStandIn, issue: Issue) -> None:
    github.lock_issue(REPO, issue.number)


def _archive(github: GitHubStandIn, _issue: Issue) -> None:
    github.archive(REPO)


def _remove(github: GitHubStandIn, _issue: Issue) -> None:
    github.delete_repository(REPO)


@pytest.mark.parametrize(
    ("happens", "note"),
    [
        pytest.param(_delete, "no such thing", id="issue deleted"),
        pytest.param(_lock, "locked", id="issue locked"),
        pytest.param(_archive, "archived", id="repository archived"),
        pytest.param(_remove, "refused", id="repository deleted"),
    ],
)
async def test_what_happens_between_the_words_and_their_handling_ends_it_honestly(
    village: Village, happens: Callable[[GitHubStandIn, Issue], None], note: str
) -> None:
    issue = await village.issue("Wrong.")
    fault = village.github.fault("/permission", status=500, times=100)
    await village.says(issue, "@cadence fix it")
    fault.times = 0
    happens(village.github, issue)
    await village.settled()

    await village.door.try_again()

    assert await village.all_agents() == []
    assert village.door.put_off == []
    assert any(note in said for said in village.notes())


async def test_a_suspended_or_removed_installation_is_silent(village: Village) -> None:
    issue = await village.issue("Wrong.")
    fault = village.github.fault("/permission", status=500, times=100)
    await village.says(issue, "@cadence fix it")
    fault.times = 0
    village.github.suspend(village.town.installation_id)
    village.github.expire_tokens()
    await village.settled()

    await village.door.try_again()

    assert await village.all_agents() == []
    assert village.door.put_off == []
    assert any("suspended" in note for note in village.notes())


async def test_a_renamed_repository_is_worked_on_under_its_new_name(village: Village) -> None:
    issue = await village.issue("Wrong.")
    fault = village.github.fault("/permission", status=500, times=100)
    await village.says(issue, "@cadence fix it")
    fault.times = 0
    village.github.rename_repository(REPO, "gadgets")
    await village.settled()

    await village.door.try_again()

    (agent,) = village.door.started
    assert agent.task.repository == "acme/gadgets"


async def test_installations_and_their_repositories_are_known_as_github_tells(
    village: Village,
) -> None:
    known = village.door.installations
    other = await village.github.repository("globex/app", files={"a.txt": "a"})

    installation_id = village.github.install("globex")
    await village.settled()
    found = await known.get(installation_id)
    assert found is not None
    assert found.account_login == "globex"
    assert await known.repositories(installation_id) == [(other.id, "globex/app")]

    village.github.suspend(installation_id)
    await village.settled()
    suspended = await known.get(installation_id)
    assert suspended is not None
    assert suspended.is_suspended

    village.github.unsuspend(installation_id)
    village.github.rename_repository("globex/app", "application")
    await village.settled()
    assert await known.repositories(installation_id) == [(other.id, "globex/application")]

    village.github.uninstall(installation_id)
    await village.settled()
    assert await known.get(installation_id) is None


async def test_what_we_post_is_redacted(village: Village) -> None:
    issue = await village.issue("Wrong.")

    await village.says(issue, f"@cadence fix it base={'hunter' + '2'}")

    (answer,) = village.answers(issue)
    assert "[REDACTED]" in answer


async def test_our_answers_call_nobody_and_not_ourselves(village: Village) -> None:
    issue = await village.issue("Wrong.")
    await village.says(issue, "@cadence help")

    assert re.search(r"^[^`]*@cadence", village.answers(issue)[0], re.MULTILINE) is None
    assert len(village.answers(issue)) == 1


async def test_what_github_refuses_for_good_is_told_where_the_person_asked(
    village: Village,
) -> None:
    issue = await village.issue("Wrong.")
    village.github.fault(rf"/repos/{REPO}$", status=403, message="Resource not accessible", times=9)

    await village.says(issue, "@cadence fix it")

    (answer,) = village.answers(issue)
    assert "I could not start: GitHub refused to read the repository" in answer
    assert village.door.put_off == []


async def test_a_person_who_sends_the_words_of_somebody_else_needs_permission_too(
    village: Village,
) -> None:
    issue = await village.issue("Wrong.")
    comment = await village.says(issue, "nothing yet")
    body = orjson.loads(village.github.deliveries[-1].body)
    body["comment"] |= {"id": comment.id + 100_000, "body": "@cadence fix it"}
    rita = village.github.user("rita")
    body["sender"] |= {"login": rita.login, "id": rita.id}

    await village.deliver("issue_comment", body)
    assert await village.all_agents() == []

    body["comment"]["id"] += 1
    body["sender"], body["comment"]["user"] = body["comment"]["user"], body["sender"]
    await village.deliver("issue_comment", body)
    assert await village.all_agents() == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("comment", "user"), None, id="nobody wrote it"),
        pytest.param(("comment", "id"), 10**30, id="huge id"),
        pytest.param(("comment", "id"), True, id="id true"),
        pytest.param(("comment", "body"), ["@cadence fix it"], id="body list"),
        pytest.param(("comment", "body"), None, id="no body"),
        pytest.param(("comment", "performed_via_github_app"), {"id": 1}, id="an App in a name"),
        pytest.param(("comment", "user", "login"), "../x", id="login with a path"),
        pytest.param(("comment", "user", "type"), "Bot", id="a bot"),
        pytest.param(("comment",), [], id="comment list"),
        pytest.param(("issue",), None, id="no issue"),
        pytest.param(("issue", "number"), "7", id="number text"),
        pytest.param(("repository", "full_name"), "acme/../x", id="name with a path"),
        pytest.param(("repository", "archived"), True, id="archived"),
        pytest.param(("repository",), None, id="no repository"),
        pytest.param(("installation",), None, id="no installation"),
        pytest.param(("sender",), None, id="no sender"),
        pytest.param(("action",), ["created"], id="action list"),
        pytest.param(("action",), "deleted", id="another action"),
    ],
)
async def test_a_signed_but_odd_delivery_starts_nothing_and_asks_nobody(
    village: Village, path: tuple[str, ...], value: object
) -> None:
    issue = await village.issue("Wrong.")
    await village.says(issue, "nothing yet")
    body = orjson.loads(village.github.deliveries[-1].body)
    body["comment"]["body"] = "@cadence fix it"
    place = body
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    asked = len(village.github.requests)

    await village.deliver("issue_comment", body)

    assert await village.all_agents() == []
    assert len(village.github.requests) == asked


async def test_at_the_limit_people_hear_how_many_until_when_and_what_to_do(
    metered: Village,
) -> None:
    metered.github.grant(REPO, "walt", "write")
    first, second = await metered.issue("Wrong."), await metered.issue("Wrong, too.")
    await metered.says(first, "@cadence fix it")
    await metered.says(second, "@cadence fix it", author="walt")

    (answer,) = metered.answers(second)
    assert "Thanks, @walt. I have not started: the free plan has 1 agent a month" in answer
    assert "acme has had 1 agent in" in answer
    assert re.search(r"The month ends on \d{1,2} \w+ \d{4} \(UTC\)", answer)
    assert "`cadence plans set acme pro`" in answer
    assert len(await metered.all_agents()) == 1
    assert await metered.agent(second) is None


async def test_the_limit_is_told_once_a_day_to_each_person(metered: Village) -> None:
    metered.github.grant(REPO, "walt", "write")
    issues = [await metered.issue("Wrong.") for _ in range(3)]
    for issue in issues:
        await metered.says(issue, "@cadence fix it")
    await metered.says(issues[2], "@cadence fix it", author="walt")

    assert [len(metered.answers(issue)) for issue in issues] == [0, 1, 1]
    assert metered.notes().count("refused: the month's agents are used up") == 3


async def test_the_limit_is_told_after_all_when_github_was_away_meanwhile(
    metered: Village,
) -> None:
    first, second = await metered.issue("Wrong."), await metered.issue("Wrong, too.")
    await metered.says(first, "@cadence fix it")
    fault = metered.github.fault(f"/issues/{second.number}/comments", status=500, times=100)
    await metered.says(second, "@cadence fix it")
    fault.times = 0
    assert metered.door.put_off

    await metered.door.try_again()

    (answer,) = metered.answers(second)
    assert "I have not started" in answer


async def test_questions_and_retries_count_and_words_and_commands_do_not(
    metered: Village,
) -> None:
    issue = await metered.issue("Wrong.")
    await metered.says(issue, "@cadence where is area() used?")
    for words in ("look at the tests, too", "status", "help", "pause", "resume", "stop"):
        await metered.says(issue, f"@cadence {words}")
    assert "I have not started" not in "".join(metered.answers(issue))

    await metered.says(issue, "@cadence retry")

    assert "I have not started" in metered.answers(issue)[-1]
    assert len(await metered.all_agents()) == 1


async def test_the_same_words_delivered_again_at_the_limit_find_their_agent(
    metered: Village,
) -> None:
    issue = await metered.issue("Wrong.")
    await metered.says(issue, "@cadence fix it")
    for guid in list(metered.door.notes):
        await metered.door.handle(guid)

    assert metered.answers(issue) == []
    assert len({agent.id for agent in metered.door.started}) == 1


async def test_who_revokes_the_app_is_signed_out(village: Village) -> None:
    person = village.github.user("dana")

    village.github.revoke_authorization("dana")
    await village.settled()

    assert village.door.signed_out == [person.id]
