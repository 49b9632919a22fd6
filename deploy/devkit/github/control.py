"""The scene set from another process: ``POST /_devkit/<verb>`` with JSON."""

import inspect
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from deploy.devkit.github import bodies, issue_bodies
from deploy.devkit.github.api_apps import delivery_item
from deploy.devkit.github.errors import Refused
from deploy.devkit.github.faults import Fault
from deploy.devkit.github.git import GitFailed
from deploy.devkit.github.records import (
    Account,
    AppCredentials,
    Comment,
    Delivery,
    Issue,
    Json,
    Reaction,
    Repository,
)

VERBS = frozenset(
    [
        "app",
        "set_hook_url",
        "user",
        "user_token",
        "set_callback_urls",
        "authorize",
        "revoke_authorization",
        "repository",
        "push",
        "refs",
        "grant",
        "protect",
        "archive",
        "open_issue",
        "comment",
        "edit_issue",
        "close_issue",
        "reopen_issue",
        "delete_issue",
        "lock_issue",
        "label",
        "assign",
        "open_pull",
        "merge",
        "issue",
        "pulls",
        "comments",
        "reactions",
        "install",
        "uninstall",
        "suspend",
        "unsuspend",
        "add_repositories",
        "remove_repositories",
        "set_permissions",
        "rename_repository",
        "transfer_repository",
        "delete_repository",
        "expire_tokens",
        "token",
        "fault",
        "duplicate_deliveries",
        "redeliver",
        "settled",
    ]
)


class Control:
    """Calls the verbs of a stand-in for a client that is not in its process."""

    def __init__(self, github: Any) -> None:
        self._github = github

    def mount(self, app: web.Application) -> None:
        """Add the control paths."""
        app.router.add_post("/_devkit/{verb}", self.call)
        app.router.add_get("/_devkit/requests", self.requests)
        app.router.add_get("/_devkit/deliveries", self.deliveries)

    async def call(self, request: web.Request) -> web.Response:
        """Call one verb with the fields of the body; ``faults`` is another name of ``fault``."""
        verb = request.match_info["verb"]
        verb = "fault" if verb == "faults" else verb
        if verb not in VERBS:
            return _json({"error": f"no verb {verb}; known: {', '.join(sorted(VERBS))}"}, 404)
        raw = await request.read()
        try:
            fields = orjson.loads(raw) if raw else {}
            done = await perform(getattr(self._github, verb), fields)
        except (Refused, LookupError, TypeError, ValueError, GitFailed) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 422)
        return _json({"result": self._told(done)})

    async def requests(self, _request: web.Request) -> web.Response:
        """Return every REST call so far."""
        return _json([asdict(each) for each in self._github.requests])

    async def deliveries(self, _request: web.Request) -> web.Response:
        """Return every delivery so far."""
        return _json([delivery_item(each) for each in self._github.deliveries])

    def _told(self, value: Any) -> Any:
        world = self._github.world
        if isinstance(value, list):
            return [self._told(each) for each in value]
        if isinstance(value, AppCredentials):
            return {**asdict(value), "bot_login": value.bot_login}
        if isinstance(value, Fault):
            return {"times": value.times, "hits": value.hits}
        if isinstance(value, Delivery):
            return delivery_item(value)
        shapes: dict[type, Callable[[Any], Json]] = {
            Account: lambda item: bodies.user(world, item),
            Repository: lambda item: bodies.repository(world, item),
            Reaction: lambda item: issue_bodies.reaction(world, item),
        }
        for kind, shape in shapes.items():
            if isinstance(value, kind):
                return shape(value)
        if isinstance(value, Issue | Comment):
            return _said(value)
        return value


def _said(item: Issue | Comment) -> Json:
    told: Json = {"id": item.id, "author": item.author.login, "body": item.body}
    if isinstance(item, Issue):
        told |= {"number": item.number, "title": item.title, "state": item.state}
    for name in ("head_ref", "head_sha", "base_ref", "draft"):
        if hasattr(item, name):
            told[name] = getattr(item, name)
    return told


async def perform(verb: Callable[..., Any], fields: Json) -> Any:
    """Call *verb* with *fields*, those that stand for ``*args`` spread out."""
    if not isinstance(fields, dict):
        raise TypeError("the body must be a JSON object")
    if fields.get("from_directory") is not None:
        fields["from_directory"] = Path(fields["from_directory"])
    arguments = inspect.signature(verb).parameters.values()
    spread: list[Any] = []
    for each in arguments:
        if each.kind is each.VAR_POSITIONAL:
            named = [p.name for p in arguments if p.kind is p.POSITIONAL_OR_KEYWORD]
            spread = [fields.pop(name) for name in named] + list(fields.pop(each.name, ()))
    done = verb(*spread, **fields)
    return await done if inspect.isawaitable(done) else done


def _json(body: Any, status: int = 200) -> web.Response:
    text = orjson.dumps(body, default=str)
    return web.Response(status=status, body=text, content_type="application/json")
