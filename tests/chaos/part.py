"""`python -m tests.chaos.part COMMAND`: the server's commands with the campaign's sabotage in the process."""

from service.__main__ import app
from tests.chaos import sabotage

if __name__ == "__main__":
    import jobs.guard  # noqa: F401  (what is wrapped must be loaded before the clock is turned)

    sabotage.install()
    app()
