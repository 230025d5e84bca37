"""The embedded PostgreSQL 18 with pgvector: a foreground child on loopback, from the wheel's binaries."""

import asyncio
import signal
from pathlib import Path

import asyncpg

from service.stack.children import Child, Program, StackError, deadline, fresh_log, last_lines, passed, size
from service.stack.part import Part
from service.stack.ports import free_port
from service.stack.postgres_folder import (
    ENVIRONMENT,
    USER,
    Cluster,
    binaries,
    check_vector,
    clear_leftover,
    ensure_cluster,
)

START_S = 60.0  # recovery after a kill replays the log, which may take a while on a slow disk
POLL_S = 0.01
CONNECT_S = 10.0
DATABASE = "turnspit"
PORT_TRIES = 5
# Durable by default (fsync and synchronous_commit are on); few processes, little memory; loopback TCP only,
# since a socket's path may not be longer than 107 bytes.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",
    "jit": "off",
    "autovacuum_naptime": "10s",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
NOT_YET = (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError)


class Postgres(Part):
    """One PostgreSQL server in `folder`. It can be stopped, or killed, and started again on the same port."""

    stop_signal = signal.SIGINT  # fast shutdown: open transactions are rolled back, all is flushed

    def __init__(self, folder: Path, log: Path | None = None) -> None:
        folder = folder.resolve()
        super().__init__("postgres", log or folder / "postgres.log")
        self._cluster = Cluster(folder, self.log)
        self._port: int | None = None

    @property
    def url(self) -> str:
        """For asyncpg and psql; it holds the password and stays the same over restarts."""
        assert self._port is not None, "start it first"  # noqa: S101
        return self._url(self._port, DATABASE)

    async def start(self) -> str:
        """Start, and return the url once the database answers; StackError with the end of the log if not."""
        log = fresh_log(self.log)
        check_vector()
        await ensure_cluster(self._cluster)
        await clear_leftover(self._cluster)
        for _ in range(PORT_TRIES):
            began_at = size(log)
            if await self._start_on(self._port or free_port()):
                return self.url
            if self._port or "could not bind" not in last_lines(log, began_at):
                break
        raise StackError(f"PostgreSQL did not start:\n{last_lines(log, began_at)}")

    async def _start_on(self, port: int) -> bool:
        """Start on this port and keep it; False when the server ended, or never answered."""
        self._child = child = Child(self._program(port))
        until = deadline(START_S)
        while child.status is None and not passed(until):
            if await answers(self._url(port, DATABASE), self._url(port, "postgres")):
                self._port = port
                return True
            await asyncio.sleep(POLL_S)
        await child.stop(signal.SIGQUIT, self.stop_s)
        return False

    def _program(self, port: int) -> Program:
        settings = {**SETTINGS, "port": port, "cluster_name": self._cluster.mark}
        flags = (word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        return Program(
            (str(binaries() / "postgres"), "-D", str(self._cluster.data), *flags),
            self._cluster.log,
            env=ENVIRONMENT,
            death_signal=signal.SIGQUIT,  # its children end with it, and the next start recovers
            account=self._cluster.account(),
        )

    def _url(self, port: int, database: str) -> str:
        return f"postgresql://{USER}:{self._cluster.password()}@127.0.0.1:{port}/{database}"


async def answers(url: str, maintenance_url: str) -> bool:
    """Does the database answer? It is made when only the server is there."""
    try:
        await (await asyncpg.connect(url, ssl=False, timeout=CONNECT_S)).close()
    except NOT_YET:
        return False
    except asyncpg.InvalidCatalogNameError:
        await create(maintenance_url)
    except asyncpg.InvalidPasswordError as refused:
        raise StackError(f"PostgreSQL refuses the password in its folder: {refused}") from None
    return True


async def create(maintenance_url: str) -> None:
    """Make the database."""
    connection = await asyncpg.connect(maintenance_url, ssl=False, timeout=CONNECT_S)
    try:
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
