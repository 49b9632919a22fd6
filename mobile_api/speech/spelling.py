"""How a name sounds: names of repositories and the words for them brought to one form."""

import re
from functools import lru_cache

import jellyfish

from mobile_api.speech.numbers import digits_joined

# Several words that are one: applied to the words joined by spaces.
_PHRASES = [
    (re.compile(rf"\b{said}\b"), written)
    for said, written in {
        "java script": "js", "type script": "ts", "front end": "frontend",
        "back end": "backend", "user interface": "ui", "user experience": "ux",
        "command line(?: interface| tool)?": "cli", "machine learning": "ml",
        "artificial intelligence": "ai", "data base": "db", "graph ql": "graphql",
        "post gres(?:ql| ql)?": "postgres", "my sequel": "mysql", "dot net": "dotnet",
        "c sharp": "csharp", "c plus plus": "cpp", "git hub": "github", "git lab": "gitlab",
        "web site": "website", "work flows?": "workflow", "data sets?": "dataset",
        "micro service": "svc", "software development kit": "sdk", "dot files": "dotfiles",
        "continuous integration": "ci", "home page": "homepage", "open api": "openapi",
        "web hooks?": "webhook", "e commerce": "ecommerce", "e mails?": "email",
        "end to end": "e2e", "end 2 end": "e2e", "react native": "rn", "key value": "kv",
        "point of sale": "pos", "open telemetry": "otel", "web assembly": "wasm",
        "single sign on": "sso", "internet of things": "iot", "peer to peer": "p2p",
        "business to business": "b2b", "play station": "ps", "i phones?": "ios",
        "text to speech": "tts", "speech to text": "stt",
        r"(?:version|v) (\d+)": r"v\1", r"k (?:eights?|8s?)": "k8s",
    }.items()
]  # fmt: skip
_WORDS = {
    "kubernetes": "k8s", "kates": "k8s", "service": "svc", "services": "svc", "srv": "server",
    "python": "py", "javascript": "js", "typescript": "ts", "image": "img", "images": "img",
    "imgs": "img", "database": "db", "databases": "db", "authentication": "auth",
    "authorization": "auth", "configuration": "config", "configs": "config", "cfg": "config",
    "conf": "config", "infrastructure": "infra", "documentation": "docs", "documents": "docs",
    "doc": "docs", "application": "app", "applications": "app", "apps": "app",
    "library": "lib", "libraries": "lib", "libs": "lib", "extension": "ext",
    "extensions": "ext", "manager": "mgr", "management": "mgmt", "message": "msg",
    "messages": "msg", "messaging": "msg", "package": "pkg", "packages": "pkg",
    "fe": "frontend", "terraform": "tf", "golang": "go", "environment": "env",
    "development": "dev", "utilities": "utils", "util": "utils", "utility": "utils",
    "operations": "ops", "administration": "admin", "sequel": "sql", "postgresql": "postgres",
    "pg": "postgres", "psql": "postgres", "mongo": "mongodb", "elastic": "elasticsearch",
    "ruby": "rb", "specification": "spec", "specs": "spec", "notification": "notify",
    "notifications": "notify", "notif": "notify", "notifs": "notify", "mobile": "mobile",
    "repository": "repo", "params": "param", "parameters": "param", "calculator": "calc",
    "transaction": "tx", "transactions": "tx", "internationalization": "i18n",
    "localization": "l10n", "accessibility": "a11y", "observability": "o11y", "monitor": "mon",
    "monitoring": "mon", "generator": "gen", "temporary": "tmp", "directory": "dir",
    "reference": "ref", "statistics": "stats", "analytics": "analytics", "rust": "rs",
    "webhooks": "webhook", "scripts": "script", "tests": "test", "plugins": "plugin",
    "kube": "k8s", "kotlin": "kt", "control": "ctl", "controller": "ctl", "controllers": "ctl",
    "cube": "k8s",
    "cubernetes": "k8s", "kubes": "k8s", "demonstration": "demo", "proto": "proto",
    "protobuf": "proto", "protocol": "proto", "schedule": "sched", "scheduler": "sched",
    "processor": "proc", "process": "proc", "information": "info", "account": "acct",
    "accounts": "acct", "directories": "dir", "commons": "common", "firmware": "fw",
    "obs": "o11y", "iphone": "ios", "iphones": "ios", "playstation": "ps", "hardware": "hw",
    "simulator": "sim", "simulators": "sim", "simulation": "sim", "simulations": "sim",
}  # fmt: skip
LETTERS = {
    "ay": "a", "be": "b", "bee": "b", "see": "c", "sea": "c", "cee": "c", "dee": "d", "ef": "f",
    "gee": "g", "aitch": "h", "eye": "i", "jay": "j", "kay": "k", "el": "l", "ell": "l",
    "em": "m", "en": "n", "oh": "o", "pea": "p", "pee": "p", "queue": "q", "cue": "q",
    "are": "r", "ess": "s", "tea": "t", "tee": "t", "you": "u", "vee": "v", "ex": "x", "why": "y",
    "zee": "z", "zed": "z",
}  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SILENT = {"dash", "hyphen", "slash", "underscore", "dot", "minus"}


