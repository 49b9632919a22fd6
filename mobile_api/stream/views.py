"""What stands in the events of streams."""

from mobile_api.agents.news import Kind, News
from mobile_api.wire import Moment, Wire


class Hello(Wire):
    """The first event of a stream of everything."""

    now: Moment


class Notice(Wire):
    """Something that the person will want to know."""

    kind: Kind
    agent_id: str
    text: str


def notice(news: News) -> Notice:
    """Return *news* as it is sent."""
    return Notice(kind=news.kind, agent_id=news.agent_id, text=news.text)
