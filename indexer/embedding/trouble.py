"""What can go wrong with embeddings.

What a caller hears of is `EmbeddingsUnavailable` and `EmbeddingsRefused`. ``Trouble`` is what one
request ran into, and what may be got over::

    Trouble
    ├── Down          no answer, or the server's own fault
    │   ├── TimedOut  not in time
    │   ├── Busy      slow down (429)
    │   └── Unusable  an answer, but not the embeddings
    ├── Unclear       another 4xx: the request's fault, or one text's
    └── TooLarge      too many tokens or inputs
"""

from bot.errors import CadenceError, Unavailable


class EmbeddingsUnavailable(Unavailable):
    """The embeddings endpoint does not answer; the same texts may be embedded later."""


class EmbeddingsRefused(CadenceError):
    """The embeddings endpoint will not do it: key, model or dimensions are wrong."""


class Trouble(Exception):
    """Something that asking again, or asking for less, may get over."""


class Down(Trouble):
    """The endpoint did not answer, or could not."""


class TimedOut(Down):
    """The endpoint did not answer in time."""


class Unusable(Down):
    """The endpoint answered with something that is not the embeddings of the texts."""


class Busy(Down):
    """The endpoint wants us to slow down, until *retry_after_s* are over if it says so."""

    def __init__(self, message: str, *, retry_after_s: float | None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unclear(Trouble):
    """The endpoint says no; the request or a text in it may be to blame."""


class TooLarge(Trouble):
    """Too much in one request; *tokens* and *inputs* are the limits where the endpoint names them.

    *tokens* is for one input.
    """

    def __init__(self, message: str, *, tokens: int | None, inputs: int | None) -> None:
        super().__init__(message)
        self.tokens = tokens
        self.inputs = inputs
