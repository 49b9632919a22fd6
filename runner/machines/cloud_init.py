"""The first words to a new server: ``deploy/cloud-init.yaml``, filled in."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from bot.errors import BadSettings

# In a checkout below deploy, in an installation beside this module.
_PLACES = (Path(__file__).parents[2] / "deploy", Path(__file__).parent)
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(?:/[A-Za-z0-9._~/-]*)?")
# What pip takes, without what systemd's files of variables read as quotes.
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ @:/,=<>~!+%?&#;()\[\]{}-]*[A-Za-z0-9)\]}]")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+!-]*")
# What a shell or systemd means is in capitals, or without braces.
_NAME = re.compile(r"\$\{([a-z_]+)\}")
_SSH_RULE = "tcp dport 22 ct state new limit rate 30/minute accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstWords:
    """What a new server is told.

    *package* is what pip installs: a name, which gets the *version*, or an address, in which
    ``{version}`` stands for it.
    """

    coordinator_url: str
    token: SecretStr
    package: str
    version: str
    has_ssh: bool = False


def render(words: FirstWords) -> str:
    """Return the user data for a server; raise `BadSettings` when it would not work.

    Values are put into the parsed document, so that none of them can end a line or a string.
    """
    if not _URL.fullmatch(words.coordinator_url):
        raise BadSettings(f"a server cannot reach the coordinator at {words.coordinator_url!r}")
    if not _PACKAGE.fullmatch(words.package) or not _VERSION.fullmatch(words.version):
        raise BadSettings("set CADENCE_VPS_PACKAGE to what pip is to install on a server")
    values = {
        "coordinator_url": words.coordinator_url,
        "token": words.token.get_secret_value(),
        "package": words.package,
        "version": words.version,
        "keeps_ssh": "yes" if words.has_ssh else "no",
        "ssh_rule": _SSH_RULE if words.has_ssh else "# no key was given: nobody may come in",
        "unit": unit(),
    }
    document = _filled(yaml.safe_load(_file("cloud-init.yaml")), values)
    return "#cloud-config\n" + yaml.safe_dump(document, sort_keys=False, width=1000)


def unit() -> str:
    """Return the systemd unit of the daemon."""
    return _file("cadence-daemon.service")


def _file(name: str) -> str:
    for place in _PLACES:
        if (place / name).exists():
            return (place / name).read_text()
    raise BadSettings(f"deploy/{name} is missing from this installation")


def _filled(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, str):
        return _NAME.sub(lambda match: values[match[1]], value)
    if isinstance(value, list):
        return [_filled(one, values) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, values) for name, one in value.items()}
    return value
