"""The ``cadence`` command."""

import asyncio
import gc
import json
import re
import sys
import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.later import Later
from bot.errors import CadenceError, InvalidRequest
from bot.settings import Settings, load

_FULL_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}")
app = typer.Typer(
    cls=Later,
    help="Hand a coding task to an agent; get a reviewable pull request back.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
) -> None:
    """Run the coordinator: webhooks, dispatcher, live logs."""
    gc.set_threshold(100_000, 20, 100)  # hardly anything of what is loaded goes away again
    from bot.serve import run

    chosen = {"host": host, "port": port}
    run(load(**{name: value for name, value in chosen.items() if value is not None}))


@app.command()
def setup(
    port: Annotated[int, typer.Option(help="Port of the page on this machine.")] = 3001,
    org: Annotated[str, typer.Option(help="Create the App for this organisation.")] = "",
    public_url: Annotated[str, typer.Option(help="Where GitHub reaches the coordinator.")] = "",
    env: Annotated[Path, typer.Option(help="File to write the credentials to.")] = Path(".env"),
) -> None:
    """Create the GitHub App in the browser and write its credentials to .env."""
    from bot.setup.server import Setup, run

    settings = load()
    chosen = Setup(
        github_url=settings.github_url,
        api_url=settings.github_api_url,
        public_url=public_url or settings.base_url,
        webhook_path=settings.webhook_path,
        env_path=env,
        port=port,
        organisation=org,
    )
    created = asyncio.run(run(chosen, announce=typer.echo))
    typer.echo(f"The App {created.slug} is yours; its credentials are in {env}.")
    typer.echo("Next: install it on a repository, then run `cadence doctor` and `cadence serve`.")


@app.command()
def receive(
    file: Annotated[Path, typer.Argument(help="A recorded delivery, as JSON.", exists=True)],
    event: Annotated[str, typer.Option(help="The event, unless the file name says it.")] = "",
    url: Annotated[str, typer.Option(help="The webhook's address.")] = "",
) -> None:
    """Replay one recorded delivery to the running coordinator."""
    from bot.receive import replay

    settings = load()
    status, body = asyncio.run(
        replay(
            file,
            event=event,
            url=url or f"{settings.base_url}{settings.webhook_path}",
            secret=settings.webhook_secret.get_secret_value(),
            guid=str(uuid.uuid4()),
        )
    )
    typer.echo(f"{status} {body}".strip())
    if status >= 400:
        raise typer.Exit(1)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print findings as JSON.")] = False,
) -> None:
    """Check everything that a run needs, and say what to do about what is wrong."""
    from bot.doctor import examine, show

    findings = asyncio.run(examine(load()))
    if not show(findings, as_json=as_json):
        raise typer.Exit(1)


@app.command()
def redact() -> None:
    """Copy standard input to standard output without its secrets."""
    from runner.redact import filter_stream

    filter_stream(sys.stdin.buffer, sys.stdout.buffer, load().secret_values)


@app.command()
def run(
    repo: Annotated[Path, typer.Option(help="A git repository on this machine.")],
    task: Annotated[str, typer.Option(help="What is to be done.")],
    model: Annotated[str, typer.Option(help="The model; a default when empty.")] = "",
    budget: Annotated[float | None, typer.Option(help="US dollars at most.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line an event.")] = False,
    no_sandbox: Annotated[bool, typer.Option(help="Run commands without a cage.")] = False,
) -> None:
    """Let an agent work on a local repository; its work ends on a branch there."""
    from bot.local_run import run_task

    chosen: dict[str, Any] = {"no_sandbox": no_sandbox} if no_sandbox else {}
    if budget is not None:
        chosen["max_usd"] = budget
    if model:
        chosen["model"] = model
    settings: Settings = load(**chosen)
    _quiet(settings)
    raise typer.Exit(asyncio.run(run_task(settings, repo, task, as_json=as_json)))


@app.command()
def index(
    target: Annotated[str, typer.Argument(help="A folder, or OWNER/REPO.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    embeddings: Annotated[
        bool, typer.Option("--embeddings", help="Send a folder's text for embeddings, too.")
    ] = False,
) -> None:
    """Index a folder or a repository, or bring its index up to date."""
    settings = load()
    _quiet(settings)
    if _is_repository(target):
        from bot.indexing.repository_search import index_repository

        index_repository(settings, target, as_json=as_json)
    else:
        from bot.indexing.folder_search import index_folder

        index_folder(settings, Path(target), as_json=as_json, embeddings=embeddings)


@app.command()
def search(
    target: Annotated[str, typer.Argument(help="A folder, or OWNER/REPO.")],
    query: Annotated[str, typer.Argument(help="What to look for: words, or a whole issue.")] = "",
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many files.")] = 10,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON; without a query, JSON lines in and out.")
    ] = False,
) -> None:
    """Find the files that a text is about; on a folder it needs no server and no key."""
    settings = load()
    _quiet(settings)
    if _is_repository(target):
        from bot.indexing.repository_search import search_repository

        search_repository(settings, target, query, k=k, as_json=as_json)
    else:
        from bot.indexing.folder_search import search_folder

        search_folder(settings, Path(target), query, k=k, as_json=as_json)


bench = typer.Typer(help="Measure on your own code.", no_args_is_help=True)
app.add_typer(bench, name="bench")


@bench.command()
def retrieval(
    repo: Annotated[Path, typer.Option(help="A git repository with a history.", exists=True)],
    queries: Annotated[int, typer.Option(min=1, max=1000, help="Questions at most.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure how well search finds the files that a repository's own fixes changed."""
    from bot.indexing.bench_retrieval import run as measure

    _quiet(load())
    measure(repo, most=queries, as_json=as_json)


def _is_repository(target: str) -> bool:
    """Whether *target* is written like a repository on GitHub and is no folder."""
    if not target.strip():
        raise InvalidRequest("say which folder, or OWNER/REPO")
    return _FULL_NAME.fullmatch(target) is not None and not Path(target).exists()


def _quiet(settings: Settings) -> None:
    """Only warnings, on standard error: standard output is the command's own."""
    from bot.log import configure
    from runner.redact import Redactor

    level = settings.log_level if settings.log_level != "info" else "warning"
    configure(settings.log_format, level, Redactor(settings.secret_values).redact)


def main() -> None:
    """Run the command; a mistake of the user is one line and exit code 2."""
    try:
        app()
    except CadenceError as error:
        if "--json" in sys.argv:
            typer.echo(json.dumps({"error": str(error)}))
        else:
            typer.secho(f"cadence: {error}", err=True, fg=typer.colors.RED)
        sys.exit(2)


if __name__ == "__main__":
    main()
