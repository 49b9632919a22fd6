"""What `cadence setup` leaves behind in .env."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import env_file, settings
from bot.errors import BadSettings

PEM = "-----BEGIN TEST KEY-----\nabc+/=\ndef\n-----END TEST KEY-----\n"


def test_key_of_many_lines_is_read_back_by_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_PRIVATE_KEY", "GITHUB_APP_ID", "GITHUB_PRIVATE_KEY_PATH"):
        monkeypatch.delenv(name, raising=False)

    env_file.write(tmp_path / ".env", {"GITHUB_PRIVATE_KEY": PEM, "GITHUB_APP_ID": "7"})

    read = settings.load()
    assert (read.private_key_pem, read.app_id) == (PEM, 7)


def test_file_is_readable_for_its_owner_only_even_if_it_was_open_before(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.write_text("A=1\n")
    old.chmod(0o644)

    for path in (new, old):
        env_file.write(path, {"B": "2"})

        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_other_lines_stay_and_known_keys_change_in_place(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# ours\nexport A=old # was\n\nMULTI='x\ny'\nB = keep\nA=older")

    env_file.write(path, {"A": "new", "C": "3"})

    assert path.read_text() == '# ours\nA="new"\n\nMULTI=\'x\ny\'\nB = keep\nC="3"\n'


def test_no_second_file_is_left_behind(tmp_path: Path) -> None:
    env_file.write(tmp_path / ".env", {"A": "1"})

    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_linked_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("A=1\n")
    (tmp_path / ".env").symlink_to(tmp_path / "real")

    env_file.write(tmp_path / ".env", {"A": "2"})

    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "real").read_text() == 'A="2"\n'


def test_directory_that_is_not_there_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot be written"):
        env_file.write(tmp_path / "gone" / ".env", {"A": "1"})


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40))
def test_value_comes_back_as_it_was_or_is_refused(value: str) -> None:
    try:
        text = env_file.merged("", {"KEY": value})
    except BadSettings:
        assert "${" in value or "\r" in value or not value.isprintable()
        return
    assert text.count("\n") == 1


def test_variable_in_a_value_is_refused_and_not_filled_in() -> None:
    with pytest.raises(BadSettings, match="KEY cannot be kept"):
        env_file.merged("", {"KEY": "a${HOME}b"})
