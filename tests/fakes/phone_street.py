"""Agents as a person would have them on a good day, for the screens' tests and pictures."""

from datetime import UTC, datetime, timedelta

from tests.fakes.phone_api import PhoneApi

_PATCH = """@@ -41,9 +41,14 @@ def sign_in(request: Request) -> Response:
     session = sessions.load(request.cookies.get("session"))
-    if session is None:
-        return redirect("/login?next=" + request.path)
+    # A page that needs no session must not send people back to itself.
+    if session is None and request.path != LOGIN_PATH:
+        return redirect(login_url(next_path=request.path))
     return proceed(request, session)
{blank}
+
+def login_url(next_path: str, limit: int = 512) -> str:
+    \"\"\"Return where to sign in, and to come back from.\"\"\"
+    return f"{LOGIN_PATH}?{urlencode({'next': next_path[:limit]})}"
"""
_PATCH = _PATCH.replace("{blank}", " ")
_SCRIPT = """@@ -1,4 +1,5 @@
 import { expect, test } from "vitest";
-test("redirects", () => {
+// The loop only showed when the page itself was asked for.
+test("redirects once", async () => {
   const answer = await open("/login", { retries: 3 });
   expect(answer.status).toBe(200);
"""


def a_good_day() -> PhoneApi:
    """Return an API with a handful of agents in different states."""
    api = PhoneApi()
    names = ("cadence-backend", "cadence-web", "payments-api", "cadence-mobile")
    api.repos = [
        {"id": n, "fullName": f"acme/{name}", "private": True, "defaultBranch": "main"}
        for n, name in enumerate(names, 1)
    ]
    api.add(
        "Add retry logic to the webhook sender",
        repoName="acme/cadence-backend",
        status="completed",
        phase="publishing",
        progress=100,
        completedAt=datetime.now(UTC).isoformat(),
        metadata={
            "prUrl": "https://github.example/acme/cadence-backend/pull/58",
            "prNumber": 58,
            "estimatedCost": 0.64,
            "filesChanged": 4,
            "linesAdded": 92,
            "linesRemoved": 17,
        },
    )
    api.add(
        "Make the nightly import finish before six",
        repoName="acme/payments-api",
        status="failed",
        phase="verifying",
        progress=80,
        reason="The tests failed before and after the change; the work is on the branch.",
        completedAt=datetime.now(UTC).isoformat(),
        metadata={"estimatedCost": 1.12, "filesChanged": 2},
    )
    api.add(
        "Upgrade the Expo SDK",
        repoName="acme/cadence-mobile",
        status="paused",
        phase="working",
        progress=35,
        metadata={"estimatedCost": 0.30},
    )
    api.add(
        "Move the audit log to its own table",
        repoName="acme/cadence-backend",
        status="running",
        phase="working",
        progress=55,
        question={
            "id": "q1",
            "text": "Should old entries be copied to the new table, or left where they are?",
            "options": ["Copy them", "Leave them"],
        },
        metadata={"estimatedCost": 0.47, "filesChanged": 5},
    )
    agent = api.add(
        "Fix the login redirect loop",
        repoName="acme/cadence-web",
        status="running",
        phase="verifying",
        progress=72,
        taskDescription="Opening /login without a session redirects to itself for ever.\n"
        "Please fix it and add a test.",
        plan=[
            {"text": "Reproduce the loop in a test", "done": True},
            {"text": "Leave the sign-in page out of the redirect", "done": True},
            {"text": "Run the whole suite", "done": False},
            {"text": "Write the change down", "done": False},
        ],
        metadata={"estimatedCost": 0.21, "filesChanged": 2, "linesAdded": 11, "linesRemoved": 4},
    )
    _work(api, agent["id"])
    api.devices = [
        {"id": "a", "device": "iPhone, Safari", "lastSeenAt": _ago(2), "current": True},
        {"id": "b", "device": "Linux, Firefox", "lastSeenAt": _ago(190), "current": False},
    ]
    return api


def _work(api: PhoneApi, agent_id: str) -> None:
    files = [
        {"path": "web/sessions.py", "status": "modified", "additions": 8, "deletions": 2},
        {"path": "web/login.test.ts", "status": "modified", "additions": 2, "deletions": 1},
    ]
    patches = (_PATCH, _SCRIPT)
    shown = [file | {"patch": patch} for file, patch in zip(files, patches, strict=True)]
    note = "not pushed yet: as it was after step 3"
    api.diffs[agent_id] = {"files": shown, "truncated": False, "note": note}
    steps: list[tuple[str, dict[str, object]]] = [
        ("created", {"by": "dana"}),
        ("phase", {"phase": "cloning"}),
        ("phase", {"phase": "verifying"}),
        ("verification", _check("baseline", "passed", 0, "128 passed in 9.31s")),
        ("phase", {"phase": "working"}),
        ("text", {"text": "I will look at where the redirect is decided, then write a test."}),
        ("tool_call", {"name": "grep", "input": {"pattern": "redirect\\(", "path": "web"}}),
        ("tool_result", {"isError": False, "seconds": 0.2, "output": "web/sessions.py:43"}),
        ("usage", {"step": 3, "costUsd": 0.031, "totalCostUsd": 0.09}),
        ("tool_call", {"name": "edit", "input": {"file_path": "web/sessions.py"}}),
        ("tool_result", {"isError": False, "seconds": 0.1, "output": ""}),
        ("tool_call", {"name": "bash", "input": {"command": "pytest -q web/tests"}}),
        ("tool_result", {"isError": True, "seconds": 4.2, "output": "1 failed, 31 passed"}),
        ("message", {"by": "dana", "text": "keep the old query parameter, please"}),
        ("commit", {"sha": "51b04214a4f", "subject": "Leave the sign-in page out of the redirect"}),
        ("phase", {"phase": "verifying"}),
        ("verification", _check("final", "passed", 0, "130 passed in 9.40s")),
    ]
    start = datetime.now(UTC) - timedelta(minutes=4)
    api.logs[agent_id] = [
        {
            "seq": n,
            "kind": kind,
            "at": (start + timedelta(seconds=11 * n)).isoformat(),
            "data": data,
        }
        for n, (kind, data) in enumerate(steps, 1)
    ]


def _check(stage: str, outcome: str, code: int, tail: str) -> dict[str, object]:
    return {
        "stage": stage,
        "outcome": outcome,
        "command": "python -m pytest -q",
        "exitCode": code,
        "outputTail": tail,
    }


def _ago(minutes: int) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
