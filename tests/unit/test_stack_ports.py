"""Sockets that listen before anything is started."""

from contextlib import closing
from pathlib import Path

import pytest

from service.stack.children import StackError
from service.stack.ports import free_listener, free_port, is_free, port_of
from service.stack.stack import StackOptions, open_listeners

HOST = "127.0.0.1"


async def test_a_taken_port_is_named_and_the_other_is_given_back(tmp_path: Path) -> None:
    wanted = free_port()
    with closing(free_listener(HOST)) as taken:
        options = StackOptions(data=tmp_path, port=wanted, sites_port=port_of(taken))
        with pytest.raises(StackError, match=f"port {port_of(taken)} .* is taken.*--sites-port PORT"):
            await open_listeners(options)
        assert is_free(HOST, wanted)


async def test_ports_that_are_held_are_taken_for_all_others(tmp_path: Path) -> None:
    held = await open_listeners(StackOptions(data=tmp_path, port=0, sites_port=0))
    assert port_of(held.api) != port_of(held.sites)
    for listener in held:
        assert not is_free(HOST, port_of(listener))
        listener.close()
