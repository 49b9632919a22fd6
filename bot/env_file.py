"""The operator's ``.env``: values written so that they are read back, for nobody else's eyes."""

import os
import tempfile
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bot.errors import BadSettings

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Put *values* into the file at *path*, which only its owner may then read.

    A key that is there already gets the new value in its place; all other lines stay as they are.
    The file is whole at every moment. Raise `BadSettings` when a value could not be read back, or
    the file cannot be written.
    """
    try:
        path = path.resolve()
        old = path.read_text() if path.exists() else ""
        new = merged(old, values)
        _replace(path, new)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path} cannot be written: {error}") from error


def merged(old: str, values: Mapping[str, str]) -> str:
    """Return the text *old* with *values* in it; raise `BadSettings` for what cannot be quoted."""
    waiting = dict(values)
    lines: list[str] = []
    for binding in parse_stream(StringIO(old)):
        text = binding.original.string
        if binding.key in values:
            # Written where it stood first; a second line of the same key would win, so it goes.
            text = _line(binding.key, waiting.pop(binding.key)) if binding.key in waiting else ""
        lines.append(text)
    text = "".join(lines)
    if text and not text.endswith("\n"):
        text += "\n"
    text += "".join(_line(key, value) for key, value in waiting.items())
    read_back = dotenv_values(stream=StringIO(text))
    for key, value in values.items():
        if read_back.get(key) != value:
            raise BadSettings(f"the value of {key} cannot be kept in a .env file")
    return text


def _line(key: str, value: str) -> str:
    quoted = "".join(_ESCAPES.get(character, character) for character in value)
    return f'{key}="{quoted}"\n'


def _replace(path: Path, text: str) -> None:
    # `mkstemp` makes the file with mode 600, so that it is never open to others, not even empty.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
