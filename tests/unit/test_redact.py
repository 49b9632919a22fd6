"""Secrets leave every text; everything else stays as it is."""

from runner.redact import Redactor, StreamRedactor, redact


def token(*parts: str) -> str:
    """Join *parts*, so that no scanner takes this file for a leak."""
    return "".join(parts)


PAT = token("gh", "p_", "a8Kd93mPqLx7ZtR2vYwB5nC6jH1sF4gD0eUT")


def test_token_is_replaced_and_its_surroundings_stay() -> None:
    assert redact(f"fetching with {PAT}, now") == "fetching with [redacted:github-token], now"


def test_known_value_is_found_across_lines_of_a_stream() -> None:
    value = token("kx9-", "Trombone", "-4417-q")
    stream = StreamRedactor([value])

    shown = stream.feed(f"before {value[:9]}\n  {value[9:]}") + stream.feed(" after\n")

    assert shown + stream.close() == "before [redacted:known] after\n"


def test_json_member_is_judged_by_its_name() -> None:
    value = {"db_password": token("h7", "Gq2", "LmPz"), "note": "fine", "n": [1, None, PAT]}

    assert Redactor().redact_json(value) == {
        "db_password": "[redacted:assigned-secret]",
        "note": "fine",
        "n": [1, None, "[redacted:github-token]"],
    }
