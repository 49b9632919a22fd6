"""Every door, every option and every command on the whole road, with the real runner."""

import asyncio
import json
from pathlib import Path

import pytest

from bot import cost
from deploy.devkit.github import git
from tests.e2e.plays import EDIT, finish, use
from tests.e2e.street import Place, hold, street

pytestmark = [pytest.mark.slow, pytest.mark.sandbox, pytest.mark.timeout(500)]


async def test_every_door_option_and_command_does_what_it_says(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    async with street(tmp_path) as made:
        await hold(
            made,
            [
                pause_holds_the_work_and_resume_goes_on,
                retry_after_a_failure_makes_a_pull_request,
                label_starts_an_agent,
                assignment_starts_an_agent,
                mention_in_a_new_issue_starts_an_agent,
                request_names_people_verification_and_cost,
                model_option_is_honoured,
                base_option_is_honoured,
                budget_option_ends_the_work_and_keeps_it,
                repeated_delivery_is_one_agent,
                commands_without_an_agent_are_answered,
                stranger_is_refused_once,
                wrong_options_are_named_and_nothing_starts,
                base_that_is_not_there_is_named_and_nothing_starts,
            ],
            subtests,
        )


async def label_starts_an_agent(place: Place) -> None:
    place.play()
    place.issue()
    place.github.label(place.repo, place.number, "dana", "cadence")

    await place.ended("is ready for review")
    await place.reacts("rocket")


async def assignment_starts_an_agent(place: Place) -> None:
    place.play()
    place.issue()
    place.github.assign(place.repo, place.number, "dana", "cadence[bot]")

    await place.ended("is ready for review")


async def mention_in_a_new_issue_starts_an_agent(place: Place) -> None:
    place.play()
    place.issue("It adds. @cadence mend it")

    await place.ended("is ready for review")


async def request_names_people_verification_and_cost(place: Place) -> None:
    place.play()
    comment = place.ask()

    model = cost.newest("sonnet")
    await place.ended("is ready for review", "it failed before the change", "$", f"`{model}`")
    await place.reacts("rocket", comment=comment)
    [pull] = place.github.pulls(place.repo)
    assert pull.author.login == "cadence[bot]"
    assert not pull.draft
    body = pull.body or ""
    for words in ("❌ failed (exit 1) | ✅ passed (exit 0)", "[dana](", "$", model):
        assert words in body
    path = place.github.world.repository(place.repo).path
    log = await git.run(path, "log", "--format=%an%n%B", f"main..{pull.head_sha}")
    told = log.decode()
    assert told.startswith("cadence[bot]\n")
    assert "\nCo-authored-by: dana <" in told


async def model_option_is_honoured(place: Place) -> None:
    place.play()
    place.ask("please fix this model=claude-opus-5-5")

    await place.ended("is ready for review", "`claude-opus-5-5`")
    assert {request["model"] for request in place.requests()} == {"claude-opus-5-5"}


async def base_option_is_honoured(place: Place) -> None:
    place.play()
    await place.github.push(place.repo, "release", {"NEWS": "1.0\n"}, author="dana")
    place.ask("base=release please fix this")

    await place.ended("is ready for review")
    [pull] = place.github.pulls(place.repo)
    assert pull.base_ref == "release"


async def budget_option_ends_the_work_and_keeps_it(place: Place) -> None:
    dear = use("bash", command="echo 1 > begun.txt")
    dear["usage"] = {"input_tokens": 200_000, "output_tokens": 9_000}
    place.play(dear, use("bash", command="true"), finish())
    place.ask("please fix this budget=0.01")

    await place.ended("Not finished", "The budget of $0.01 is used up", "The work so far (1 file")
    refs = await place.github.refs(place.repo)
    assert len([ref for ref in refs if "/cadence/" in ref]) == 1
    assert place.github.pulls(place.repo) == []


async def pause_holds_the_work_and_resume_goes_on(place: Place) -> None:
    place.play(use("bash", command="sleep 3"), {"content": [EDIT]}, finish())
    place.ask()
    await place.until(place.requests, "the model is asked")
    place.say("pause")
    await place.until(lambda: place.has_logged("Paused; the clock stands still."), "a pause")
    asked = len(place.requests())
    await place.until(lambda: "Paused by dana" in place.statuses()[0], "the word for it")
    await asyncio.sleep(0.5)
    assert len(place.requests()) == asked
    place.say("resume")

    await place.ended("is ready for review")


async def retry_after_a_failure_makes_a_pull_request(place: Place) -> None:
    place.play({"content": [{"type": "text", "text": "No."}], "stop_reason": "refusal"})
    place.ask()
    await place.ended("Not finished", "The model declined")
    place.play()
    place.say("retry")

    await place.ended("is ready for review", agents=2)
    assert len(place.github.pulls(place.repo)) == 1


async def repeated_delivery_is_one_agent(place: Place) -> None:
    place.play()
    comment = place.ask()

    def delivered() -> list[str]:
        mine = [d for d in place.github.deliveries if d.event == "issue_comment"]
        return [d.guid for d in mine if json.loads(d.body)["comment"]["id"] == comment]

    [guid] = await place.until(delivered, "the delivery")
    place.github.redeliver(guid)
    await place.ended("is ready for review")
    place.github.redeliver(guid)
    place.say("status")
    await place.answered("is done")

    assert len(place.statuses()) == 1
    assert len(place.github.pulls(place.repo)) == 1


async def commands_without_an_agent_are_answered(place: Place) -> None:
    place.ask("help")
    await place.answered("Write to me like this")
    place.say("status")
    await place.answered("No agent has worked on this yet.")
    place.say("stop")
    await place.answered("No agent is at work here.")


async def stranger_is_refused_once(place: Place) -> None:
    place.issue()
    place.say("please fix this", author="rita")
    await place.answered("Thanks, @rita. I take work only from people who can write")
    place.say("please!", author="rita")
    place.say("help")
    await place.answered("Write to me like this")

    assert len(place.comments()) == 2


async def wrong_options_are_named_and_nothing_starts(place: Place) -> None:
    place.ask("fix this model=gpt-9 budget=lots")

    await place.answered("I have not started:", "`model=`", "`budget=`")
    assert place.statuses() == []


async def base_that_is_not_there_is_named_and_nothing_starts(place: Place) -> None:
    place.ask("fix this base=nowhere")

    await place.answered("I have not started:", "there is no branch `nowhere`")
    assert place.statuses() == []
