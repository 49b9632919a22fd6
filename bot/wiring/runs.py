"""What runs are made of, by the settings: defaults, limits, patience, the store, the publisher."""

from bot.blobs import Blobs
from bot.github.app import GitHubApp
from bot.github.values import AppInfo
from bot.life.following import Patience
from bot.life.keeping import Keeping
from bot.life.run_defaults import RunDefaults
from bot.life.supervisor import Limits
from bot.machine import Guest, Place
from bot.publisher import Publisher
from bot.publishing.work_diff import WorkDiffs
from bot.settings import Settings, child_environment
from bot.texts import pull_body
from bot.texts.receipt import size_words
from runner.redact import Redactor
from runner.spec import Budget, Person


def author_of(me: AppInfo) -> Person:
    """Return whose commits the agents' are: the App's."""
    return Person(
        name=me.bot_login, email=f"{me.bot_user_id}+{me.bot_login}@users.noreply.github.com"
    )


def defaults_of(settings: Settings, me: AppInfo, author: Person) -> RunDefaults:
    """Return what the operator chose for every run."""
    return RunDefaults(
        git_url=settings.github_url,
        model=settings.model,
        triage_model=settings.triage_model,
        anthropic_url=settings.anthropic_base_url,
        anthropic_key=settings.anthropic_api_key,
        author=author,
        bot_user_id=me.bot_user_id,
        budget=Budget(
            steps=settings.max_steps,
            usd=settings.max_usd,
            soft_minutes=settings.soft_minutes,
            hard_minutes=settings.hard_minutes,
        ),
        max_clone_mb=settings.max_clone_mb,
        has_sandbox=not settings.no_sandbox,
        lease_s=settings.lease_s,
    )


def limits_of(settings: Settings) -> Limits:
    """Return how much runs at once, for how long, and how often again."""
    return Limits(
        per_installation=settings.agents_per_installation,
        hard_minutes=settings.hard_minutes,
        lease_s=settings.lease_s,
        max_runs=settings.max_runs,
        executor_silent_s=settings.executor_silent_s,
    )


def patience_of(settings: Settings) -> Patience:
    """Return how long silence and pauses may last."""
    return Patience(
        lease_s=settings.lease_s,
        sleep_after_s=settings.sleep_after_s,
        park_after_s=settings.park_after_s,
    )


def sizes_of(settings: Settings) -> dict[str, str]:
    """Return how large the machines of a place are, in words for people."""
    guest = Guest(
        cpu_kind=settings.fly_cpu_kind, cpus=settings.fly_cpus, memory_mb=settings.fly_memory_mb
    )
    return {Place.FLY: size_words(guest)}


def publisher_of(
    settings: Settings, github: GitHubApp, redactor: Redactor, author: Person
) -> Publisher:
    """Return what brings branches and pull requests to GitHub."""
    return Publisher(
        github,
        settings.data_dir / "mirrors",
        redactor,
        settings.clone_url,
        author=author,
        places=pull_body.Places(
            base_url=settings.base_url, web_url=settings.github_url, sizes=sizes_of(settings)
        ),
        environment=child_environment(),
    )


def work_diffs_of(
    settings: Settings, github: GitHubApp, redactor: Redactor, keeping: Keeping
) -> WorkDiffs:
    """Return what shows the changes of agents at work."""
    return WorkDiffs(
        keeping,
        Blobs.of(settings),
        settings.data_dir / "mirrors",
        github,
        redactor,
        settings.clone_url,
        environment=child_environment(),
    )
