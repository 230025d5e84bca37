"""`*` among a worker's queues: those that kinds of one's own ask for, and that nobody can name in advance."""

import json
import subprocess
import sys
from importlib.metadata import entry_points

from jobs.settings import QUEUES, Settings

PATIENCE_S = 60.0


def with_others(settings: Settings) -> Settings:
    """The settings with every queue named. Kinds are looked at by another process: none of their code is in ours.

    Kinds that cannot be imported have no queue here: the worker that is to run them says why.
    """
    if not settings.others_too or not (settings.kind_modules or entry_points(group="turnspit.kinds")):
        return settings
    asked = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "jobs.others", *settings.kind_modules],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if asked.returncode != 0:
        return settings
    named = settings.queue_names
    own = set(json.loads(asked.stdout.splitlines()[-1])) - {*QUEUES, *named}
    return settings.model_copy(update={"queues": ",".join([*named, *sorted(own)])})


if __name__ == "__main__":
    from jobs.kind import Kind
    from jobs.registry import discover

    print(json.dumps([kind.queue for kind in discover(sys.argv[1:]).values() if isinstance(kind, Kind)]))
