"""The revisions of the tables."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

import bot.db.engine
from bot.db.engine import newest_revision


def test_file_with_the_highest_number_is_the_newest_revision() -> None:
    config = Config()
    folder = Path(bot.db.engine.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))

    assert newest_revision() == ScriptDirectory.from_config(config).get_current_head()
