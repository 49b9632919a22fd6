"""The pages that `cadence setup` shows: begin, done, and what went wrong."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import orjson

_STYLE = (Path(__file__).parent / "page.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_BARS = ((3, 12, 8), (10, 6, 20), (17, 10, 12), (24, 14, 4))
_MARK = (
    '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">'
    + "".join(
        f'<rect x="{x}" y="{y}" width="4" height="{height}" rx="2"/>' for x, y, height in _BARS
    )
    + "</svg>"
)


def security_headers(*, form_target: str) -> dict[str, str]:
    """Return the headers of every page: nothing loads, and forms go to *form_target* only."""
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self' {form_target}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def begin(
    *,
    action: str,
    manifest: Mapping[str, object],
    permissions: Sequence[tuple[str, str]],
    address: str,
    organisation: str,
    problem: str = "",
) -> str:
    """Return the start page; without an *address* it asks for one before anything else."""
    rows = "".join(
        f"<li><b>{escape(name.replace('_', ' '))}</b> <span>{escape(level)}</span></li>"
        for name, level in permissions
    )
    owner = f"the organisation <b>{escape(organisation)}</b>" if organisation else "your account"
    note = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    create = (
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="manifest" value="{escape(orjson.dumps(manifest).decode())}">'
        '<button class="primary">Create the GitHub App</button></form>'
        '<p class="quiet">GitHub shows the same once more; you can change the name there.</p>'
    )
    return _page(
        "Set up Cadence",
        "<p>Cadence works as a GitHub App of your own. Its key stays on this machine.</p>"
        f"{note}<dl><dt>Owner</dt><dd>{owner}</dd>"
        f"<dt>Public address</dt><dd><code>{escape(address) or '—'}</code></dd>"
        f'<dt>It may</dt><dd><ul class="may">{rows}</ul></dd></dl>'
        f"{create if address else ''}{_change(address, organisation)}",
    )


def done(*, slug: str, install_url: str, env_path: str) -> str:
    """Return the page that leads on to the installation."""
    return _page(
        f"{slug} is yours",
        f"<p>Its credentials are in <code>{escape(env_path)}</code>, which only you can read.</p>"
        "<p>Choose the repositories that it may work on:</p>"
        f'<p><a class="primary" href="{escape(install_url)}">Install {escape(slug)}</a></p>'
        '<p class="quiet">Then: <code>cadence serve</code>, and <code>cadence doctor</code> to see'
        " that everything is in place. You can close this page.</p>",
    )


def failed(sentence: str) -> str:
    """Return the page that says what went wrong and offers to begin again."""
    return _page(
        "That did not work",
        f'<p class="problem" role="alert">{escape(sentence)}.</p><p>Nothing was written.</p>'
        '<p><a class="primary" href="/">Begin again</a></p>',
    )


def _change(address: str, organisation: str) -> str:
    return (
        f"<details{'' if address else ' open'}><summary>Change address or owner</summary>"
        '<form method="get" action="/"><label>Public address of this coordinator'
        f'<input name="address" type="url" required placeholder="https://cadence.example.com" '
        f'value="{escape(address)}"></label><label>Organisation, if the App shall be one\'s'
        f'<input name="organisation" autocomplete="off" value="{escape(organisation)}"></label>'
        "<button>Use these</button></form></details>"
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        f"<main>{_MARK}<h1>{escape(title)}</h1>{body}</main></html>"
    )
