"""What can go wrong, named for what happened.

Every message is one sentence that the person who asked may read. The tree::

    CadenceError
    ├── InvalidRequest            the request itself is wrong
    │   ├── BadSettings           the operator's settings do not make sense
    │   └── IllegalTransition     an agent cannot get from here to there
    ├── NotFound                  there is no such thing, or it may not be seen
    ├── PermissionDenied          the person may not do this
    ├── QuotaExceeded             the plan allows no more
    ├── Unavailable               somebody else's service did not answer: try again
    │   ├── RateLimited           it said when to come back
    │   ├── MachineUnavailable    no machine came up in time
    │   └── StorageAway           the database went away in the middle
    ├── GitHubRefused             GitHub said no, and will say no again
    │   ├── InstallationGone      the App is not installed there any more, or suspended
    │   └── RepositoryUnusable    empty, archived, without a default branch, too large
    └── PublishRefused            the work must not leave the machine as it is
        ├── ForbiddenContent      workflow files, secrets, symlinks, submodules, sizes, refs
        └── PushRejected          the branch is protected or moved under us
"""


class CadenceError(Exception):
    """Something that a person can be told about."""


class InvalidRequest(CadenceError):
    """The request itself is wrong."""


class BadSettings(InvalidRequest):
    """The operator's settings do not make sense."""


class IllegalTransition(InvalidRequest):
    """An agent cannot get from its status to the one asked for."""


class NotFound(CadenceError):
    """There is no such thing, or it may not be seen."""


class PermissionDenied(CadenceError):
    """The person may not do this."""


class QuotaExceeded(CadenceError):
    """The plan allows no more."""


class Unavailable(CadenceError):
    """Somebody else's service did not answer; the same call may work later."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StorageAway(Unavailable):
    """The database went away in the middle of something."""


class RateLimited(Unavailable):
    """A service asked us to slow down and said until when."""


class MachineUnavailable(Unavailable):
    """No machine came up in time."""


class GitHubRefused(CadenceError):
    """GitHub said no, and will say no again; *status* is the HTTP status."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class InstallationGone(GitHubRefused):
    """The App is not installed there any more, or is suspended."""


class RepositoryUnusable(GitHubRefused):
    """The repository is empty, archived, too large or has no default branch."""


class PublishRefused(CadenceError):
    """The work must not leave the machine as it is."""


class ForbiddenContent(PublishRefused):
    """The change holds something that Cadence does not publish."""


class PushRejected(PublishRefused):
    """The branch is protected, or moved under us."""
