"""Questions to the coordinator: asked again over every new line until they are answered."""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable

from runner.agent.seams import RunFailed
from runner.protocol import (
    MAX_FOUND,
    MAX_QUERY_CHARS,
    Found,
    FoundFrame,
    NeedTokenFrame,
    SearchFrame,
    TokenFrame,
)

Question = NeedTokenFrame | SearchFrame
Answer = TokenFrame | FoundFrame
Send = Callable[[str], Awaitable[None]]


class Questions:
    """What was asked and has no answer yet."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Question, asyncio.Future[Answer]]] = {}

    async def ask(self, question: Question, send: Send, *, timeout_s: float) -> Answer:
        """Return the answer to *question*; raise `TimeoutError`."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._open[question.request_id] = (question, answer)
        try:
            async with asyncio.timeout(timeout_s):
                with contextlib.suppress(ConnectionError):  # a new line asks again
                    await send(question.to_json())
                return await answer
        finally:
            del self._open[question.request_id]

    async def token(self, run_id: str, send: Send, *, timeout_s: float) -> str:
        """Return a read token; raise `RunFailed` with the coordinator's sentence."""
        request = NeedTokenFrame(run_id=run_id, request_id=uuid.uuid4().hex)
        try:
            answer = await self.ask(request, send, timeout_s=timeout_s)
        except TimeoutError as error:
            raise RunFailed("the coordinator gave no token to read the repository") from error
        if not isinstance(answer, TokenFrame) or answer.error:
            raise RunFailed(answer.error)
        return answer.token.get_secret_value()

    async def found(self, request: SearchFrame, send: Send, *, timeout_s: float) -> Found:
        """Return what the index knows; what hinders it is a sentence in the answer."""
        try:
            answer = await self.ask(request, send, timeout_s=timeout_s)
        except TimeoutError:
            return Found(error=f"the coordinator did not answer within {timeout_s:g} s")
        if not isinstance(answer, FoundFrame):
            return Found(error="the coordinator answered something else")
        return answer

    async def ask_again(self, send: Send, *, can_search: bool) -> None:
        """Ask everything that is open over a new line; an older coordinator hears no search."""
        for question, answer in list(self._open.values()):
            if isinstance(question, SearchFrame) and not can_search:
                refusal = "this coordinator answers no searches"
                self.answered(FoundFrame(request_id=question.request_id, error=refusal))
            elif not answer.done():
                await send(question.to_json())

    def answered(self, frame: Answer) -> None:
        """Hand *frame* to who asked; an answer that nobody waits for any more is dropped."""
        _, answer = self._open.get(frame.request_id, (None, None))
        if answer is not None and not answer.done():
            answer.set_result(frame)


def search_frame(run_id: str, query: str, k: int) -> SearchFrame:
    """Return the question to the index, within its limits."""
    return SearchFrame(
        run_id=run_id,
        request_id=uuid.uuid4().hex,
        query=query.encode("utf-8", "replace").decode()[:MAX_QUERY_CHARS],
        k=min(max(k, 1), MAX_FOUND),
    )
