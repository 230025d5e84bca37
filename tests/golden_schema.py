"""The schema that the migrations make, as text: `python -m tests.golden_schema` writes migrations/schema.sql."""

import asyncio
import re
import subprocess
import tempfile
from pathlib import Path

import asyncpg

import migrations
from jobs.store.database import migrate
from service.stack.postgres import Postgres
from service.stack.postgres_folder import binaries

GOLDEN = Path(migrations.__file__).with_name("schema.sql")
_NOISE = re.compile(r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*|)$")


def dump(url: str) -> str:
    """What pg_dump says of a database's schema, without comments and session settings."""
    program = [str(binaries() / "pg_dump"), "--schema-only", "--no-owner", "--dbname", url]
    text = subprocess.run(program, check=True, capture_output=True, text=True).stdout
    return "\n".join(line for line in text.splitlines() if not _NOISE.match(line)) + "\n"


async def build() -> str:
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(Path(folder))
        conn = await asyncpg.connect(await server.start())
        try:
            await migrate(conn)
        finally:
            await conn.close()
        text = await asyncio.to_thread(dump, server.url)
        await server.stop()
    return text


if __name__ == "__main__":
    GOLDEN.write_text(asyncio.run(build()))
