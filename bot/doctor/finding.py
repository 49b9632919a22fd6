"""What the doctor found, and what the doctor may know."""

# ruff: noqa: D102 - the properties of `Patient` are the settings, and explained there

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from bot.blobs import StoreSettings


class Level(StrEnum):
    """How bad it is; only *FAIL* keeps an agent from working."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; *remedy* says what to do, if anything."""

    name: str
    ok: Level
    detail: str
    remedy: str = ""


def good(name: str, detail: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(name=name, ok=Level.OK, detail=detail)


def warn(name: str, detail: str, remedy: str) -> Finding:
    """Return a finding that the operator should know of."""
    return Finding(name=name, ok=Level.WARN, detail=detail, remedy=remedy)


def fail(name: str, detail: str, remedy: str) -> Finding:
    """Return a finding that keeps agents from working."""
    return Finding(name=name, ok=Level.FAIL, detail=detail, remedy=remedy)


class Patient(StoreSettings, Protocol):
    """The settings that the doctor looks at."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def public_url(self) -> str: ...
    @property
    def base_url(self) -> str: ...
    @property
    def webhook_path(self) -> str: ...
    @property
    def data_dir(self) -> Path: ...
    @property
    def database(self) -> str: ...
    @property
    def github_url(self) -> str: ...
    @property
    def github_api_url(self) -> str: ...
    @property
    def app_id(self) -> int: ...
    @property
    def app_slug(self) -> str: ...
    @property
    def private_key_pem(self) -> str: ...
    @property
    def webhook_secret(self) -> SecretStr: ...
    @property
    def anthropic_api_key(self) -> SecretStr: ...
    @property
    def anthropic_base_url(self) -> str: ...
    @property
    def openai_api_key(self) -> SecretStr: ...
    @property
    def openai_base_url(self) -> str: ...
    @property
    def deepgram_api_key(self) -> SecretStr: ...
    @property
    def deepgram_url(self) -> str: ...
    @property
    def fly_token(self) -> SecretStr: ...
    @property
    def fly_url(self) -> str: ...
    @property
    def fly_org(self) -> str: ...
    @property
    def hetzner_token(self) -> SecretStr: ...
    @property
    def hetzner_url(self) -> str: ...
    @property
    def no_sandbox(self) -> bool: ...
