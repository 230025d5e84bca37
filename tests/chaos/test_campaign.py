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
# A write must hit the moment in which nothing but the missing pillar refuses it: several tries.
CHANCY = {"attempt", "cancel"}
TRIES = 10


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


def violations(mutation: str, seed: int, jobs: int, rate: int, gap_s: int) -> dict[str, Any]:
    """What a campaign finds whose only fault is the one that the missing pillar was for."""
    words = ("--seed", str(seed), "--jobs", str(jobs), "--rate", str(rate), "--gap", str(gap_s), "--still", "10")
    return dict(campaign(*words, "--mutation", mutation, "--only", PROVOKED[mutation][0])[1]["violations"])


def test_without_the_fence_the_campaign_finds_unlawful_histories() -> None:
    assert PROVOKED["fence"][1] in violations("fence", seed=2, jobs=300, rate=25, gap_s=2)


def test_without_the_outbox_the_campaign_finds_jobs_that_never_end() -> None:
    assert PROVOKED["outbox"][1] in violations("outbox", seed=2, jobs=60, rate=25, gap_s=2)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("mutation", sorted(set(MUTATIONS) - {"fence", "outbox"}))
def test_without_any_other_pillar_the_campaign_finds_it(mutation: str) -> None:
    chancy = mutation in CHANCY
    seeds = range(2, 2 + TRIES if chancy else 3)
    tries = (violations(mutation, seed, jobs=400, rate=14 if chancy else 25, gap_s=1) for seed in seeds)
    assert any(PROVOKED[mutation][1] in found for found in tries)
