"""`python -m service COMMAND`: the server's commands without the client."""

import typer

from service.commands import add_to

app = typer.Typer(add_completion=False, no_args_is_help=True)
add_to(app)

if __name__ == "__main__":
    app()
