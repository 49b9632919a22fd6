"""What the operator chose for every run, and the model that follows from it."""

from dataclasses import dataclass

from pydantic import SecretStr

from bot import cost
from runner.spec import Budget, ModelSpec, Person, Price

TIME_IS_UP = "the time limit was reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDefaults:
    """What the operator chose for every run; times in minutes, sizes in megabytes."""

    git_url: str
    model: str
    triage_model: str
    anthropic_url: str
    anthropic_key: SecretStr
    author: Person
    bot_user_id: int
    budget: Budget
    max_clone_mb: int
    has_sandbox: bool
    lease_s: float


def model_spec(defaults: RunDefaults, chosen: str | None) -> ModelSpec:
    """Return the model of a run with its prices; raise `InvalidRequest` for an unknown one."""
    name = model_name(defaults, chosen)
    triage = defaults.triage_model or cost.newest("haiku")
    return ModelSpec(
        name=name,
        triage_name=triage,
        base_url=defaults.anthropic_url,
        api_key=defaults.anthropic_key,
        price=price_of(name),
        triage_price=price_of(triage),
    )


def model_name(defaults: RunDefaults, chosen: str | None) -> str:
    """Return the name of the model: chosen, the operator's, or the newest."""
    return chosen or defaults.model or cost.newest("sonnet")


def price_of(model: str) -> Price:
    """Return the dated price of *model* in the form that travels to the machine."""
    price = cost.price(model)
    return Price(
        input=price.input,
        output=price.output,
        cache_write_5m=price.cache_write_5m,
        cache_write_1h=price.cache_write_1h,
        cache_read=price.cache_read,
    )
