"""How much of everything: for a result that is kept, for a model that takes its time, and for a smoke test."""

from dataclasses import dataclass, replace

RANDOM = "random-"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Durations ending in _s are seconds; those of files, of sound."""

    rounds: int = 5
    warm_up: int = 1
    beams: tuple[int, ...] = (5, 1)
    clips: int = 32
    sentences: tuple[int, int] = (1, 3)
    short_s: float = 600.0
    long_s: float = 36_000.0
    busy_s: float = 1800.0
    bare_long_s: float = 3600.0
    speed_s: float = 600.0
    equal_clips: int = 40
    quality_clips: int = 60
    trials: int = 10
    cancels: int = 60
    cancel_within_s: float = 2.0
    after_s: float = 2.0
    progress_files: int = 10
    progress_s: tuple[float, float] = (720.0, 3600.0)
    lag_s: float = 60.0
    patience_s: float = 60.0
    upload_mb: int = 64


FULL = Sizes()
SLOW = replace(
    FULL, rounds=1, warm_up=0, speed_s=150.0, trials=3, cancels=12, progress_s=(120.0, 300.0)
)  # a window takes seconds, and with every other number there would be hours of them
QUICK = Sizes(
    rounds=1,
    warm_up=0,
    beams=(1,),
    clips=2,
    sentences=(1, 1),
    short_s=6.0,
    long_s=30.0,
    busy_s=30.0,
    bare_long_s=12.0,
    speed_s=10.0,
    equal_clips=1,
    quality_clips=2,
    trials=1,
    cancels=2,
    cancel_within_s=0.1,
    after_s=0.2,
    progress_files=1,
    progress_s=(30.0, 30.0),
    lag_s=0.8,
    upload_mb=2,
)


def sizes_of(model: str) -> Sizes:
    return SLOW if model.startswith(RANDOM) else FULL