def name_parts(name: str) -> list[str]:
    """Return the parts of a written *name*: split at -_./ and at capital letters."""
    return [p.lower() for p in re.split(r"[-_./\s]+", _CAMEL.sub("-", name)) if p]


@lru_cache(maxsize=8192)
def canonical(said: str) -> tuple[str, ...]:
    """Return the words *said* (small letters, spaces) in the one form that names have, too."""
    parts = [american(word) for word in said.split() if word not in _SILENT]
    text = _letters_joined(digits_joined(parts))
    for pattern, written in _PHRASES:
        text = pattern.sub(written, text)
    return tuple(_WORDS.get(word, word) for word in text.split())


_BRITISH = [
    (re.compile(said), written)
    for said, written in {
        r"(?<=[a-z]{2})is(?=ations?$|es?$|ed$|ers?$|ing$)": "iz",
        r"(?<=[a-z]{2})our(?=s?$|ed$|ing$)": "or",
        r"(?<=[nt]t)re(?=s?$)": "er", r"(?<=al)ogue(?=s?$)": "og",
        r"(?<=y)s(?=es?$|ed$|ers?$|ing$)": "z",
        r"(?<=[a-z]{2})ll(?=ed$|ing$|ers?$)": "l", r"(?<=gra)mme(?=s?$)": "m",
        r"(?<=[fl]en)c(?=es?$)": "s",
    }.items()
]  # fmt: skip


@lru_cache(maxsize=8192)
def american(word: str) -> str:
    """Return *word* in its American spelling; it is no dictionary, so use it on both sides."""
    if len(word) < 6 or not word.isalpha():
        return word
    for pattern, written in _BRITISH:
        word = pattern.sub(written, word)
    return word


def spelled(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return *parts* with words that sound like letters taken for them ("you eye": "ui")."""
    return canonical(" ".join(LETTERS.get(word, word) for word in parts))


def _letters_joined(parts: list[str]) -> str:
    """Join single letters that follow each other: "s d k" is "sdk"."""
    out: list[str] = []
    open_run = False
    for word in parts:
        single = len(word) == 1 and (word.isalpha() or (open_run and word.isdigit()))
        if single and open_run:
            out[-1] += word
        else:
            out.append(word)
        open_run = (single and word.isalpha()) or (single and open_run)
    return " ".join(out)


def softened(word: str) -> str:
    """Return *word* with the vowel that "er", "or" and "a" are at its end when it is spoken."""
    return re.sub(r"(?:er|or|ar|re|ah|a)$", "a", word) if len(word) > 4 else word


def is_short_for(part: str, word: str) -> bool:
    """Whether *part* of a name is what people write for *word*: its beginning, or consonants."""
    if len(word) < 5 or len(part) < 2 or part[0] != word[0] or len(part) + 2 > len(word):
        return False
    if len(part) >= 3 and word.startswith(part):
        return True
    letters = iter(word)
    return not re.search(r"[aeiouy\d]", part) and all(letter in letters for letter in part)


@lru_cache(maxsize=8192)
def sound(text: str) -> str:
    """Return how *text* sounds, empty when there is nothing to hear."""
    letters = re.sub(r"[^a-z ]", "", text)
    return str(jellyfish.metaphone(letters)) if letters else ""


_ENDINGS = frozenset(
    ["", "s", "es", "e", "ed", "d", "er", "r", "rs", "ers", "ing", "ings", "ion", "ions", "ation",
     "ations", "ement", "ment", "ments", "ements", "y", "ies", "ier", "ied", "or", "ors", "ate",
     "ates", "ated", "ating", "ize", "izing", "ization"]
)  # fmt: skip


@lru_cache(maxsize=16384)
def same_stem(one: str, other: str) -> bool:
    """Return whether two words differ in their English ending only."""
    if one[:4] != other[:4] or len(one) < 4 or len(other) < 4:
        return one == other
    common = 4
    while common < min(len(one), len(other)) and one[common] == other[common]:
        common += 1
    return one[common:] in _ENDINGS and other[common:] in _ENDINGS
