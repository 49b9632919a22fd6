"""Closed JSON schemas made from the SDK's own types."""

from typing import Any

from jsonschema import Draft202012Validator
from pydantic import TypeAdapter


def closed(kind: Any) -> Draft202012Validator:
    """Return a validator for the SDK's *kind* that accepts no field which the SDK does not name."""
    schema = TypeAdapter(kind).json_schema()

    def shut(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("properties"), dict) and part.get("type") == "object":
                part["additionalProperties"] = False
            for each in part.values():
                shut(each)
        elif isinstance(part, list):
            for each in part:
                shut(each)

    shut(schema)
    return Draft202012Validator(schema)
