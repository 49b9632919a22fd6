"""Answers to requests for JSON: the scenario's, else the plainest value that fits the schema."""

import json
from typing import Any

from jsonschema import Draft202012Validator

Json = dict[str, Any]


class UnfitAnswer(ValueError):
    """The scenario's answer does not fit the schema that was asked for."""


def wanted_schema(body: Json) -> Json | None:
    """Return the schema that the answer to *body* must fit, None when text is wanted."""
    wanted = (body.get("output_config") or {}).get("format") or {}
    return wanted.get("schema", {}) if wanted.get("type") == "json_schema" else None


def answer_text(answer: Json | str | None, schema: Json) -> str:
    """Return *answer* as JSON text that fits *schema*; a string is sent as it is.

    Raise `UnfitAnswer` for an object that does not fit: the API's decoder could not write it.
    """
    if isinstance(answer, str):
        return answer
    value = plainest(schema, schema) if answer is None else answer
    for error in Draft202012Validator(schema).iter_errors(value):
        raise UnfitAnswer(f"the scenario's answer does not fit the schema: {error.message[:200]}")
    return json.dumps(value, ensure_ascii=False)


def plainest(schema: Json, root: Json) -> Any:
    """Return a plain value that fits *schema*, a part of *root*."""
    if "$ref" in schema:
        found: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return plainest(found, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for union in ("anyOf", "oneOf", "allOf"):
        if union in schema:
            return plainest(schema[union][0], root)
    if schema.get("type", "object") == "object":
        properties = schema.get("properties", {})
        return {name: plainest(properties[name], root) for name in schema.get("required", ())}
    plain = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": []}
    return plain.get(schema["type"])
