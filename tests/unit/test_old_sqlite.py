import time

from sqlalchemy import create_engine, text

from bot.db.old_sqlite import teach_subsec


def test_every_connection_knows_the_time_in_milliseconds() -> None:
    teach_subsec()
    engine = create_engine("sqlite://")

    with engine.connect() as connection:
        told = connection.execute(text("SELECT unixepoch('subsec') * 1000")).scalar()
    engine.dispose()

    assert told is not None
    assert abs(told - time.time() * 1000) < 60_000
