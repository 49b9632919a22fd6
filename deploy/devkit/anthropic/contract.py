"""What a request must look like: the closed JSON schema of the SDK's own types, and more.

The SDK's types are the contract that we can hold in hands. Their JSON schema with every object
closed refuses what the API refuses: unknown fields, roles, tools and lifetimes.
"""

import hashlib
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match

Json = dict[str, Any]

_REMEMBERED_MESSAGES = 20_000
_LABELS = "x-labels"


@cache
def known_models() -> tuple[str, ...]:
    """Return the model ids that the SDK lists, the newest first."""
    from anthropic.types.model import Model  # importing the SDK takes a second: only when needed

    listed = next(arg for arg in typing.get_args(Model) if typing.get_origin(arg) is typing.Literal)
    return typing.get_args(listed)


def close(schema: Any) -> None:
    """Close every object in *schema* that declares its properties."""
    for part in _parts(schema):
        if isinstance(part.get("properties"), dict) and part.get("type") == "object":
            part["additionalProperties"] = False  # the SDK's own classes say that more is fine


def _parts(schema: Any) -> Iterator[Json]:
    if isinstance(schema, dict):
        yield schema
        for value in list(schema.values()):
            yield from _parts(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _parts(value)


def _note_labels(schema: Json) -> None:
    """Write beside every ``anyOf`` which ``type`` or ``role`` each branch is for."""
    for part in _parts(schema):
        if isinstance(part.get("anyOf"), list):
            part[_LABELS] = [_label_of(branch, schema) for branch in part["anyOf"]]


def _label_of(branch: Json, root: Json) -> str | None:
    if "$ref" in branch:
        branch = root["$defs"][branch["$ref"].rsplit("/", 1)[1]]
    properties = branch.get("properties", {})
    for key in ("type", "role"):
        label = properties.get(key, {}).get("const")
        if isinstance(label, str):
            return label
    return None


def _any_of(
    validator: Any, branches: list[Json], instance: Any, schema: Json
) -> Iterator[ValidationError]:
    """Validate ``anyOf``, looking only at the branches that *instance* says it is.

    That makes it fast, and its errors are those of the branch that was meant.
    """
    if isinstance(instance, dict):
        meant = (None, instance.get("type") or instance.get("role"))
        labels = zip(branches, schema[_LABELS], strict=True)
        branches = [branch for branch, label in labels if label in meant] or branches
    errors = []
    for index, branch in enumerate(branches):
        found = list(validator.descend(instance, branch, schema_path=index))
        if not found:
            return
        errors.append(found)
    yield from min(errors, key=_distance)


def _distance(errors: list[ValidationError]) -> tuple[bool, int]:
    """Return how far from fitting a branch is: a wrong type is farther than wrong fields."""
    return any(error.validator == "type" and not error.path for error in errors), len(errors)


_Validator = validators.extend(  # type: ignore[no-untyped-call]  # the stubs leave it so
    Draft202012Validator, {"anyOf": _any_of}
)


@cache
def _request_schema(kind: str) -> Json:
    from anthropic.types import message_count_tokens_params, message_create_params
    from anthropic.types.beta import message_count_tokens_params as beta_count
    from anthropic.types.beta import message_create_params as beta_create
    from pydantic import TypeAdapter

    params: Any = {
        "create": message_create_params.MessageCreateParamsBase,
        "beta create": beta_create.MessageCreateParamsBase,
        "count": message_count_tokens_params.MessageCountTokensParams,
        "beta count": beta_count.MessageCountTokensParams,
    }[kind]
    schema: Json = TypeAdapter(params).json_schema()
    schema["properties"].pop("betas", None)  # a header on the wire
    if "create" in kind:
        schema["properties"]["stream"] = {"type": "boolean"}
    close(schema)
    _note_labels(schema)
    return schema


class RequestContract:
    """The contract for one kind of request; messages that it has seen before cost nothing."""

    def __init__(self, kind: str) -> None:
        schema = dict(_request_schema(kind))
        properties = dict(schema["properties"])
        message = properties["messages"]["items"]
        properties["messages"] = {"type": "array", "minItems": 1}
        schema["properties"] = properties
        self._outer = _Validator(schema)
        self._message = _Validator({"$defs": schema["$defs"], **message})
        self._seen: set[bytes] = set()

    def fault_in(self, body: Any) -> str | None:
        """Return what is wrong with *body* in one sentence, None if nothing is."""
        fault = _first_error(self._outer, body, "")
        if fault is not None:
            return fault
        for index, message in enumerate(body["messages"]):
            key = hashlib.sha256(orjson.dumps(message)).digest()
            if key in self._seen:
                continue
            fault = _first_error(self._message, message, f"messages.{index}")
            if fault is not None:
                return fault
            if len(self._seen) < _REMEMBERED_MESSAGES:
                self._seen.add(key)
        return None


@cache
def contract(kind: str) -> RequestContract:
    """Return the contract of *kind*: ``create``, ``count``, either one with ``beta`` before it."""
    return RequestContract(kind)


def _first_error(validator: Any, instance: Any, where: str) -> str | None:
    error = best_match(validator.iter_errors(instance))
    if error is None:
        return None
    path = ".".join(part for part in (where, *map(str, error.absolute_path)) if part)
    if error.validator == "additionalProperties":
        extra = sorted(set(error.instance) - set(error.schema["properties"]))
        return f"{path}.{extra[0]}".lstrip(".") + ": Extra inputs are not permitted"
    return f"{path}: {error.message[:200]}"
