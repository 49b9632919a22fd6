"""REST: issues, labels and assignees."""

from typing import Any

from deploy.devkit.github import issue_bodies
from deploy.devkit.github.errors import Refused, invalid, not_found
from deploy.devkit.github.records import Issue, Label
from deploy.devkit.github.rest import Call, Reply, Routes

routes = Routes()
_READ = ("issues:read", "pull_requests:read")
_WRITE = ("issues:write", "pull_requests:write")
_ISSUES = "/repos/{owner}/{repo}/issues"
_ISSUE = _ISSUES + r"/{number:\d+}"
MAX_BODY = 65_536


def find_issue(call: Call) -> Issue:
    """Return the issue in the path; raise 404 if there is none and 410 if it was deleted."""
    item = call.repo.issues.get(int(call.param("number")))
    if item is None:
        raise not_found()
    if item.is_deleted:
        raise Refused(410, "This issue was deleted")
    return item


def checked_body(resource: str, value: Any) -> str:
    """Return the text of an issue or a comment; raise 422 for what GitHub does not take."""
    if not isinstance(value, str):
        raise invalid(resource, "body", "missing_field")
    if len(value) > MAX_BODY:
        raise invalid(
            resource, "body", "custom", f"body is too long (maximum is {MAX_BODY} characters)"
        )
    return value


def _names(values: Any) -> list[str]:
    return [each["name"] if isinstance(each, dict) else str(each) for each in values or ()]


def _reply(call: Call, item: Issue, status: int = 200) -> Reply:
    return Reply(status=status, body=issue_bodies.issue(call.site.world, call.repo, item))


@routes.add("GET", _ISSUES, "issues:read")
async def list_issues(call: Call) -> Reply:
    """Return issues and pull requests, newest first."""
    state, wanted = call.query("state", "open"), set(filter(None, call.query("labels").split(",")))
    found = [
        item
        for item in sorted(call.repo.issues.values(), key=lambda each: -each.number)
        if not item.is_deleted
        and state in ("all", item.state)
        and wanted <= {label.name for label in item.labels}
    ]
    return call.page(found, lambda item: issue_bodies.issue(call.site.world, call.repo, item))


@routes.add("POST", _ISSUES, "issues:write")
async def create_issue(call: Call) -> Reply:
    """File an issue."""
    if not call.repo.has_issues:
        raise Refused(410, "Issues are disabled for this repo")
    title, body = call.body.get("title"), call.body.get("body")
    if title in (None, ""):
        raise invalid("Issue", "title", "missing_field")
    item = call.site.verbs.open_issue(
        call.repo,
        call.actor,
        title=str(title),
        body=None if body is None else checked_body("Issue", body),
        labels=_names(call.body.get("labels")),
        assignees=call.body.get("assignees") or (),
        via=call.identity.via,
    )
    return _reply(call, item, 201)


@routes.add("GET", _ISSUE, *_READ)
async def get_issue(call: Call) -> Reply:
    """Return one issue."""
    return _reply(call, find_issue(call))


@routes.add("PATCH", _ISSUE, *_WRITE)
async def update_issue(call: Call) -> Reply:
    """Change title, body, state, labels or assignees."""
    item, repo, verbs, sent = find_issue(call), call.repo, call.site.verbs, call.body
    body = sent.get("body")
    verbs.edit_issue(
        repo,
        item,
        call.actor,
        title=sent.get("title"),
        body=None if body is None else checked_body("Issue", body),
    )
    if "labels" in sent:
        _set_labels(call, item, _names(sent["labels"]))
    if "assignees" in sent:
        gone = [each.login for each in item.assignees if each.login not in sent["assignees"]]
        verbs.unassign(repo, item, call.actor, gone)
        verbs.assign(repo, item, call.actor, sent["assignees"])
    if sent.get("state") is not None:
        if sent["state"] not in ("open", "closed"):
            raise invalid("Issue", "state")
        reason = sent.get("state_reason")
        verbs.set_state(repo, item, call.actor, state=sent["state"], reason=reason)
    return _reply(call, item)


def _set_labels(call: Call, item: Issue, names: list[str]) -> None:
    wanted = {name.lower() for name in names}
    for label in [each for each in item.labels if each.name.lower() not in wanted]:
        call.site.verbs.remove_label(call.repo, item, call.actor, label.name)
    call.site.verbs.add_labels(call.repo, item, call.actor, names)


def _labels(call: Call, labels: list[Label]) -> Reply:
    return Reply(body=[issue_bodies.label(call.site.world, call.repo, each) for each in labels])


@routes.add("GET", _ISSUE + "/labels", *_READ)
async def list_issue_labels(call: Call) -> Reply:
    """Return the labels of an issue."""
    return _labels(call, find_issue(call).labels)


@routes.add("POST", _ISSUE + "/labels", *_WRITE)
async def add_labels(call: Call) -> Reply:
    """Put labels on an issue; unknown ones are made."""
    item = find_issue(call)
    call.site.verbs.add_labels(call.repo, item, call.actor, _names(call.body.get("labels")))
    return _labels(call, item.labels)


@routes.add("DELETE", _ISSUE + "/labels/{name}", *_WRITE)
async def remove_label(call: Call) -> Reply:
    """Take a label off an issue."""
    item = find_issue(call)
    if not call.site.verbs.remove_label(call.repo, item, call.actor, call.param("name")):
        raise Refused(404, "Label does not exist")
    return _labels(call, item.labels)


@routes.add("GET", "/repos/{owner}/{repo}/labels", *_READ)
async def list_labels(call: Call) -> Reply:
    """Return the labels of a repository."""
    labels = list(call.repo.labels.values())
    return call.page(labels, lambda each: issue_bodies.label(call.site.world, call.repo, each))


@routes.add("POST", "/repos/{owner}/{repo}/labels", "issues:write")
async def create_label(call: Call) -> Reply:
    """Make a label."""
    name = str(call.body.get("name") or "")
    if not name:
        raise invalid("Label", "name", "missing_field")
    if name.lower() in call.repo.labels:
        raise invalid("Label", "name", "already_exists")
    label = call.site.world.label(call.repo, name)
    label.color = call.body.get("color") or label.color
    label.description = call.body.get("description")
    body = issue_bodies.label(call.site.world, call.repo, label)
    return Reply(status=201, body=body)


@routes.add("POST", _ISSUE + "/assignees", *_WRITE)
async def add_assignees(call: Call) -> Reply:
    """Assign people."""
    item = find_issue(call)
    call.site.verbs.assign(call.repo, item, call.actor, call.body.get("assignees") or ())
    return _reply(call, item, 201)


@routes.add("DELETE", _ISSUE + "/assignees", *_WRITE)
async def remove_assignees(call: Call) -> Reply:
    """Take people off an issue."""
    item = find_issue(call)
    call.site.verbs.unassign(call.repo, item, call.actor, call.body.get("assignees") or ())
    return _reply(call, item)
