"""The schema that the model is held to is the value that we read."""

from runner.agent.triage import SCHEMA, Verdict


def test_schema_and_value_are_the_same() -> None:
    made = Verdict.model_json_schema()

    assert set(SCHEMA["properties"]) == set(made["properties"])
    assert SCHEMA["required"] == made["required"]
    assert SCHEMA["properties"]["kind"]["enum"] == made["properties"]["kind"]["enum"]
    assert SCHEMA["additionalProperties"] is made["additionalProperties"] is False
