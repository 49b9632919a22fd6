"""What a request must look like, and how much it may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from deploy.devkit.embeddings.faults import Refusal
from deploy.devkit.embeddings.words import tokens_in

Json = dict[str, Any]

MODELS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
_SHORTENED = "text-embedding-3-"
FIELDS = {"input", "model", "dimensions", "encoding_format", "user"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What this endpoint allows; the defaults are OpenAI's.

    *models* are names with their dimensions. *base64* is what becomes of a request for base64:
    ``given``, ``ignored`` as some servers do, or ``refused``. *too_long* is what is said of an
    input with too many tokens, *too_many* of too many inputs, each with its status. *counts* says
    whether answers tell their tokens.
    """

    models: Mapping[str, int] = field(default_factory=lambda: MODELS)
    inputs: int = 2048
    input_tokens: int = 8192
    request_tokens: int = 300_000
    base64: Literal["given", "ignored", "refused"] = "given"
    counts: bool = True
    too_long: tuple[int, str] = (
        400,
        "This model's maximum context length is {limit} tokens, however you requested {given}"
        " tokens ({given} in your prompt; 0 for the completion). Please reduce your prompt; or"
        " completion length.",
    )
    too_many: tuple[int, str] = (
        400,
        "'$.input' is invalid. Please check the API reference: array too long. Expected an array"
        " with maximum length {limit}, but got an array with length {given} instead.",
    )

    def texts(self, body: Json | None) -> list[str]:
        """Return the texts in *body*; raise `Refusal` as the API would."""
        if body is None:
            raise Refusal(400, "We could not parse the JSON body of your request.")
        unknown = sorted(set(body) - FIELDS)
        if unknown:
            raise Refusal(400, f"Unrecognized request argument supplied: {', '.join(unknown)}")
        if not isinstance(body.get("model"), str):
            raise Refusal(400, "you must provide a model parameter")
        if body["model"] not in self.models:
            message = f"The model `{body['model']}` does not exist or you do not have access."
            raise Refusal(404, message, code="model_not_found")
        self._check_options(body)
        texts = _inputs(body.get("input"))
        self._check_sizes(texts)
        return texts

    def _check_options(self, body: Json) -> None:
        encoding = body.get("encoding_format", "float")
        if encoding not in {"float", "base64"}:
            message = f"Invalid value for 'encoding_format' = {encoding}."
            raise Refusal(400, message, param="encoding_format")
        if encoding == "base64" and self.base64 == "refused":
            raise Refusal(400, "Only the float format is supported")
        wanted = body.get("dimensions")
        if wanted is None:
            return
        if not body["model"].startswith(_SHORTENED):
            raise Refusal(400, "This model does not support specifying dimensions.")
        if type(wanted) is not int or not 0 < wanted <= self.models[body["model"]]:
            raise Refusal(400, f"Invalid value for 'dimensions' = {wanted}.", param="dimensions")

    def _check_sizes(self, texts: list[str]) -> None:
        if len(texts) > self.inputs:
            status, said = self.too_many
            raise Refusal(status, said.format(limit=self.inputs, given=len(texts)))
        counts = [tokens_in(text) for text in texts]
        if max(counts) > self.input_tokens:
            status, said = self.too_long
            raise Refusal(status, said.format(limit=self.input_tokens, given=max(counts)))
        if sum(counts) > self.request_tokens:
            code = "max_tokens_per_request"
            message = (
                f"Requested {sum(counts)} tokens, max {self.request_tokens} tokens per request"
            )
            raise Refusal(400, message, code=code)


def _inputs(given: Any) -> list[str]:
    """Return the texts in *given*; a list of token numbers is a text of that many words."""
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or not given:
        raise Refusal(400, "'$.input' is invalid. Please check the API reference.")
    if all(type(one) is int for one in given):
        given = [given]
    texts = []
    for one in given:
        if isinstance(one, list) and all(type(token) is int for token in one):
            one = " ".join(f"t{token}" for token in one)
        if not isinstance(one, str) or not one:
            raise Refusal(400, "'$.input' is invalid. Please check the API reference.")
        texts.append(one)
    return texts
