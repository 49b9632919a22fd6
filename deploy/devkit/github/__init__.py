"""GitHub on one loopback port: REST, git over smart HTTP, webhooks and pages to look at."""

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
