"""One request to an OpenAI-compatible endpoint, and what its failure means."""

import asyncio
import re
from collections.abc import Sequence

import openai
import structlog

from indexer.embedding.answer import Answer, UnusableAnswer, read_answer
from indexer.embedding.trouble import (
    Busy,
    Down,
    EmbeddingsRefused,
    EmbeddingsUnavailable,
    TimedOut,
    TooLarge,
    Unclear,
    Unusable,
)

log = structlog.get_logger()

_FINAL = {401, 403, 404}
_UNSUPPORTED = {400, 415, 422, 501}  # what servers that know only floats say to base64
_PASSING = {408, 409, 423, 425}
_NO_KEY = "none"  # the client insists on one, servers of one's own do not


class Endpoint:
    """An endpoint at *url*, empty for OpenAI's own; *dimensions* 0 leaves them to the model."""

    def __init__(self, *, url: str, key: str, model: str, dimensions: int) -> None:
        self._model = model
        self._dimensions = dimensions
        self._format = "base64"  # a third of the bytes of floats
        self._is_format_sure = False
        self._client = openai.AsyncOpenAI(
            api_key=key or _NO_KEY,
            base_url=url or "https://api.openai.com/v1",
            max_retries=0,  # the embedder asks again: it knows of the deadline and of its siblings
        )
        # The client takes these from the environment, whoever is asked; settings come from us.
        self._client.organization = self._client.project = None
        self._client._custom_headers = {}

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def ask(self, texts: Sequence[str], *, timeout_s: float) -> Answer:
        """Return the vectors of *texts*; raise `Trouble`, or what is final.

        Final are `EmbeddingsRefused`, and `EmbeddingsUnavailable` when there is no money left.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return await self._asked(list(texts), timeout_s)
        except (TimeoutError, openai.APITimeoutError) as error:
            raise TimedOut("the embeddings endpoint did not answer in time") from error
        except openai.APIConnectionError as error:
            raise Down("the embeddings endpoint cannot be reached") from error
        except openai.APIStatusError as error:
            raise _meaning(error, self._model) from error
        except UnusableAnswer as error:
            raise Unusable(f"the embeddings endpoint is of no use: {error}") from error

    async def _asked(self, texts: list[str], timeout_s: float) -> Answer:
        try:
            answer = await self._post(texts, timeout_s)
        except openai.APIStatusError as error:
            if self._is_format_sure or error.status_code not in _UNSUPPORTED or _too_large(error):
                raise
            answer = await self._with_floats(texts, timeout_s, error)
        self._is_format_sure = True
        return answer

    async def _with_floats(
        self, texts: list[str], timeout_s: float, refused: openai.APIStatusError
    ) -> Answer:
        """Ask for floats, once: some servers know nothing else."""
        self._format = "float"
        try:
            answer = await self._post(texts, timeout_s)
        except openai.APIStatusError:
            self._format = "base64"
            raise refused from None
        log.info("embeddings come as floats", model=self._model)
        return answer

    async def _post(self, texts: list[str], timeout_s: float) -> Answer:
        raw = await self._client.embeddings.with_raw_response.create(
            input=texts,
            model=self._model,
            dimensions=self._dimensions or openai.omit,
            encoding_format="base64" if self._format == "base64" else "float",
            timeout=timeout_s,
        )
        return await asyncio.to_thread(read_answer, raw.content, count=len(texts))


_TOO_LARGE = re.compile(
    r"context (?:length|size|window)|n_ctx|too many tokens|max(?:imum)? \S* ?tokens|too large"
    r"|must have less than|max_tokens_per_request|array too long|batch size|is too long",
    re.IGNORECASE,
)
_TOKENS = re.compile(
    r"(?:context (?:length|size|window)(?: of| is|:)?|less than|current batch size:?)"
    r"\W{0,3}(\d{2,})",
    re.IGNORECASE,
)
# Text Embeddings Inference: "batch size 64 > maximum allowed batch size 32".
_INPUTS = re.compile(r"(?:allowed batch size|maximum length) (\d+)", re.IGNORECASE)


def _too_large(error: openai.APIStatusError) -> TooLarge | None:
    message = str(error.message)
    # llama.cpp says with 500 that an input is too large for its batch.
    if error.status_code not in {400, 413, 422, 500} or not _TOO_LARGE.search(message):
        return TooLarge(message, tokens=None, inputs=None) if error.status_code == 413 else None
    inputs, tokens = _INPUTS.search(message), _TOKENS.search(message)
    if inputs:
        return TooLarge(message, tokens=None, inputs=int(inputs[1]))
    return TooLarge(message, tokens=int(tokens[1]) if tokens else None, inputs=None)


def _meaning(error: openai.APIStatusError, model: str) -> Exception:
    status = error.status_code
    if status == 429:
        return _slow_down(error)
    too_large = _too_large(error)
    if too_large:
        return too_large
    if status == 404:
        return EmbeddingsRefused(f"the embeddings endpoint knows no model {model}, or is not there")
    if status in _FINAL:
        return EmbeddingsRefused(f"the embeddings endpoint does not accept the key (HTTP {status})")
    if status == 402:
        return EmbeddingsUnavailable("the account for embeddings has no money left")
    if status >= 500 or status in _PASSING:
        return Down(f"the embeddings endpoint failed (HTTP {status})")
    return Unclear(f"the embeddings endpoint said no (HTTP {status}): {error.message[:200]}")


def _slow_down(error: openai.RateLimitError | openai.APIStatusError) -> Exception:
    if error.code == "insufficient_quota":  # waiting does not help
        return EmbeddingsUnavailable("the account for embeddings has no money left")
    wait = error.response.headers.get("retry-after", "")
    seconds = float(wait) if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", wait) else None
    return Busy("the embeddings endpoint wants us to slow down", retry_after_s=seconds)
