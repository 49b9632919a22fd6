"""GitHub on one loopback port: REST, git over smart HTTP, webhooks and pages to look at.

In a test::

    async with GitHubStandIn(root=tmp_path) as github:
        app = github.app(hook_url="http://127.0.0.1:8000/webhooks")
        await github.repository("acme/widgets", files={"README.md": "# Widgets"})
        github.grant("acme/widgets", "dana", "write")
        github.install("acme")
        github.open_issue("acme/widgets", "dana", "Bug", "@cadence fix this")
        await github.settled()  # every webhook was delivered

What runs git is awaited, the rest are plain calls. From another process the same verbs are
``POST /_devkit/<verb>`` with their arguments as JSON; ``python -m deploy.devkit.github`` serves.
"""

from deploy.devkit.github.faults import Fault
from deploy.devkit.github.records import (
    Account,
    App,
    AppCredentials,
    Comment,
    Delivery,
    Exchange,
    Installation,
    Issue,
    PullRequest,
    Reaction,
    Repository,
)
from deploy.devkit.github.standin import GitHubStandIn

__all__ = [
    "Account",
    "App",
    "AppCredentials",
    "Comment",
    "Delivery",
    "Exchange",
    "Fault",
    "GitHubStandIn",
    "Installation",
    "Issue",
    "PullRequest",
    "Reaction",
    "Repository",
]
