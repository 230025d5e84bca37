"""Servers of the chaos tests' own, since they are killed and stopped."""

import asyncio
from collections.abc import Iterator

import pytest

from service.stack.postgres import Postgres
from service.stack.redis_server import RedisServer
from tests.conftest import prepare_database


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("fragile-postgres"))
    asyncio.run(prepare_database(server))
    yield server
    asyncio.run(server.stop())


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("fragile-redis"))
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())
