"""Known values do not get through, however they are written; ordinary text near them does."""

import base64
import json
import re
import threading
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.redact import Redactor, StreamRedactor, redact

VALUE = "".join(("kx9-", "Tr/mb+ne?", "4417&", 'q"ü', "Zw8"))
PLAIN = "".join(("Vb7", "qTz", "Lm2", "Xc9", "Rd4", "Wn6", "Kp"))

ESCAPE = re.compile("%[0-9A-F]{2}")
SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "reversed": lambda value: value[::-1],
    "json": lambda value: json.dumps(value)[1:-1],
    "json of json": lambda value: json.dumps(json.dumps(value))[1:-1],
    "url": lambda value: urllib.parse.quote(value, safe=""),
    "url form": urllib.parse.quote_plus,
    "url lower": lambda value: ESCAPE.sub(lambda one: one[0].lower(), SPELLINGS["url"](value)),
    "hex": lambda value: value.encode().hex(),
    "HEX": lambda value: value.encode().hex().upper(),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 of pair": lambda value: base64.b64encode(f"u:{value}".encode()).decode(),
    "base64 third": lambda value: base64.b64encode(f"x{value}yz".encode()).decode(),
    "base64url": lambda value: base64.urlsafe_b64encode(f"?{value}".encode()).decode(),
    "base64 no pad": lambda value: base64.b64encode(value.encode()).decode().rstrip("="),
}
BREAKS = {
    "new line": "\n",
    "indented line": "\n    ",
    "windows line": "\r\n",
    "escaped line": "\\n",
    "continued line": "\\\n",
    "joined literals": '" + "',
    "literals beside": "' '",
    "diff": "\n+",
    "colour": "\x1b[1;31m",
    "escaped colour": "\\u001b[0m",
    "zero width": "\u200b",
    "joiner": "\u2060\ufeff",
    "soft hyphen": "\u00ad",
}
# A stretch of the value that is still hidden in what is shown would be told by its runs.
RUN = 9


def shown_runs(spelled: str, shown: str) -> list[str]:
    runs = (spelled[at : at + RUN] for at in range(len(spelled) - RUN + 1))
    return [run for run in runs if run in shown]


def in_chunks(text: str, size: int, known: list[str]) -> str:
    stream = StreamRedactor(known)
    parts = [stream.feed(text[at : at + size]) for at in range(0, len(text), size)]
    return "".join(parts) + stream.close()


@pytest.mark.parametrize("value", [VALUE, PLAIN], ids=["odd characters", "letters and digits"])
@pytest.mark.parametrize("how", SPELLINGS)
def test_known_value_is_found_in_each_spelling(how: str, value: str) -> None:
    spelled = SPELLINGS[how](value)

    shown = redact(f"before {spelled} after", [value])

    assert shown_runs(spelled, shown) == []
    assert shown.startswith("before ")
    assert shown.endswith(" after")


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize("mark", BREAKS.values(), ids=BREAKS)
def test_known_value_is_found_when_it_is_broken_up(mark: str, size: int) -> None:
    broken = mark.join((PLAIN[:7], PLAIN[7:13], PLAIN[13:]))

    shown = in_chunks(f"before {broken} after\nnext\n", size, [PLAIN])

    assert shown == "before [redacted:known] after\nnext\n"


def test_known_value_is_found_with_a_mark_between_all_its_characters() -> None:
    assert redact("\u200b".join(PLAIN), [PLAIN]) == "[redacted:known]"


@pytest.mark.parametrize("value", ["", "  ", "main", "secret", "postgres", "aaaaaaaa"])
def test_common_and_short_words_are_no_secrets(value: str) -> None:
    text = f"the {value} branch of main, secret aaaaaaaaaa, postgres"

    assert redact(text, [value]) == text


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zs"]), min_size=14),
    st.sampled_from(sorted(SPELLINGS)),
    st.text(max_size=30),
)
def test_no_known_value_survives(value: str, how: str, around: str) -> None:
    if len(set(value)) < 3 or how == "json of json":
        return
    spelled = SPELLINGS[how](value)

    shown = redact(f"{around} {spelled} {around}", [value])

    assert spelled not in shown or spelled in around


def test_minted_values_are_forgotten_and_those_of_the_settings_never() -> None:
    redactor = Redactor([VALUE])
    minted = [f"{PLAIN[:8]}{number:06}{PLAIN[8:]}" for number in range(1002)]
    for value in minted[:-1]:
        redactor.add(value)
    redactor.add(minted[1])  # seen again: the youngest now
    redactor.add(minted[-1])

    assert redactor.redact(f"x {VALUE} x") == "x [redacted:known] x"
    assert redactor.redact(f"x {minted[0]} x") == f"x {minted[0]} x"
    assert redactor.redact(f"x {minted[2]} x") == f"x {minted[2]} x"
    for value in (minted[1], minted[3], minted[-1]):
        coded = base64.b64encode(value.encode()).decode()
        assert redactor.redact(f"x {value} x") == "x [redacted:known] x"
        assert redactor.redact(f"x {coded} x") == "x [redacted:known] x"


def test_value_of_the_settings_stays_when_it_is_minted_again() -> None:
    redactor = Redactor([PLAIN])
    redactor.add(PLAIN)
    for number in range(1001):
        redactor.add(f"{VALUE}{number:06}")

    assert redactor.redact(PLAIN) == "[redacted:known]"


@pytest.mark.parametrize("count", [0, 100], ids=["few values", "many values"])
@pytest.mark.parametrize("size", [1, 9, 4000])
def test_streams_do_not_depend_on_how_many_values_are_known(count: int, size: int) -> None:
    known = [PLAIN, *(f"{VALUE}{number:06}" for number in range(count))]
    text = f"a {PLAIN[:9]}\n{PLAIN[9:]} b\n{PLAIN[:5]}\nc {known[-1]}\n"

    shown = in_chunks(text, size, known)

    assert shown == f"a [redacted:known] b\n{PLAIN[:5]}\nc [redacted:known]\n"


def test_values_come_while_other_threads_redact() -> None:
    redactor = Redactor([PLAIN])
    stop, broken = threading.Event(), []

    def work() -> None:
        while not stop.is_set():
            shown = redactor.redact(f"x {PLAIN} x")
            if shown != "x [redacted:known] x":
                broken.append(shown)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1200):
        redactor.add(f"{VALUE}{number:06}")
    stop.set()
    for thread in threads:
        thread.join()

    assert broken == []


def test_what_was_harmless_is_taken_out_once_it_is_known() -> None:
    redactor = Redactor()
    told = {"text": VALUE, VALUE: ["here", VALUE]}
    assert redactor.redact_json(told) == redactor.redact_json(told) == told
    redactor.add(VALUE)
    hidden = "[redacted:known]"
    assert redactor.redact_json(told) == {"text": hidden, hidden: ["here", hidden]}


def test_what_is_harmless_by_one_name_is_a_secret_by_another() -> None:
    redactor, word = Redactor(), "Tq7" + "mwZ4" + "kd9L"
    assert redactor.redact_json({"text": word, "note": word}) == {"text": word, "note": word}
    assert redactor.redact_json({"password": word})["password"].startswith("[redacted:")
    assert redactor.redact_json({"text": word}) == {"text": word}
