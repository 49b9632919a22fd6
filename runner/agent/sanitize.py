"""Texts by strangers, made harmless to read: what people cannot see is taken out.

Instructions hide in HTML comments, in tag characters, between zero-width characters and behind
bidirectional controls. What is left stands in a block whose delimiter its author cannot know.
"""

import re
import secrets
import unicodedata

MAX_CHARS = 20_000
_COMMENT = re.compile(r"<!--.*?(?:--!?>|\Z)", re.DOTALL)
# A picture's alternative text and a link's title are not shown either.
_IMAGE = re.compile(r"!\[[^\]\n]{0,2000}\]\(\s*(<[^>\n]*>|[^)\s]*)[^)\n]{0,2000}\)")
_IMAGE_TAG = re.compile(r"<img\b[^>]{0,4000}>", re.IGNORECASE)
_UNSEEN = re.compile(
    "["
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "]"
)


def visible(text: str) -> str:
    """Return *text* without characters that nobody sees; what is code stays code."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean(text: str, *, limit: int = MAX_CHARS) -> str:
    """Return *text* without what a reader does not see, at most *limit* characters of it."""
    # Unseen characters first: they may stand inside the marks of a comment.
    seen = visible(text)
    while (shorter := _COMMENT.sub("", seen)) != seen:
        seen = shorter
    seen = _IMAGE_TAG.sub("[image]", _IMAGE.sub("[image]", seen))
    if len(seen) > limit:
        seen = f"{seen[:limit]}\n[... {len(seen) - limit} more characters were left out]"
    return seen.strip()


def label(text: str) -> str:
    """Return *text* as one short line that cannot end an attribute."""
    line = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    return re.sub(r"[\s\"'<>&=\[\]]+", " ", line).strip()[:100]


def new_nonce() -> str:
    """Return a delimiter that nobody can guess."""
    return secrets.token_hex(8)


def block(kind: str, text: str, *, nonce: str, **about: str) -> str:
    """Return *text* as data between delimiters of *nonce*, with who said it in the first line."""
    return _walled(kind, clean(text), nonce, about)


def code_block(text: str, *, nonce: str, **about: str) -> str:
    """Return a piece of a file between delimiters of *nonce*, without unseen characters."""
    return _walled("code", visible(text), nonce, about)


def _walled(kind: str, body: str, nonce: str, about: dict[str, str]) -> str:
    facts = "".join(f' {name}="{label(value)}"' for name, value in about.items() if value)
    # Not by nothing: what stands on both sides could be put together to the delimiter.
    return f"[{kind} {nonce}{facts}]\n{body.replace(nonce, '?')}\n[end of {kind} {nonce}]"
