"""The texts in ``redact_secrets.txt`` lose their secrets, those in ``redact_benign.txt`` nothing.

The files hold no secret: what looks random is made up here, at run time, the same each time.
"""

import base64
import random
import re
import string
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from runner.redact import redact

HERE = Path(__file__).parent
ALNUM = string.ascii_letters + string.digits
ALPHABETS = {
    "alnum": ALNUM,
    "letters": string.ascii_letters,
    "lower": string.ascii_lowercase,
    "lower32": string.ascii_lowercase + "234567",
    "UPPER": string.ascii_uppercase + "234567",
    "bech": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "digits": string.digits,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "b64": ALNUM + "+/",
    "b64u": ALNUM + "-_",
    "pass": ALNUM * 3 + "!#%*.^_-~",
    "django": string.ascii_lowercase + string.digits + "!@#%^&*(-_=+)",
}
RUN = 9  # so many characters of a secret in a row must not be seen


@dataclass(frozen=True)
class Sample:
    """A text, what is secret in it, and what is not."""

    id: str
    text: str
    secrets: tuple[str, ...]
    words: frozenset[str]


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode().rstrip("=")


def _made(spec: str, rng: random.Random) -> str:
    kind, _, size = spec.partition(" ")
    if kind == "uuid":
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    if kind == "jwthead":
        return _encoded('{"alg":"RS256","typ":"JWT"}')
    if kind == "jwtbody":
        subject = "".join(rng.choices(ALNUM, k=int(size)))
        return _encoded(f'{{"iss":"902","exp":1893456000,"sub":"{subject}"}}')
    if kind == "b64of":
        lead, _, count = size.rpartition(" ")
        return _encoded(lead.replace("·", " ") + "".join(rng.choices(ALNUM, k=int(count))))
    return "".join(rng.choices(ALPHABETS[kind], k=int(size)))


def _sample(line: str) -> Sample:
    name, _, raw = line.partition(" :: ")
    rng = random.Random(name)  # noqa: S311 - the same each time, nothing to hide
    raw = raw.replace("¦", "").replace("⏎", "\n").replace("␛", "\x1b")
    raw = re.sub("⟨([^⟩]+)⟩", lambda found: _made(found[1], rng), raw)
    secrets = tuple(re.findall("⟦(.*?)⟧", raw, re.DOTALL))
    around = re.sub("⟦.*?⟧", " ", raw, flags=re.DOTALL)
    words = frozenset(word for word in around.split() if word.isalnum() and len(word) > 3)
    return Sample(name, raw.replace("⟦", "").replace("⟧", ""), secrets, words)


def _samples(file: str) -> Iterator[Sample]:
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield _sample(line)


SECRET = list(_samples("redact_secrets.txt"))
BENIGN = list(_samples("redact_benign.txt"))


def seen(secret: str, shown: str) -> bool:
    """Return whether a part of *secret* can be read in *shown*; a known prefix is no harm."""
    body = secret[5:] if len(secret) > 24 else secret
    return any(body[at : at + RUN] in shown for at in range(max(1, len(body) - RUN + 1)))


@pytest.mark.parametrize("sample", [pytest.param(one, id=one.id) for one in SECRET])
def test_secret_is_taken_out_and_its_surroundings_stay(sample: Sample) -> None:
    shown = redact(sample.text)

    assert [secret for secret in sample.secrets if seen(secret, shown)] == []
    assert {word for word in sample.words if word not in shown} == set()


@pytest.mark.parametrize("sample", [pytest.param(one, id=one.id) for one in BENIGN])
def test_harmless_text_stays_as_it_is(sample: Sample) -> None:
    assert redact(sample.text) == sample.text


def test_texts_are_many() -> None:
    assert len({one.id for one in SECRET}) == len(SECRET) > 300
    assert len({one.id for one in BENIGN}) == len(BENIGN) > 250
    assert all(one.secrets for one in SECRET)
