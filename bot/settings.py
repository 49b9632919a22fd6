"""The operator's settings: the only reader of the environment and of ``.env``.

Each setting is named in `docs/operations.md`. Values are frozen; secrets are `SecretStr` and never
print themselves.
"""

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import BadSettings

# What a child process of ours may see of our environment: nothing that holds a key.
_CHILD_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE")


class Settings(BaseSettings):
    """Everything that an operator can choose."""

    model_config = SettingsConfigDict(
        env_file=".env", env_prefix="CADENCE_", extra="ignore", frozen=True, populate_by_name=True
    )

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 3000
    public_url: str = ""
    webhook_path: str = "/webhooks/github"
    data_dir: Path = Path("data")
    database_url: str = Field("", validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: str = "info"

    github_url: str = Field(
        "https://github.com", validation_alias=AliasChoices("GITHUB_URL", "github_url")
    )
    github_api_url: str = Field(
        "https://api.github.com", validation_alias=AliasChoices("GITHUB_API_URL", "github_api_url")
    )
    app_id: int = Field(0, validation_alias=AliasChoices("GITHUB_APP_ID", "app_id"))
    app_slug: str = Field("cadence", validation_alias=AliasChoices("GITHUB_APP_SLUG", "app_slug"))
    private_key: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("GITHUB_PRIVATE_KEY", "private_key")
    )
    private_key_path: Path | None = Field(
        None, validation_alias=AliasChoices("GITHUB_PRIVATE_KEY_PATH", "private_key_path")
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("GITHUB_WEBHOOK_SECRET", "webhook_secret")
    )
    client_id: str = Field("", validation_alias=AliasChoices("GITHUB_CLIENT_ID", "client_id"))
    client_secret: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("GITHUB_CLIENT_SECRET", "client_secret")
    )
    trusted_bots: Annotated[tuple[int, ...], NoDecode] = ()

    anthropic_api_key: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("ANTHROPIC_API_KEY", "anthropic_api_key")
    )
    anthropic_base_url: str = Field(
        "https://api.anthropic.com",
        validation_alias=AliasChoices("ANTHROPIC_BASE_URL", "anthropic_base_url"),
    )
    openai_api_key: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key")
    )
    openai_base_url: str = Field(
        "https://api.openai.com/v1",
        validation_alias=AliasChoices("OPENAI_BASE_URL", "openai_base_url"),
    )
    embeddings_url: str = ""
    embeddings_key: SecretStr = SecretStr("")
    embeddings_model: str = "text-embedding-3-small"
    embeddings_dimensions: Annotated[int, Field(ge=0, le=4096)] = 0
    index_dir: Path | None = Field(
        None, validation_alias=AliasChoices("CADENCE_INDEX_DIR", "CADENCE_BENCH_STATE", "index_dir")
    )
    index_workers: Annotated[int, Field(ge=0, le=64)] = 2
    index_max_files: Annotated[int, Field(ge=1)] = 250_000
    index_max_mb: Annotated[int, Field(ge=1)] = 512
    index_memory_mb: Annotated[int, Field(ge=16)] = 512
    stt: Literal["auto", "openai", "deepgram", "local", "off"] = "auto"
    stt_url: str = ""
    stt_key: SecretStr = SecretStr("")
    stt_model: str = ""
    deepgram_api_key: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("DEEPGRAM_API_KEY", "deepgram_api_key")
    )
    deepgram_url: str = "https://api.deepgram.com"
    model: str = ""
    triage_model: str = ""

    agents_per_installation: Annotated[int, Field(ge=1, le=100)] = 2
    max_steps: Annotated[int, Field(ge=1)] = 120
    max_usd: Annotated[float, Field(gt=0)] = 3.0
    soft_minutes: Annotated[float, Field(gt=0)] = 45.0
    hard_minutes: Annotated[float, Field(gt=0)] = 55.0
    lease_s: Annotated[float, Field(gt=0)] = 30.0
    executor_silent_s: Annotated[float, Field(gt=0)] = 30.0
    max_runs: Annotated[int, Field(ge=1)] = 3
    max_clone_mb: Annotated[int, Field(ge=1)] = 2_000
    sleep_after_s: Annotated[float, Field(ge=0)] = 5.0
    park_after_s: Annotated[float, Field(ge=0)] = 1800.0
    place: Literal["auto", "local", "fly", "vps"] = "auto"
    plans: Literal["off", "on"] = "off"
    free_agents: Annotated[int, Field(ge=0)] = 5
    fly_token: SecretStr = SecretStr("")
    fly_url: str = "https://api.machines.dev/v1"
    fly_org: str = "personal"
    fly_app_prefix: str = "cadence-runners"
    fly_regions: Annotated[tuple[str, ...], NoDecode] = ()
    fly_image: str = ""
    fly_cpu_kind: Literal["shared", "performance"] = "shared"
    fly_cpus: Annotated[int, Field(ge=1, le=16)] = 2
    fly_memory_mb: Annotated[int, Field(ge=256)] = 4096
    fly_usd_per_hour: Annotated[float, Field(ge=0)] = 0.0
    fly_rootfs_gb: Annotated[float, Field(ge=0)] = 2.0
    pool_warm: Annotated[int, Field(ge=0)] = 1
    pool_most: Annotated[int, Field(ge=0)] = 10
    pool_asleep: Annotated[int, Field(ge=0)] = 0
    hetzner_token: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("HCLOUD_TOKEN", "hetzner_token")
    )
    hetzner_url: str = "https://api.hetzner.cloud/v1"
    vps_package: str = ""
    vps_kind: str = "cx23"
    vps_image: str = "debian-12"
    vps_locations: Annotated[tuple[str, ...], NoDecode] = ("fsn1", "nbg1", "hel1")
    vps_ssh_key: str = ""
    vps_boot_s: Annotated[float, Field(gt=0)] = 600.0
    vps_usd_rate: Annotated[float, Field(ge=0)] = 0.0
    store_url: str = ""
    store_endpoint: str = ""
    store_region: str = ""
    store_access_key: str = ""
    store_secret_key: SecretStr = SecretStr("")
    runner_program: str = "runner.agent"
    no_sandbox: bool = False
    secret_key: SecretStr = SecretStr("")
    credential_keys: SecretStr = SecretStr("")
    push_contact: str = ""
    push_key: SecretStr = SecretStr("")
    push_hosts: Annotated[tuple[str, ...], NoDecode] = (
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    )
    push_loopback: bool = False
    proxies: Annotated[int, Field(ge=0, le=10)] = 0
    delivery_days: Annotated[int, Field(ge=1)] = 7
    history_days: Annotated[int, Field(ge=1)] = 30

    @field_validator("trusted_bots", mode="before")
    @classmethod
    def _split_numbers(cls, value: object) -> object:
        return tuple(int(n) for n in value.split(",") if n) if isinstance(value, str) else value

    @field_validator("fly_regions", "vps_locations", "push_hosts", mode="before")
    @classmethod
    def _split_words(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(word.strip() for word in value.split(",") if word.strip())

    @field_validator("github_url", "github_api_url", "anthropic_base_url", "openai_base_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @cached_property
    def private_key_pem(self) -> str:
        """The App's private key, from the setting or its file; empty when there is none."""
        if self.private_key_path is not None:
            return self.private_key_path.read_text()
        return self.private_key.get_secret_value().replace("\\n", "\n")

    @cached_property
    def server_key(self) -> SecretStr:
        """The key that run tokens are made with; made once and kept when none is set."""
        if self.secret_key.get_secret_value():
            return self.secret_key
        path = self.data_dir / "server.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
        return SecretStr(path.read_text().strip())

    @property
    def database(self) -> str:
        """The database as a URL; SQLite in the data directory when none is set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'cadence.sqlite3'}"

    @property
    def store(self) -> str:
        """Where checkpoints and bundles are kept; a folder in the data directory by default."""
        return self.store_url or (self.data_dir.resolve() / "store").as_uri()

    def clone_url(self, full_name: str) -> str:
        """Return whence git fetches the repository."""
        return f"{self.github_url}/{full_name}.git"

    @property
    def folder_indexes(self) -> Path:
        """Where indexes of plain folders are: made again when they are deleted."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return self.index_dir or cache / "cadence" / "index"

    @property
    def embeds(self) -> bool:
        """Whether there is somebody to ask for embeddings: a key, or a server of one's own."""
        return bool(self.embeddings_url or self.embeddings_secret)

    @property
    def embeddings_secret(self) -> str:
        """The key for embeddings: its own, or the one for OpenAI when it goes to OpenAI."""
        own = self.embeddings_key.get_secret_value()
        return own or ("" if self.embeddings_url else self.openai_api_key.get_secret_value())

    @property
    def hears(self) -> tuple[str, ...]:
        """Who transcribes recordings, the first choice first; nobody when it is off."""
        if self.stt != "auto":
            return () if self.stt == "off" else (self.stt,)
        openai = ("openai",) if self.stt_url or self.stt_secret else ()
        return (*openai, "deepgram") if self.deepgram_api_key.get_secret_value() else openai

    @property
    def stt_secret(self) -> str:
        """The key for transcription: its own, or the one for OpenAI when it goes to OpenAI."""
        own = self.stt_key.get_secret_value()
        return own or ("" if self.stt_url else self.openai_api_key.get_secret_value())

    @property
    def base_url(self) -> str:
        """Where people and machines reach us, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def push_address(self) -> str:
        """Where push services reach the operator: a mailto: or https: address, else empty."""
        address = self.push_contact or self.public_url
        is_real = address.startswith(("mailto:", "https://")) and "localhost" not in address
        return address if is_real else ""

    @property
    def _credential_parts(self) -> list[str]:
        return [part.strip() for part in self.credential_keys.get_secret_value().split(",")]

    @property
    def secret_values(self) -> tuple[str, ...]:
        """Every secret value that we know, for redaction."""
        values = (
            self.private_key_pem,
            self.webhook_secret.get_secret_value(),
            self.client_secret.get_secret_value(),
            self.anthropic_api_key.get_secret_value(),
            self.openai_api_key.get_secret_value(),
            self.embeddings_key.get_secret_value(),
            self.stt_key.get_secret_value(),
            self.deepgram_api_key.get_secret_value(),
            self.store_secret_key.get_secret_value(),
            self.fly_token.get_secret_value(),
            self.hetzner_token.get_secret_value(),
            self.server_key.get_secret_value(),
            self.push_key.get_secret_value(),
            *(part.partition(":")[2] for part in self._credential_parts),
        )
        return tuple(v for v in values if v)


def load(**overrides: object) -> Settings:
    """Read the settings; raise `BadSettings` with one line per wrong value."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise BadSettings("; ".join(lines)) from error


def daemon_token() -> str:
    """Return the token of a daemon on this machine, and take it out of our environment."""
    return os.environ.pop("CADENCE_DAEMON_TOKEN", "")


def child_environment() -> dict[str, str]:
    """Return what a child process may see of our environment."""
    return {name: os.environ[name] for name in _CHILD_ENVIRONMENT if name in os.environ}
