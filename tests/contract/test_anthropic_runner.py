"""The SDK's own client and tool runner against the stand-in."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from anthropic import AsyncAnthropic, beta_async_tool
from anthropic.lib.tools import ToolError

from deploy.devkit.anthropic import AnthropicStandIn

MODEL = "claude-sonnet-5-5"


@pytest.fixture
async def llm() -> AsyncIterator[AnthropicStandIn]:
    async with AnthropicStandIn() as server:
        yield server


@pytest.fixture
async def client(llm: AnthropicStandIn) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(base_url=llm.url, api_key=llm.key, max_retries=1) as made:
        yield made


async def run_tools(client: AsyncAnthropic, *, text: str = "go") -> tuple[list[str], Any]:
    """Run the SDK's tool runner with one tool; return the commands it saw and the last message."""
    commands: list[str] = []

    @beta_async_tool
    async def shell(command: str) -> str:
        """Run a command.

        Args:
            command: what to run
        """
        commands.append(command)
        if command == "false":
            raise ToolError("exit code 1")
        return "done"

    runner = client.beta.messages.tool_runner(
        model=MODEL,
        max_tokens=1000,
        system=[{"type": "text", "text": "be brief", "cache_control": {"type": "ephemeral"}}],
        messages=[{"role": "user", "content": text}],
        tools=[shell],
        stream=True,
        thread=False,
    )
    message = None
    async for stream in runner:
        message = await stream.get_final_message()
    return commands, message


async def test_tool_runner_plays_a_scenario_to_its_end(
    llm: AnthropicStandIn, client: AsyncAnthropic
) -> None:
    llm.say({"type": "thinking", "thinking": "let me look"}, "Looking. " * 40)
    llm.scenario.turns[0].content.append(
        {"type": "tool_use", "name": "shell", "input": {"command": "ls " + "-l" * 300}}
    )
    llm.use("shell", command="pytest")
    llm.say("All done.")

    commands, message = await run_tools(client)

    assert commands == ["ls " + "-l" * 300, "pytest"]
    assert message.content[0].text == "All done."
    assert message.stop_reason == "end_turn"
    assert message.usage.input_tokens > 0
    assert message.usage.output_tokens > 1
    assert [len(body["messages"]) for body in llm.messages] == [1, 3, 5]
