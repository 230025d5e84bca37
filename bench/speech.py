"""How well, how fast and how fairly is speech written down, beside bare faster-whisper on the same machine?

`python -m bench.speech [--only long-speed,cancels] [--models demo,random-small]`, or `--quick` for a smoke test
that keeps no result. `--audio DIR` measures yours, with the text of the `.txt` beside each where
there is one: `python -m bench.speech --models /models/my-whisper --audio ~/recordings`. A model is `demo`,
`random-SIZE` (a Whisper of that size with random weights, which writes 44 tokens for each window whatever it
hears), or whatever TURNSPIT_WHISPER_MODEL may be.

The service is the whole embedded stack, asked over HTTP; the peer is unmodified faster-whisper in one process, with
the same model, threads and options, in the same rounds. Speech is synthesized where espeak-ng and flite are there.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ai.training.voices import INSTALL
from bench.listening import patience, quality, speed, truth
from bench.listening.corpora import of_folder, synthesizers
from bench.listening.ground import Ground, standing
from bench.listening.sizes import FULL, QUICK, Sizes, sizes_of
from bench.report import save

CACHE = Path.home() / ".cache" / "turnspit-bench" / "speech"
Question = Callable[[Ground, Sizes], Awaitable[dict[str, Any]]]

DEMO, SMALL = "demo", "random-small"
QUESTIONS: dict[str, tuple[Question, tuple[str, ...]]] = {
    "quality": (quality.quality, (DEMO,)),
    "memory": (quality.flat_memory, (DEMO,)),
    "long-speed": (speed.long_speed, (DEMO, SMALL)),
    "same-segments": (speed.same_segments, (DEMO,)),
    "many-clips": (speed.many_clips, (DEMO, SMALL)),
    "beside": (patience.beside, (DEMO, SMALL)),
    "cancels": (patience.cancels, (DEMO, SMALL)),
    "progress": (truth.progress, (DEMO, SMALL)),
    "loop-lag": (truth.loop_lag, (DEMO, SMALL)),
}
"""Each with the models it is asked of unless the command line says others."""


async def measure(
    only: list[str], models: list[str] | None, sizes_of: Callable[[str], Sizes], cache: Path
) -> dict[str, Any]:
    """The figures of every question, by model; one stack for each model."""
    figures: dict[str, Any] = {}
    for model in models or (DEMO, SMALL):
        asked = [name for name in only if models or model in QUESTIONS[name][1]]
        if not asked:
            continue
        sizes = sizes_of(model)
        async with standing(model, cache, sizes) as ground:
            for name in asked:
                began = time.monotonic()
                found = await QUESTIONS[name][0](ground, sizes)
                figures.setdefault(name, {})[model] = found
                took = time.monotonic() - began
                print(f"{name}, {model}, {took:.1f} s: {json.dumps(found)}", file=sys.stderr, flush=True)
    return figures


async def over_folder(models: list[str] | None, folder: Path, cache: Path) -> dict[str, Any]:
    figures = {}
    for model in models or ("auto",):
        async with standing(model, cache, FULL) as ground:
            figures[model] = await quality.over(ground, of_folder(folder))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(QUESTIONS), help=f"of {', '.join(QUESTIONS)}")
    parser.add_argument("--models", help="comma-separated; in place of those that each question has")
    parser.add_argument("--audio", type=Path, help="a folder of recordings; the result is printed, not kept")
    parser.add_argument("--cache", type=Path, default=CACHE, help="for models and sounds that are made")
    parser.add_argument("--rounds", type=int, help="of what is measured by turns")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if not synthesizers():
        print(
            f"no espeak-ng and flite here: the notes of the tests must do; to mend it: {INSTALL}", file=sys.stderr
        )
    models = options.models.split(",") if options.models else None
    if options.audio:
        print(json.dumps(asyncio.run(over_folder(models, options.audio, options.cache)), indent=1))
        return
    only = [name for name in options.only.split(",") if name in QUESTIONS or parser.error(f"unknown: {name}")]
    if options.quick:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(asyncio.run(measure(only, models or [DEMO], lambda _: QUICK, Path(folder))), indent=1))
        return

    def sizes(model: str) -> Sizes:
        return replace(sizes_of(model), **({"rounds": options.rounds} if options.rounds else {}))

    versions = {name: version(name) for name in ("faster-whisper", "ctranslate2")}
    amounts = {model: asdict(sizes(model)) for model in models or (DEMO, SMALL)}
    save("speech", {**versions, "sizes": amounts, **asyncio.run(measure(only, models, sizes, options.cache))})


if __name__ == "__main__":
    main()
