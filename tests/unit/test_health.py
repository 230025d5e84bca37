"""When a host process should make way for a fresh one."""

import pytest

from ai import health
from ai.health import SETTLED, Health, resident_bytes
from ai.serving import HostLimits

MB = 1 << 20


@pytest.fixture
def resident(monkeypatch) -> list[int]:
    """What the system says of the process's memory: the last of these, in bytes."""
    told = [100 * MB]
    monkeypatch.setattr(health, "resident_bytes", lambda: told[-1])
    return told


def after(windows: int, limits: HostLimits, *, empty: bool = False) -> Health:
    told = Health(limits)
    for _ in range(windows):
        told.heard(empty=empty)
    return told


def test_after_its_share_of_windows_it_is_due():
    limits = HostLimits(windows=50)
    assert after(49, limits).complaint() is None
    assert after(50, limits).complaint() == "it has heard 50 windows"


def test_growth_counts_from_when_it_had_settled_and_anew_after_a_load(resident):
    fares = after(SETTLED, HostLimits(grown_bytes=100 * MB))
    resident.append(190 * MB)
    assert fares.complaint() is None
    resident.append(210 * MB)
    assert fares.complaint() == "it has grown by 110 MiB"
    fares.settle()
    assert fares.complaint() is None
    for _ in range(SETTLED):
        fares.heard(empty=False)
    assert fares.complaint() is None
    resident.append(400 * MB)
    assert fares.complaint() == "it has grown by 190 MiB"


def test_deaf_is_who_heard_before_and_hears_nothing_now():
    limits = HostLimits(empty_after=20)
    fares = after(20, limits)
    for _ in range(19):
        fares.heard(empty=True)
    assert fares.complaint() is None
    fares.heard(empty=True)
    assert fares.complaint() == "it hears nothing any more"
    assert after(100, limits, empty=True).complaint() is None, "who never heard anything listens to silence"


def test_the_system_tells_how_much_memory_this_process_has():
    before = resident_bytes()
    held = bytearray(64 * MB)
    assert resident_bytes() - before > 32 * MB
    del held
