"""The server's commands: up, demo, api, worker, migrate, doctor, models. Settings are read here."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from jobs.settings import Settings

DataFolder = Annotated[Path, typer.Option("--data", help="Folder for everything the stack keeps.")]
Port = Annotated[int, typer.Option(help="Port of the API; 0 takes any free one.")]


def add_to(app: typer.Typer) -> None:
    """Add the server's commands to the `turnspit` script (entry point group `turnspit.commands`)."""
    for command in (up, demo, api, worker, migrate, doctor):
        app.command()(command)
    models = typer.Typer(help="The Whisper models on this machine.", no_args_is_help=True)
    models.command("ls")(list_models)
    models.command("pull")(pull_model)
    app.add_typer(models, name="models")


def up(
    *,
    port: Port = 8000,
    sites_port: Annotated[int, typer.Option(help="Port that published websites are served on.")] = 8001,
    data: DataFolder = Path(".turnspit"),
    host: Annotated[str | None, typer.Option(help="Address to bind; others than loopback need keys.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="How many of each pair of workers.")] = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Start no worker.")] = False,
) -> None:
    """Start everything on this machine: Postgres, Redis, API and workers. Ctrl-C stops it all."""
    from service.local import StackOptions, run_stack

    settings = _settings()
    given = settings.model_fields_set
    options = StackOptions(
        data=data,
        host=host or settings.host,
        port=port,
        sites_port=sites_port,
        workers=workers,
        no_worker=no_worker,
        database_url=settings.database_url.get_secret_value() if "database_url" in given else None,
        redis_url=settings.redis_url.get_secret_value() if "redis_url" in given else None,
        storage_url=settings.storage_url if "storage_url" in given else None,
    )
    raise typer.Exit(asyncio.run(run_stack(options)))


def demo(data: DataFolder = Path(".turnspit/demo")) -> None:
    """Start the stack, turn a bundled voice note into a website, show it, and stop."""
    from service.demo import run_demo

    raise typer.Exit(asyncio.run(run_demo(data)))


def api(
    host: Annotated[str | None, typer.Option(help="Address to bind (TURNSPIT_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    sites_port: Annotated[
        int | None, typer.Option(help="Port to serve published websites on; none by default.")
    ] = None,
) -> None:
    """Serve the HTTP API and, on a port of their own, published websites."""
    import uvloop

    from service.serve import serve

    settings = _settings()
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    raise typer.Exit(uvloop.run(serve(settings.model_copy(update=given), sites_port)))


def worker(
    queues: Annotated[
        str | None, typer.Option(help="Queues to serve, comma-separated; '*': those of your kinds. All by default.")
    ] = None,
    slots: Annotated[int | None, typer.Option(min=1, help="Jobs of each queue at once.")] = None,
) -> None:
    """Run jobs, under a guard that starts a new worker when one is lost."""
    import uvloop

    from jobs.guard import guard
    from jobs.others import with_others

    settings = _settings()
    given = {name: value for name, value in (("queues", queues), ("slots", slots)) if value is not None}
    uvloop.run(guard(with_others(settings.model_copy(update=given))))


def migrate() -> None:
    """Bring the database up to date; safe to run twice and from several machines."""
    applied = asyncio.run(_migrate(_settings().database_url.get_secret_value()))
    typer.echo("\n".join(f"applied {name}" for name in applied) or "up to date")


def doctor(data: DataFolder = Path(".turnspit")) -> None:
    """Say what is here, what is missing, and how to mend it."""
    from service.checkup.doctor import run_doctor

    raise typer.Exit(asyncio.run(run_doctor(_settings(), data)))


def list_models() -> None:
    """List the known models: which are here, and which one jobs would use (*)."""
    from service.model_list import model_list

    typer.echo("\n".join(model_list(_settings().whisper_model)))


def pull_model(name: Annotated[str, typer.Argument(help="As `small`; `turnspit models ls` names them.")]) -> None:
    """Fetch a model from the Hugging Face hub into its usual cache."""
    from ai.pull import ModelUnavailable, pull

    try:
        weights = pull(name)
    except ModelUnavailable as error:
        _fail(str(error))
    typer.echo(weights.folder)


async def _migrate(url: str) -> list[str]:
    import asyncpg

    from jobs.store.database import AWAY
    from jobs.store.database import migrate as apply

    try:
        conn = await asyncpg.connect(url, timeout=10)
    except (*AWAY, asyncpg.PostgresError) as error:
        _fail(f"The database does not answer ({error}). Is TURNSPIT_DATABASE_URL right?")
    try:
        return await apply(conn)
    finally:
        await conn.close()


def _settings() -> "Settings":
    """Read here and not above: the client's commands share this script and must start fast."""
    from pydantic import ValidationError

    from jobs.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        wrong = ", ".join(f"TURNSPIT_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        _fail(f"A setting is wrong. {wrong}")


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
