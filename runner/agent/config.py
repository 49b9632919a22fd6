"""What a repository says about itself in ``.github/cadence.yml`` of its base commit."""

from dataclasses import dataclass
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from runner.egress.policy import is_pattern

PATH = ".github/cadence.yml"
MAX_CHARACTERS = 65_536


def _host(text: str) -> str:
    if not is_pattern(text):
        raise ValueError(f"{text!r} is not a host name or *.suffix")
    return text.lower()


Command = Annotated[str, Field(min_length=1, max_length=2_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class EgressConfig(_Part):
    """Where else commands may go, besides the package registries."""

    allow: tuple[Annotated[str, AfterValidator(_host)], ...] = Field(default=(), max_length=50)


class BudgetConfig(_Part):
    """Where an agent must stop in this repository; never more than the server allows."""

    steps: int | None = Field(default=None, ge=1, le=1_000)
    usd: float | None = Field(default=None, gt=0, le=1_000)
    minutes: float | None = Field(default=None, gt=0, le=600)


class RepositoryConfig(_Part):
    """The settings of one repository; everything has a default."""

    setup: tuple[Command, ...] = Field(default=(), max_length=20)
    verify: Command | None = None
    setup_timeout_minutes: float = Field(default=10.0, gt=0, le=60)
    verify_timeout_minutes: float = Field(default=10.0, gt=0, le=60)
    egress: EgressConfig = EgressConfig()
    budget: BudgetConfig = BudgetConfig()
    instructions: str = Field(default="", max_length=20_000)
    allow_workflows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The settings, and a sentence for each thing in the file that was not understood."""

    config: RepositoryConfig
    warnings: tuple[str, ...] = ()


class _Loader(yaml.SafeLoader):
    """Plain YAML; an alias is refused, since a few of them stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not taken")
        return super().compose_node(parent, index)


def read(text: str | None) -> Reading:
    """Return what the *text* of ``cadence.yml`` says; what is broken is left at its default."""
    if text is None:
        return Reading(config=RepositoryConfig())
    try:
        data = _load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = " ".join(str(error).split())[:200]
        return Reading(
            config=RepositoryConfig(),
            warnings=(f"{PATH} is not read, because it is broken: {problem}.",),
        )
    return _validated(data)


def _load(text: str) -> dict[str, Any]:
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"it is longer than {MAX_CHARACTERS} characters")
    data = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader without aliases
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ValueError("it is not a mapping")  # noqa: TRY004 - caught as what is wrong with it
    if isinstance(data.get("setup"), str):
        data["setup"] = [data["setup"]]
    return {str(name): value for name, value in data.items()}


def _validated(data: dict[str, Any]) -> Reading:
    known = RepositoryConfig.model_fields
    warnings = [f"{PATH} has an unknown key: {name}." for name in sorted(set(data) - set(known))]
    warnings += _unknown_below(data)
    try:
        config = RepositoryConfig.model_validate(data)
    except ValidationError as error:
        bad = {str(problem["loc"][0]): problem for problem in error.errors()}
        for problem in bad.values():
            place = ".".join(str(part) for part in problem["loc"])
            warnings.append(f"{PATH}: {place} is ignored ({problem['msg']}).")
        rest = {name: value for name, value in data.items() if name not in bad}
        config = RepositoryConfig.model_validate(rest)
    return Reading(config=config, warnings=tuple(warnings))


def _unknown_below(data: dict[str, Any]) -> list[str]:
    parts: dict[str, type[BaseModel]] = {"egress": EgressConfig, "budget": BudgetConfig}
    found = []
    for name, part in parts.items():
        inner = data.get(name)
        if isinstance(inner, dict):
            unknown = sorted(str(key) for key in inner if key not in part.model_fields)
            found += [f"{PATH} has an unknown key: {name}.{key}." for key in unknown]
    return found
