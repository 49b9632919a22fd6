"""What each kind of answer means for us."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.errors import (
    BadSettings,
    CadenceError,
    GitHubRefused,
    InstallationGone,
    InvalidRequest,
    NotFound,
    RateLimited,
    RepositoryUnusable,
    Unavailable,
)
from bot.github.auth import AppKey, Token
from bot.github.refusals import Answer, error_for, mint_error, parse_time, patience_s, words
from bot.github.repository import Repository


def answer(status: int, message: str = "", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=named, data={"message": message})


@pytest.mark.parametrize(
    ("given", "kind", "retry_after_s"),
    [
        (answer(429), RateLimited, 60.0),
        (answer(429, retry_after="7"), RateLimited, 7.0),
        (answer(403, "x", retry_after="7"), RateLimited, 7.0),
        (answer(403, "You have exceeded a secondary rate limit"), RateLimited, 60.0),
        (answer(403, "API rate limit exceeded", x_ratelimit_remaining="0"), RateLimited, 60.0),
        (answer(500), Unavailable, None),
        (answer(503, retry_after="9"), Unavailable, 9.0),
    ],
)
def test_what_may_work_later_says_when(
    given: Answer, kind: type[Unavailable], retry_after_s: float | None
) -> None:
    error = error_for(given, doing="read the issue")
    assert type(error) is kind
    assert isinstance(error, Unavailable)
    assert error.retry_after_s == retry_after_s


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (answer(401, "Bad credentials"), GitHubRefused),
        (answer(403, "Resource not accessible by integration"), GitHubRefused),
        (answer(403, "This installation has been suspended"), InstallationGone),
        (answer(403, "Repository was archived so is read-only."), RepositoryUnusable),
        (answer(404, "Not Found"), NotFound),
        (answer(409, "Git Repository is empty."), RepositoryUnusable),
        (answer(410, "This issue was deleted"), NotFound),
        (answer(422, "Validation Failed"), GitHubRefused),
        (answer(451, "Repository access blocked"), NotFound),
    ],
)
def test_what_will_never_work_is_named(given: Answer, kind: type[CadenceError]) -> None:
    error = error_for(given, doing="read the issue")
    assert type(error) is kind
    assert "read the issue" in str(error) or "suspended" in str(error) or "repository" in str(error)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (answer(401, "A JSON web token could not be decoded"), InstallationGone),
        (answer(403, "This installation has been suspended"), InstallationGone),
        (answer(404, "Not Found"), InstallationGone),
        (answer(422, "There is at least one repository that does not exist"), NotFound),
        (answer(422, "The permissions requested are not granted"), GitHubRefused),
        (answer(500), Unavailable),
        (answer(403, "secondary rate limit"), RateLimited),
    ],
)
def test_why_there_is_no_token_is_named(given: Answer, kind: type[CadenceError]) -> None:
    assert type(mint_error(given, permissions={"contents": "read"})) is kind


def test_githubs_words_are_cut_to_one_printable_line() -> None:
    said = words({"message": "a\nb\x1b[31m" + "x" * 500, "errors": [{"message": "c"}]})
    assert "\n" not in said
    assert "\x1b" not in said
    assert len(said) == 200


def test_the_details_of_a_refusal_are_told() -> None:
    data = {
        "message": "Validation Failed",
        "errors": [{"field": "head", "code": "invalid"}, {"message": "A pull request exists"}],
    }
    assert words(data) == "Validation Failed; head is invalid; A pull request exists"


@pytest.mark.parametrize("data", [None, [], "text", {"message": 7}, {"errors": 7}])
def test_an_answer_without_words_is_empty(data: object) -> None:
    assert words(data) == ""


def test_patience_is_read_from_seconds_dates_and_resets() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    at = now.timestamp()
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(at) + 90)}
    assert patience_s({"retry-after": "12"}, now=at) == 12
    assert patience_s({"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}, now=at) == 30
    assert patience_s({"retry-after": "soon"}, now=at) is None
    assert patience_s(reset, now=at) == 90
    assert patience_s({"x-ratelimit-remaining": "5"}, now=at) is None
    assert patience_s({}, now=at) is None


def test_times_are_aware_or_none() -> None:
    assert parse_time("2026-11-20T12:00:00Z") == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert parse_time("2026-11-20T12:00:00") == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert parse_time("yesterday") is None
    assert parse_time(None) is None


def _pem() -> tuple[str, rsa.RSAPublicKey]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    traditional = serialization.PrivateFormat.TraditionalOpenSSL
    text = key.private_bytes(serialization.Encoding.PEM, traditional, plain).decode()
    return text, key.public_key()


def test_the_word_of_the_app_is_backdated_short_and_kept_for_minutes() -> None:
    pem, public = _pem()
    now = [1_800_000_000.0]
    key = AppKey(7, pem, clock=lambda: now[0])
    first = key.word()
    claims = jwt.decode(
        first, public, algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False}
    )

    assert claims["iss"] == "7"
    assert claims["iat"] == now[0] - 60
    assert claims["exp"] - claims["iat"] <= 600
    now[0] += 300
    assert key.word() == first
    now[0] += 200
    assert key.word() != first


def test_a_clock_that_is_wrong_is_set_by_githubs() -> None:
    pem, public = _pem()
    key = AppKey(7, pem, clock=lambda: 1_800_000_000.0)
    key.word()
    right = datetime.fromtimestamp(1_800_000_000, UTC) + timedelta(hours=1)

    assert key.learn_time(right)
    assert not key.learn_time(right)
    options = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(key.word(), public, algorithms=["RS256"], options=options)  # type: ignore[arg-type]  # a plain dict
    assert claims["iat"] == right.timestamp() - 60


@pytest.mark.parametrize("pem", ["", "no key", "-----BEGIN RSA PRIVATE KEY-----\nx\n"])
def test_a_bad_key_is_told_to_the_operator(pem: str) -> None:
    with pytest.raises(BadSettings, match="GITHUB_PRIVATE_KEY"):
        AppKey(7, pem).word()


def test_a_token_does_not_print_its_value() -> None:
    value = "ghs_" + "z" * 516
    token = Token(value=value, expires_at=datetime.now(UTC))
    assert value not in repr(token)
    assert value not in str(token)


@pytest.mark.parametrize(
    "name", ["widgets", "a/b/c", "../x", "a/..", "a/.", "a b/c", "a/b?x=1", "a/b#", "", "a/b\n"]
)
def test_a_name_that_is_no_repository_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest):
        Repository(None, name, token=None, bot_login="x")  # type: ignore[arg-type]  # never used
