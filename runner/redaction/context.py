"""Our own rules for secrets that are known by what stands around them."""

import re

from runner.redaction.rules import Rule, entropy
from runner.redaction.values import (
    COMMON,
    IDENTIFIER,
    PATH,
    STAND_IN,
    is_encoded_pair,
    is_filler_url,
    is_mixed,
    is_stand_in,
    is_strong,
    is_token,
    is_wordless,
    is_wordy,
)

_WORDS = (
    r"pass(?:word|wd|phrase|code)|passwort|pwd|(?<![A-Za-z])pass"
    r"|secret(?:[_-]?(?:access[_-]?)?key(?:[_-]?base)?)?|token|(?<![A-Za-z])(?:psk|salt)|(?<=_)pat"
    r"|(?:api|access|private|signing|encrypt(?:ion)?|master|account|licen[sc]e|service|storage"
    r"|shared|session|deploy|webhook|hmac|jwt|cookie|aes|auth|app|application|subscription"
    r"|instrumentation)[_ -]?key|credentials?|(?<=_)auth|(?<=[A-Z]_)KEY"
)
_SUFFIX = r"(?:[_-]?(?:\d{1,3}|value|prod(?:uction)?|dev|staging|base64|b64|raw|plain))?"
_TYPE = (  # "key: str =", "key: &'static str =", "key string =", "Key { get; } ="
    r":[^\S\n]{0,3}[&*A-Za-z][\w\[\]<>, .|&*']{0,40}?[^\S\n]{0,3}=(?![=>])"
    r"|(?<=\s)[*&A-Za-z][\w.<>\[\]]{0,30}[^\S\n]{1,3}:?=(?![=>])|\{[^{}\n]{0,30}\}[^\S\n]{0,3}="
)
_QUOTED = r"(?:[bruf]{0,2}|\$|@)(?P<quote>\\{0,3}[\"'`])(?P<quoted>[^\"'`\n\\]{1,500})"
_BARE = r"(?:[&!]{1,2}\w{1,20}[^\S\n]{1,3})?(?P<bare>[^\s\"'`,;)}\]<>&|\\]{1,500})"
_ASSIGNMENT = (
    rf"(?i)(?P<word>{_WORDS}){_SUFFIX}\\{{0,3}}[\"'`*]{{0,3}}\]?[^\S\n]{{0,10}}"
    rf"(?P<op>{_TYPE}|:=|=>|===?|=|:|>)[^\S\n]{{0,10}}(?:{_QUOTED}|{_BARE})"
)
_KEYWORDS = ("pass", "pwd", "secret", "token", "key", "credential", "_auth", "_pat", "psk", "salt")


_NOT_SECRET_NAMES = ("public", "page_", "pagetoken", "nexttoken", "next_token", "cache", "primary")
_KEY_LESS = ("foreign", "sort", "partition", "primary", "cache", "idempotency", "public", "index")


def _name_before(found: re.Match[str]) -> str:
    text, end = found.string, found.end("word")
    start = found.start("word")
    floor = max(0, start - 60)
    while start > floor and (text[start - 1].isalnum() or text[start - 1] in "_-."):
        start -= 1
    return text[start:end]


def _is_assigned_secret(found: re.Match[str], value: str) -> bool:
    name = _name_before(found)
    lowered = name.lower()
    word = found["word"].lower()
    if any(each in lowered for each in _NOT_SECRET_NAMES) or is_stand_in(value):
        return False
    is_env = name.isupper() and found["op"] == "=" and found["quoted"] is None
    if word == "key":
        is_plain_key = any(each in lowered for each in _KEY_LESS)
        return name.isupper() and not is_plain_key and is_strong(value)
    if word.startswith(("pass", "pwd")):
        return _is_password(found, value, is_env=is_env)
    return is_token(value, is_env=is_env)


def _is_password(found: re.Match[str], value: str, *, is_env: bool) -> bool:
    if " " in value or len(value) < 6 or PATH.fullmatch(value):
        return False
    if value.isdigit():
        return len(value) >= 8 and is_env
    if value.replace("_", "").replace("-", "").replace(".", "").isalpha():
        return is_wordless(value) and (is_env or len(value) >= 10)
    if IDENTIFIER.fullmatch(value):
        return found["quoted"] is not None and is_mixed(value)
    if is_env or found["quoted"] is not None:
        return True
    return not is_wordy(value)


def _is_credential(found: re.Match[str], value: str) -> bool:
    if is_stand_in(value) or is_filler_url(value):
        return False
    has_digit = any(map(str.isdigit, value))
    return (has_digit or len(value) >= 20) and not is_wordy(value)


def _is_basic(found: re.Match[str], value: str) -> bool:
    if is_encoded_pair(value):
        return True
    before = found.string[max(0, found.start() - 40) : found.start()].lower()
    return "authorization" in before.rpartition("\n")[2] and _is_credential(found, value)


def _is_url_password(found: re.Match[str], value: str) -> bool:
    if STAND_IN.search(value) or "[redacted" in value or "${" in value or "{{" in value:
        return False
    return value.lower() not in COMMON and len(value) >= 3


def _is_url_user(found: re.Match[str], value: str) -> bool:
    return entropy(value) >= 3.5 and not is_wordy(value)


def _is_argument(found: re.Match[str], value: str) -> bool:
    return not is_stand_in(value) and not PATH.fullmatch(value) and not value.startswith("-")


def _is_strong_argument(found: re.Match[str], value: str) -> bool:
    return _is_argument(found, value) and is_token(value, is_env=False)


