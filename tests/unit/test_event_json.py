"""The short way from an event to its JSON gives what the long one gives."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import AgentEvent, AgentId
from mobile_api.agents.views import event_json, event_view

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), each, max_size=3)
    ),
    max_leaves=8,
)
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])


@given(
    data=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), _JSON, max_size=3),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=_ZONES),  # noqa: DTZ001 - the zone comes with it
)
def test_an_event_is_shown_alike_on_both_ways(data: dict[str, object], at: datetime) -> None:
    event = AgentEvent(agent_id=AgentId("a"), seq=7, kind="log", data=data, at=at)

    long = event_view(event).model_dump_json(by_alias=True)

    assert json.loads(event_json(event)) == json.loads(long)
    assert list(json.loads(event_json(event))) == list(json.loads(long))
