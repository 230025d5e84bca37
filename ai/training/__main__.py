"""`python -m ai.training all`: the demo model from nothing. A stage can be run alone, stopped, and gone on with.

- speech: sentences, synthesized and kept as log-mels under DATA (needs espeak-ng and flite; uses festival too)
- train: needs torch and numpy alone, and what `speech` left under DATA; uses a GPU where there is one
- export: the checkpoint as a folder that faster-whisper loads, under OUT/model
- evaluate: that folder and the bundled one on the same held-out sets; writes OUT/evaluation.json and a README
"""

import argparse
import os
import sys
from pathlib import Path

from ai.training.stages import STAGES, Job

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "demo-model"
QUICK = {"hours": 0.7, "minutes": 0.7, "eval_clips": 2}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m ai.training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", choices=["all", *STAGES], nargs="?", default="all")
    parser.add_argument("--out", type=Path, default=OUT, help="the new model, its checkpoint and its evaluation")
    parser.add_argument("--data", type=Path, help="the speech; OUT/data where it is left out")
    parser.add_argument("--hours", type=float, default=20.0, help="of speech to learn from, about")
    parser.add_argument("--minutes", type=float, default=90.0, help="of training, over all starts")
    parser.add_argument("--steps", type=int, help="of training, in place of the minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--loaders", type=int, default=1, help="processes that make batches; 8 for a GPU")
    parser.add_argument("--scale", type=float, default=1.0, help="of the batches; 4 for a GPU")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--encoder-layers", type=int, default=3)
    parser.add_argument("--decoder-layers", type=int, default=2)
    parser.add_argument("--eval-clips", type=int, default=80, help="in each held-out set")
    parser.add_argument("--quick", action="store_true", help="two minutes in all; the model will be bad")
    options = parser.parse_args()
    if options.quick:
        for name, value in QUICK.items():
            setattr(options, name, value)
        print("--quick: every stage for real, on far too little; this model will be bad", file=sys.stderr)
    options.data = options.data or options.out / "data"
    job = Job(**vars(options) | {"stage": None})
    for name in STAGES if options.stage == "all" else [options.stage]:
        print(f"== {name}", flush=True)
        STAGES[name](job)


if __name__ == "__main__":
    main()
