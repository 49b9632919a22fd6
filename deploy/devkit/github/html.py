"""The frame and the small pieces of the inspection pages."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from aiohttp import web

from deploy.devkit.github import markdown
from deploy.devkit.github.markdown import escape
from deploy.devkit.github.records import (
    Account,
    Comment,
    Delivery,
    Issue,
    PullRequest,
    Reaction,
    Repository,
)

_STYLE = (Path(__file__).parent / "style.css").read_text()
FACES = {
    "+1": "👍",
    "-1": "👎",
    "laugh": "😄",
    "confused": "😕",
    "heart": "❤️",
    "hooray": "🎉",
    "rocket": "🚀",
    "eyes": "👀",
}
# The page brings itself up to date, so that an edited comment is seen to change.
_LIVE = """
setInterval(async () => {
  if (document.hidden || getSelection().toString() || document.querySelector("form.sheet")) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = document.querySelector("main"), then = fresh.querySelector("main");
  if (then && now.innerHTML !== then.innerHTML) now.replaceWith(then);
}, 2000);
"""
_AVATAR = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">
<rect width="40" height="40" fill="hsl({hue} 45% 42%)"/><text x="20" y="27" fill="#fff"
 font-family="system-ui,sans-serif" font-size="19" font-weight="600" text-anchor="middle"
>{letter}</text></svg>"""


def page(title: str, body: str, *, status: int = 200) -> web.Response:
    """Return a whole page."""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>"
        '<header class="bar"><div><a href="/">GitHub stand-in</a>'
        '<span class="note">local, for development</span></div></header>'
        f"<main>{body}</main><script>{_LIVE}</script></body></html>"
    )
    return web.Response(text=text, content_type="text/html", status=status)


def avatar(account: Account) -> str:
    """Return a picture for an account: its letter on its colour."""
    letter = escape(account.login[:1].upper())
    return _AVATAR.format(hue=account.id * 67 % 360, letter=letter)


def crumbs(repo: Repository) -> str:
    """Return the way back to the repository."""
    owner, name = escape(repo.owner.login), escape(repo.name)
    return (
        f'<p class="crumbs"><a href="/{owner}">{owner}</a> / '
        f'<a href="/{owner}/{name}">{name}</a></p>'
    )


def state(item: Issue) -> str:
    """Return the badge that says how an issue or a pull request stands."""
    kind, word = str(item.state), item.state.capitalize()
    if isinstance(item, PullRequest):
        if item.merged_at:
            kind, word = "merged", "Merged"
        elif item.draft and item.state == "open":
            kind, word = "draft", "Draft"
    return f'<span class="badge {kind}">{word}</span>'


def labels(item: Issue) -> str:
    """Return the labels of an issue."""
    return "".join(
        f'<span class="label"><i style="background:#{escape(each.color)}"></i>'
        f"{escape(each.name)}</span>"
        for each in item.labels
    )


def when(moment: datetime | None) -> str:
    """Return a moment as people read it."""
    if moment is None:
        return ""
    return f'<time datetime="{moment.isoformat()}">{moment:%d %b %Y, %H:%M:%S} UTC</time>'


def name(account: Account) -> str:
    """Return an account's name, with the sign that it is a bot."""
    tag = ' <span class="tag">bot</span>' if account.type == "Bot" else ""
    return f"<strong>{escape(account.login.removesuffix('[bot]'))}</strong>{tag}"


def talk(repo: Repository, said: Issue | Comment) -> str:
    """Return an opening text or a comment in its bubble."""
    author = said.author
    bot = author.type == "Bot"
    anchor = f' id="issuecomment-{said.id}"' if isinstance(said, Comment) else ""
    edited = " · edited" if isinstance(said, Comment) and said.updated_at > said.created_at else ""
    body = markdown.render(said.body, repository=repo.full_name)
    return (
        f'<article class="talk"{anchor}><img class="{"bot" if bot else ""}" alt="" '
        f'src="/avatars/{author.id}"><div class="sheet"><div class="who">'
        f"{name(author)}<span>{when(said.created_at)}{edited}</span></div>"
        f'<div class="prose">{body}</div>{faces(said.reactions)}'
        "</div></article>"
    )


def faces(reactions: Sequence[Reaction]) -> str:
    """Return the reactions, counted."""
    if not reactions:
        return ""
    counts = Counter(each.content for each in reactions)
    spans = "".join(
        f'<span title="{content}">{FACES[content]} {n}</span>' for content, n in counts.items()
    )
    return f'<div class="faces">{spans}</div>'


def issue_row(repo: Repository, item: Issue) -> str:
    """Return one line of a list of issues or pull requests."""
    kind = "pull" if isinstance(item, PullRequest) else "issues"
    author = escape(item.author.login.removesuffix("[bot]"))
    said = many(len(item.comments), "comment") if item.comments else ""
    return (
        f'<div><span>{state(item)}</span><span class="grow">'
        f'<a href="/{repo.full_name}/{kind}/{item.number}">{markdown.title(item.title)}</a> '
        f'{labels(item)}<br><span class="soft">#{item.number} by {author}, '
        f"{when(item.created_at)}</span></span>"
        f'<span class="soft">{said}</span></div>'
    )


def delivery_row(item: Delivery) -> str:
    """Return one line of the delivery log."""
    good = item.status_code is not None and 200 <= item.status_code < 300
    kind = "wait" if item.status_code is None else "ok" if good else "bad"
    event = f"{item.event}.{item.action}" if item.action else item.event
    code = "waiting" if item.status_code is None else item.status_code or "no answer"
    again = ' <span class="tag">again</span>' if item.is_redelivery else ""
    return (
        f'<tr><td><a href="/_devkit/deliveries/{item.id}">{escape(event)}</a>{again}</td>'
        f'<td class="mono soft" title="{item.guid}">{item.guid[:8]}</td>'
        f"<td>{when(item.delivered_at)}</td>"
        f'<td class="num">{item.duration_s * 1000:.0f} ms</td>'
        f'<td class="num {kind}">{escape(code)}</td></tr>'
    )


def many(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
