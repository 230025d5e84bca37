"""A short campaign of nearly every fault loses nothing; and with a pillar taken away the campaign finds it."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.chaos.sabotage import MUTATIONS
from tests.processes import ROOT

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

# What brings the missing pillar to light, and what is seen then.
PROVOKED = {
    "fence": ("freeze guard", "only lawful transitions"),
    "attempt": ("freeze guard", "no write of a stale attempt"),
    "cancel": ("freeze redis", "no output after canceled"),
    "outbox": ("crash api: committed, not rung", "every job ends once"),
    "rescue": ("kill guard and worker", "every job ends once"),
}
# Found for sure only in a long run: a stale write must hit the moment in which nothing but the fence refuses it.
CHANCY = {"attempt", "cancel"}


def campaign(*words: str) -> tuple[int, dict[str, Any], str]:
    """The status of a campaign, its figures, and what it said."""
    command = [sys.executable, "-m", "tests.chaos.campaign", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=dict(os.environ), check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def test_three_hundred_jobs_survive_one_of_every_fault() -> None:
    status, found, said = campaign("--seed", "7", "--jobs", "330", "--rate", "12", "--gap", "0.5")
    assert found["violations"] == {}, said
    assert status == 0
    assert found["counts"]["jobs"] >= 300
    assert found["counts"]["interrupted attempts"] > 0
    assert found["counts"]["faults"] > 40
    behind, ahead = found["counts"]["clocks of workers off by s"]
    assert behind < -240 < 360 < ahead


def provoke(mutation: str, jobs: int) -> dict[str, Any]:
    fault, _ = PROVOKED[mutation]
    words = ("--seed", "2", "--jobs", str(jobs), "--rate", "25", "--gap", "2", "--still", "10")
    return campaign(*words, "--mutation", mutation, "--only", fault)[1]


def test_without_the_fence_the_campaign_finds_unlawful_histories() -> None:
    assert PROVOKED["fence"][1] in provoke("fence", 300)["violations"]


def test_without_the_outbox_the_campaign_finds_jobs_that_never_end() -> None:
    assert PROVOKED["outbox"][1] in provoke("outbox", 60)["violations"]


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("mutation", sorted(set(MUTATIONS) - {"fence", "outbox"}))
def test_without_any_other_pillar_the_campaign_finds_it(mutation: str) -> None:
    found: dict[str, Any] = {}
    for _ in range(5 if mutation in CHANCY else 1):
        found = provoke(mutation, 400)["violations"]
        if found:
            break
    assert PROVOKED[mutation][1] in found