def _is_pair(found: re.Match[str], value: str) -> bool:
    return is_encoded_pair(value)


_GAP = r"[^\S\n]{1,10}"
_IN_URL = r"(?i)[a-z][a-z0-9+.-]{1,30}://[^\s/:@'\"<>]{0,128}:([^\s'\"<>/?#]{1,256})@[\w\[$<{]"
_IN_DATABASE_URL = (
    r"(?i)(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|rediss|amqps?|mssql|clickhouse|kafka)"
    r"(?:\+\w{1,20})?://[^\s/:@'\"<>]{0,128}:([^\s'\"<>]{1,256})@[\w\[$<{]"
)
_HEADER = (
    r"(?i)authorization\\{0,3}[\"'`]?[^\S\n]{0,5}[:=,][^\S\n]{0,5}\\{0,3}[\"'`]?"
    r"(?:(?:bearer|token|apikey|api-key|bot|key|negotiate|digest|ntlm|splunk)[^\S\n]{1,5}"
    r"(?:token=)?[\"']?)?([^\s\"'`,;<>\\]{8,4096})"
)
_FLAG = (
    r"(?i)--?[\w-]{0,30}(?:passwo?r?d|pass|token|secret|api-?key|access-?key|private-?key|auth)"
    r"(?:=|[^\S\n]{1,5})[\"']?([^\s\"'`,;)&|<>]{4,500})"
)
_COOKIE = (
    r"(?i)[;:\s](?:__(?:Secure|Host)-)?[\w.-]{0,40}(?:sess(?:ion)?|sid|jwt|auth|token|remember)"
    r"[\w.-]{0,30}=([^;\s\"']{16,4096})"
)

CONTEXT_RULES: tuple[Rule, ...] = (
    Rule("url-password", _IN_URL, ("://",), accept=_is_url_password),
    Rule("url-password", _IN_DATABASE_URL, ("://",), accept=_is_url_password),
    Rule(
        "url-token",
        r"://([A-Za-z0-9_-]{20,600})(?::x-oauth-basic)?@",
        ("://",),
        3.5,
        True,
        _is_url_user,
    ),
    Rule("authorization", _HEADER, ("authorization",), accept=_is_credential),
    Rule(
        "bearer-token",
        rf"(?i)\bbearer{_GAP}[\"']?([A-Za-z0-9._~+/=-]{{12,4096}})",
        ("bearer",),
        3.0,
        True,
        _is_credential,
    ),
    Rule(
        "basic-credentials",
        rf"(?i)\bbasic{_GAP}([A-Za-z0-9+/_-]{{6,2048}}={{0,2}})",
        ("basic",),
        accept=_is_basic,
    ),
    Rule(
        "docker-auth",
        r"\"auth\"\s{0,3}:\s{0,3}\"([A-Za-z0-9+/]{8,2048}={0,2})\"",
        ('"auth"',),
        accept=_is_pair,
    ),
    Rule("cookie", _COOKIE, ("cookie",), 3.0, True, _is_credential),
    Rule("assigned-secret", _ASSIGNMENT, _KEYWORDS, accept=_is_assigned_secret),
    Rule("argument", _FLAG, ("--", "-pass", "-token", "-secret"), accept=_is_strong_argument),
    Rule(
        "argument",
        r"(?:curl|wget|http)\b[^\n]{0,400}?\s(?:-u|--user)[\s=]{0,3}[\"']?[^\s:\"']{1,100}"
        r":([^\s\"']{4,200})",
        ("-u", "--user"),
        accept=_is_argument,
    ),
    Rule(
        "argument",
        r"sshpass\s{1,3}-p\s{0,3}[\"']?([^\s\"']{4,200})",
        ("sshpass",),
        accept=_is_argument,
    ),
    Rule(
        "argument",
        r"\b(?:mysql|mariadb)\w{0,10}\b[^\n]{0,200}?\s-p[\"']?([^\s\"'-][^\s\"']{3,200})",
        ("mysql", "mariadb"),
        accept=_is_argument,
    ),
    Rule(
        "argument",
        r"\bredis-cli\b[^\n]{0,200}?\s-a\s{1,3}[\"']?([^\s\"']{4,200})",
        ("redis-cli",),
        accept=_is_argument,
    ),
    Rule(
        "argument",
        rf"\blogin{_GAP}\S{{1,100}}{_GAP}password{_GAP}(\S{{4,300}})",
        ("login",),
        accept=_is_argument,
    ),
    Rule(
        "argument",
        r"(?i)(?:identified\s{1,3}by|(?:with|encrypted)\s{1,3}password)\s{1,3}'([^'\n]{4,200})'",
        ("identified", "password"),
        accept=_is_argument,
    ),
    Rule(
        "query-secret",
        r"[?&](?:key|code|auth|apikey|sas)=([A-Za-z0-9_%-]{20,500})",
        ("key=", "code=", "auth=", "sas="),
        3.5,
        True,
        _is_credential,
    ),
    Rule(
        "aws-secret-key",
        r"(?i)aws.{0,20}?[\"'=:\s]{1,5}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        ("aws",),
        4.2,
        True,
        _is_strong_argument,
    ),
    Rule(
        "pgpass",
        r"(?m)^[\w.*-]{1,100}:(?:\d{2,5}|\*):[\w*-]{1,60}:[\w*.-]{1,60}:(\S{4,200})$",
        (":543", ":*:"),
        accept=_is_argument,
    ),
)
