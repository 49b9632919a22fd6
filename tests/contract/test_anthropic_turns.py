"""Which turn is played, and what is counted."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from anthropic import APIStatusError, AsyncAnthropic
from pydantic import BaseModel, ValidationError

from deploy.devkit.anthropic import AnthropicStandIn, Scenario
from deploy.devkit.anthropic.scenario import OUT_OF_TURNS
from tests.fakes.talk import MODEL, answered, create, said, text_of, user


@pytest.fixture
async def llm() -> AsyncIterator[AnthropicStandIn]:
    async with AnthropicStandIn() as server:
        yield server


@pytest.fixture
async def client(llm: AnthropicStandIn) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(base_url=llm.url, api_key=llm.key, max_retries=0) as made:
        yield made


async def test_request_sent_again_gets_the_same_turn(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.use("bash", command="ls")
    llm.say("done")

    first, again = await create(client), await create(client)
    later = await create(client, user("go"), said(first), answered(first, "ok"))

    assert again.content == first.content
    assert text_of(later) == "done"


async def test_tool_ids_of_a_conversation_differ(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.use("bash", command="ls")
    llm.use("bash", command="ls")

    first = await create(client)
    second = await create(client, user("go"), said(first), answered(first, "ok"))

    assert first.content[0] != second.content[0]


async def test_conversations_go_on_side_by_side(client: AsyncAnthropic) -> None:
    scenario = {
        "turns": [{"content": [{"type": "text", "text": "default"}]}],
        "scenarios": [
            {
                "when": f"issue {number}",
                "turns": [
                    {"content": [{"type": "text", "text": f"{number} starts"}]},
                    {"content": [{"type": "text", "text": f"{number} ends"}]},
                ],
            }
            for number in (1, 2, 3)
        ],
    }
    async with (
        AnthropicStandIn(scenario) as llm,
        AsyncAnthropic(base_url=llm.url, api_key=llm.key) as asking,
    ):

        async def talk(number: int) -> list[str]:
            first = await create(asking, user(f"issue {number}"))
            second = await create(asking, user(f"issue {number}"), said(first), user("and?"))
            return [text_of(first), text_of(second)]

        heard = await asyncio.gather(*map(talk, (1, 2, 3, 4)))

    assert heard[:3] == [[f"{n} starts", f"{n} ends"] for n in (1, 2, 3)]
    assert heard[3] == ["default", OUT_OF_TURNS]


async def test_turn_whose_condition_fails_is_skipped_for_good(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.use("bash", command="pytest")
    llm.say("It failed.", when={"last_tool_error": True})
    llm.say("It passed.", when={"contains": "1 passed", "lacks": "failed"})
    llm.say("The end.")
    first = await create(client)

    bad = await create(client, user("go"), said(first), answered(first, "boom", is_error=True))
    good = await create(client, user("go"), said(first), answered(first, "1 passed"))
    end = await create(client, user("go"), said(first), answered(first, "1 passed"), said(good))

    assert (text_of(bad), text_of(good), text_of(end)) == ("It failed.", "It passed.", "The end.")


async def test_loop_repeats_the_last_turn(llm: AnthropicStandIn, client: AsyncAnthropic) -> None:
    llm.scenario.loop = True
    llm.say("again")
    first = await create(client)

    third = await create(client, user("go"), said(first), user("?"), said(first), user("?"))

    assert text_of(third) == "again"


class Verdict(BaseModel):
    kind: str
    size: int


async def test_json_is_answered_beside_the_turns(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.scenario.triage = {"kind": "change", "size": 3}
    llm.say("first turn")

    parsed = await client.messages.parse(
        model=MODEL, max_tokens=100, messages=[user("which?")], output_format=Verdict
    )
    turn = await create(client, user("which?"))

    assert parsed.parsed_output == Verdict(kind="change", size=3)
    assert parsed.usage.output_tokens > 1
    assert text_of(turn) == "first turn"


async def test_json_answer_is_found_by_the_prompt(client: AsyncAnthropic) -> None:
    scenario = {
        "structured": [{"when": "judge the diff", "answer": {"kind": "fine", "size": 0}}],
        "triage": {"kind": "change", "size": 1},
    }
    async with (
        AnthropicStandIn(scenario) as llm,
        AsyncAnthropic(base_url=llm.url, api_key=llm.key) as asking,
    ):
        kinds = []
        for prompt in ("judge the diff", "what is this?"):
            parsed = await asking.messages.parse(
                model=MODEL, max_tokens=9, messages=[user(prompt)], output_format=Verdict
            )
            assert parsed.parsed_output is not None
            kinds.append(parsed.parsed_output.kind)

    assert kinds == ["fine", "change"]


async def test_json_answer_that_does_not_fit_is_refused(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.scenario.triage = {"kind": 3}

    with pytest.raises(APIStatusError, match="does not fit the schema"):
        await client.messages.parse(
            model=MODEL, max_tokens=9, messages=[user("?")], output_format=Verdict
        )


async def test_without_an_answer_the_plainest_json_that_fits_is_given(
    client: AsyncAnthropic,
) -> None:
    parsed = await client.messages.parse(
        model=MODEL, max_tokens=9, messages=[user("?")], output_format=Verdict
    )

    assert parsed.parsed_output == Verdict(kind="", size=0)


async def test_marked_prompt_is_written_once_and_read_after(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    system = [{"type": "text", "text": "rule " * 2000, "cache_control": {"type": "ephemeral"}}]
    llm.say("one")

    first = (await create(client, user("go"), system=system)).usage
    second = (await create(client, user("something else"), system=system)).usage

    written = first.cache_creation_input_tokens
    assert written is not None
    assert 2400 < written < 2600
    assert first.cache_read_input_tokens == 0
    assert (second.cache_creation_input_tokens, second.cache_read_input_tokens) == (0, written)
    assert second.input_tokens < 50


async def test_mark_that_moves_on_writes_only_what_is_new(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.say("one")
    hour = {"type": "ephemeral", "ttl": "1h"}

    first = (await create(client, user("word " * 2000), cache_control=hour)).usage
    second = (
        await create(
            client,
            user("word " * 2000),
            {"role": "assistant", "content": "ok"},
            user("more " * 400),
            cache_control=hour,
        )
    ).usage

    assert first.cache_creation is not None
    assert first.cache_creation.ephemeral_1h_input_tokens > 2400
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens
    assert 480 < (second.cache_creation_input_tokens or 0) < 560


async def test_usage_of_a_turn_can_be_given(llm: AnthropicStandIn, client: AsyncAnthropic) -> None:
    llm.say("costly", usage={"input_tokens": 9_000_000})

    assert (await create(client)).usage.input_tokens == 9_000_000


async def test_stop_reason_of_a_turn_can_be_given(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.say("no", stop_reason="refusal")

    assert (await create(client)).stop_reason == "refusal"


def test_misspelt_scenario_is_refused() -> None:
    with pytest.raises(ValidationError, match="contents"):
        Scenario.load({"turns": [{"contents": []}]})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("s.json", '{"turns": [{"content": [{"type": "text", "text": "hi"}]}]}'),
        ("s.yaml", "turns:\n- content:\n  - {type: text, text: hi}\n"),
    ],
    ids=["json", "yaml"],
)
async def test_program_serves_a_file_and_says_where(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)

    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.devkit.anthropic", "--port", "0"),
        *("--scenario", str(path), "--key", "k"),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert program.stdout is not None
        ready = json.loads(await program.stdout.readline())
        async with AsyncAnthropic(base_url=ready["url"], api_key=ready["key"]) as client:
            heard = text_of(await create(client))
    finally:
        program.terminate()
        code = await program.wait()

    assert (ready["key"], heard, code) == ("k", "hi", 0)
