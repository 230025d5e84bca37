"""The tree of commands, and the options that stand before them."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from turnspit.cli import artifacts, jobs, lists, plugins, run_kind, site, transcribe
from turnspit.cli.session import Exit, Settings, say
from turnspit.version import __version__

GLOBAL_OPTIONS = ("--url", "--api-key")


def run(arguments: Sequence[str]) -> None:
    """Run one command line; exits with its code."""
    app = build()
    word = first_word(arguments)
    if word not in client_commands(app) and not plugins.add_to(app) and word in plugins.SERVER_COMMANDS:
        say(plugins.how_to_get(word))
        sys.exit(Exit.ERROR)
    app(args=list(arguments), prog_name="turnspit")


def build() -> typer.Typer:
    """The client's own commands."""
    app = typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Hand over AI work, watch its true progress, pick up the result.\n\n"
        "Results go to stdout, progress to stderr. Exit codes: 0 ok, 1 error, 2 usage, 3 job failed, "
        "4 authentication, 5 job canceled, 6 out of time, 130 interrupted (the job goes on).",
    )
    app.callback()(global_options)
    app.command("transcribe")(transcribe.transcribe)
    app.command("site")(site.site)
    app.command("run", context_settings=run_kind.CONTEXT, help=run_kind.HELP)(run_kind.run)
    app.add_typer(_jobs(), name="jobs")
    app.command("kinds")(lists.kinds)
    app.command("queues")(lists.queues)
    app.command("workers")(lists.workers)
    return app


def print_version(asked: bool) -> None:
    """What --version does."""
    if asked:
        typer.echo(f"turnspit {__version__}")
        raise typer.Exit


def global_options(
    ctx: typer.Context,
    url: Annotated[
        str | None,
        typer.Option(help="The server's address [env: TURNSPIT_URL; default: http://127.0.0.1:8000]"),
    ] = None,
    api_key: Annotated[str | None, typer.Option(help="The key to send [env: TURNSPIT_API_KEY]")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Remember where the server is."""
    given = ctx.obj if isinstance(ctx.obj, Settings) else Settings()
    ctx.obj = Settings(url or given.url, api_key or given.api_key, given.transport)


def first_word(arguments: Sequence[str]) -> str | None:
    """The command that `arguments` name: the first word that is neither an option nor its value."""
    words = iter(arguments)
    for word in words:
        if word in GLOBAL_OPTIONS:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None


def client_commands(app: typer.Typer) -> set[str]:
    """The names of the commands that need no server distribution."""
    groups = {group.name for group in app.registered_groups}
    commands = {command.name for command in app.registered_commands}
    return {name for name in groups | commands if isinstance(name, str)}


def _jobs() -> typer.Typer:
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, show, watch, cancel and retry jobs.")
    app.command("ls")(jobs.ls)
    app.command("show")(jobs.show)
    app.command("watch")(jobs.watch)
    app.command("logs")(jobs.logs)
    app.command("events")(jobs.events)
    app.command("result")(jobs.result)
    app.command("cancel")(jobs.cancel)
    app.command("retry")(jobs.retry)
    app.command("artifacts")(artifacts.artifacts)
    app.command("get")(artifacts.get)
    return app
