"""REST: comments and reactions."""

from datetime import datetime

from deploy.devkit.github import issue_bodies
from deploy.devkit.github.api_issues import checked_body, find_issue
from deploy.devkit.github.errors import Refused, invalid, not_found
from deploy.devkit.github.records import REACTIONS, Comment, Issue, Reaction
from deploy.devkit.github.rest import Call, Reply, Routes

routes = Routes()
_READ = ("issues:read", "pull_requests:read")
_WRITE = ("issues:write", "pull_requests:write")
_ISSUE = r"/repos/{owner}/{repo}/issues/{number:\d+}"
_COMMENT = r"/repos/{owner}/{repo}/issues/comments/{comment_id:\d+}"
_REACTION = r"/reactions/{reaction_id:\d+}"


def _find(call: Call) -> tuple[Issue, Comment]:
    wanted = int(call.param("comment_id"))
    for item in call.repo.issues.values():
        for comment in item.comments:
            if comment.id == wanted and not item.is_deleted:
                return item, comment
    raise not_found()


def _own(call: Call, comment: Comment) -> None:
    """Raise unless the caller wrote *comment* or may moderate here."""
    token = call.identity.token
    moderates = token is not None and call.repo.role(token.user.login) in ("admin", "maintain")
    if comment.author is not call.actor and not moderates and call.identity.via is None:
        raise Refused(403, "Must have admin rights to Repository.")


def _reply(call: Call, item: Issue, comment: Comment, status: int = 200) -> Reply:
    body = issue_bodies.comment(call.site.world, call.repo, item, comment)
    return Reply(status=status, body=body)


@routes.add("GET", _ISSUE + "/comments", *_READ)
async def list_comments(call: Call) -> Reply:
    """Return the comments of an issue, oldest first; *since* looks at when they changed."""
    item, since = find_issue(call), call.query("since")
    found = item.comments
    if since:
        start = datetime.fromisoformat(since)
        found = [each for each in found if each.updated_at >= start]
    world, repo = call.site.world, call.repo
    return call.page(found, lambda each: issue_bodies.comment(world, repo, item, each))


@routes.add("POST", _ISSUE + "/comments", *_WRITE)
async def create_comment(call: Call) -> Reply:
    """Write a comment."""
    item = find_issue(call)
    body = checked_body("IssueComment", call.body.get("body"))
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field")
    if item.is_locked:
        raise Refused(403, "Unable to create comment because issue is locked.")
    verbs, actor = call.site.verbs, call.actor
    comment = verbs.comment(call.repo, item, actor, body, via=call.identity.via)
    return _reply(call, item, comment, 201)


@routes.add("GET", _COMMENT, *_READ)
async def get_comment(call: Call) -> Reply:
    """Return one comment."""
    return _reply(call, *_find(call))


@routes.add("PATCH", _COMMENT, *_WRITE)
async def update_comment(call: Call) -> Reply:
    """Change a comment."""
    item, comment = _find(call)
    _own(call, comment)
    body = checked_body("IssueComment", call.body.get("body"))
    call.site.verbs.edit_comment(call.repo, item, comment, call.actor, body)
    return _reply(call, item, comment)


@routes.add("DELETE", _COMMENT, *_WRITE)
async def delete_comment(call: Call) -> Reply:
    """Delete a comment."""
    item, comment = _find(call)
    _own(call, comment)
    call.site.verbs.delete_comment(call.repo, item, comment, call.actor)
    return Reply(status=204)


def _reactions(call: Call) -> list[Reaction]:
    if "comment_id" in call.request.match_info:
        return _find(call)[1].reactions
    return find_issue(call).reactions


@routes.add("GET", _ISSUE + "/reactions", *_READ)
@routes.add("GET", _COMMENT + "/reactions", *_READ)
async def list_reactions(call: Call) -> Reply:
    """Return the reactions to an issue or a comment."""
    content = call.query("content")
    found = [each for each in _reactions(call) if content in ("", each.content)]
    return call.page(found, lambda each: issue_bodies.reaction(call.site.world, each))


@routes.add("POST", _ISSUE + "/reactions", *_WRITE)
@routes.add("POST", _COMMENT + "/reactions", *_WRITE)
async def create_reaction(call: Call) -> Reply:
    """React; doing it twice answers 200 with the one that was there."""
    content = call.body.get("content")
    if content not in REACTIONS:
        raise invalid("Reaction", "content")
    made, is_new = call.site.verbs.react(_reactions(call), call.actor, content)
    body = issue_bodies.reaction(call.site.world, made)
    return Reply(status=201 if is_new else 200, body=body)


@routes.add("DELETE", _ISSUE + _REACTION, *_WRITE)
@routes.add("DELETE", _COMMENT + _REACTION, *_WRITE)
async def delete_reaction(call: Call) -> Reply:
    """Take a reaction back."""
    reactions = _reactions(call)
    for reaction in reactions:
        if reaction.id == int(call.param("reaction_id")):
            reactions.remove(reaction)
            return Reply(status=204)
    raise not_found()
