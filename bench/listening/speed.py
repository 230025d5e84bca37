"""Questions of speed and sameness: one long file, the same segments, many short clips at once; bare beside each."""

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from bench.listening.corpora import Clip, long_file
from bench.listening.ground import WINDOW_S, Ground
from bench.listening.sizes import Sizes

SAME_S = 0.011  # times are kept to a hundredth
OPTIONS = {"condition_on_previous_text": False}  # as the service hears unless it is asked otherwise
EXAMPLES = 20
UNEXPLAINED = "not explained"
RATIO = 0.95
ALONE, BEAM = 1.4, 5  # times one at a time, at this beam

Segments = list[tuple[float, float, str]]
Figures = dict[str, Any]


async def long_speed(ground: Ground, sizes: Sizes) -> Figures:
    """Speed of one long file: seconds from the submission to the end beside those of a call of `transcribe`."""
    parts = ground.clips(sizes.clips, seed=1)
    clip = long_file(ground.folder / f"speed-{sizes.speed_s:.0f}.ogg", parts, sizes.speed_s)
    figures: Figures = {"goal": "ratio 0.95 or more", "seconds of sound": round(clip.seconds, 1)}
    for beam in sizes.beams:
        ours, bare = [], []
        for number in range(-sizes.warm_up, sizes.rounds):
            took, _ = await ground.transcribed(clip, beam_size=beam, language="en")
            reply = await ground.peer.hear("one_by_one", [clip.path], beam_size=beam, language="en", **OPTIONS)
            if number >= 0:
                ours.append(took)
                bare.append(reply["seconds"])
        figures[f"beam {beam}"] = compared(ours, bare)
    return figures | {"met": all(figures[f"beam {beam}"]["ratio"] >= RATIO for beam in sizes.beams)}


def compared(ours: Sequence[float], bare: Sequence[float]) -> Figures:
    """Medians of seconds, and the ratio of speeds: above 1 we are faster."""
    us, them = statistics.median(ours), statistics.median(bare)
    return {"ours s": round(us, 3), "bare s": round(them, 3), "ratio": round(them / us, 3)}


async def same_segments(ground: Ground, sizes: Sizes) -> Figures:
    """Whether segments are what bare faster-whisper gives for clean speech with equal options."""
    heard = ground.clips(sizes.equal_clips, seed=2)
    long = long_file(ground.folder / f"equal-{sizes.speed_s:.0f}.ogg", heard, sizes.speed_s)
    different = []
    total = 0
    for clip in [*heard, long]:
        _, output = await ground.transcribed(clip, language="en")
        reply = await ground.peer.hear("one_by_one", [clip.path], beam_size=5, language="en", **OPTIONS)
        ours = [(s["start"], s["end"], s["text"]) for s in output["segments"]]
        theirs: Segments = [(start, end, text) for start, end, text in reply["segments"][0]]
        total += len(theirs)
        different += [{"file": clip.path.name, **pair} for pair in differences(ours, theirs, clip.seconds)]
    reasons = Counter(pair["why"] for pair in different)
    return {
        "goal": "the same, each difference explained",
        "files": len(heard) + 1,
        "segments": total,
        "different": dict(reasons),
        "examples": [pair for why in reasons for pair in different if pair["why"] == why][:EXAMPLES],
        "met": not reasons[UNEXPLAINED],
    }


def differences(ours: Segments, theirs: Segments, seconds: float) -> list[Figures]:
    """Segments that have no equal on the other side, in order, and why; times may differ by a rounding."""
    found = []
    texts = [[text for _, _, text in side] for side in (ours, theirs)]
    for tag, a, b, c, d in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        pairs = [([us], [them]) for us, them in zip(ours[a:b], theirs[c:d], strict=False)]
        for us, them in pairs if tag == "equal" else [(ours[a:b], theirs[c:d])]:
            if not same(us, them):
                found.append({"why": reason(us, them, seconds), "ours": us, "bare": them})
    return found


def same(ours: Segments, theirs: Segments) -> bool:
    return [text for _, _, text in ours] == [text for _, _, text in theirs] and all(
        abs(us[0] - them[0]) <= SAME_S and abs(us[1] - them[1]) <= SAME_S
        for us, them in zip(ours, theirs, strict=True)
    )


def reason(ours: Segments, theirs: Segments, seconds: float) -> str:
    """One of those that docs/decisions/0021 names and the tests of the window loop prove."""
    if same(ours, [(min(start, seconds), min(end, seconds), text) for start, end, text in theirs]):
        return "our times end with the recording"
    return "each of our windows is scaled by itself" if seconds > WINDOW_S else UNEXPLAINED


async def many_clips(ground: Ground, sizes: Sizes) -> Figures:
    """Short clips as so many jobs, beside every way to run them with bare faster-whisper in one process."""
    heard = ground.clips(sizes.clips, seed=3)
    for clip in heard:
        await ground.file(clip.path)
    figures: Figures = {
        "goal": "1 or more times the best way, 1.4 times one at a time at beam 5",
        "clips": len(heard),
        "seconds of sound": round(sum(clip.seconds for clip in heard), 1),
    }
    for beam in sizes.beams:
        times: dict[str, list[float]] = {}
        for number in range(-sizes.warm_up, sizes.rounds):
            took = await at_once(ground, heard, beam)
            ways = await bare_ways(ground, heard, beam)
            if number >= 0:
                for name, seconds in {"ours": took, **ways}.items():
                    times.setdefault(name, []).append(seconds)
        figures[f"beam {beam}"] = ranked({name: statistics.median(values) for name, values in times.items()})
    beams = [figures[f"beam {beam}"] for beam in sizes.beams]
    alone = beams[0]["times one at a time"] >= ALONE or sizes.beams[0] != BEAM
    return figures | {"met": alone and all(found["times the best"] >= 1.0 for found in beams)}


async def at_once(ground: Ground, heard: Sequence[Clip], beam: int) -> float:
    began = time.monotonic()
    for job in await ground.submit_all(heard, beam_size=beam, language="en"):
        await ground.output(job)
    return time.monotonic() - began


async def bare_ways(ground: Ground, heard: Sequence[Clip], beam: int) -> dict[str, float]:
    """Seconds of each way."""
    files = [clip.path for clip in heard]
    options = {"beam_size": beam, "language": "en", **OPTIONS}
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        "one at a time": ("one_by_one", options),
        f"{ground.threads} workers of one thread": ("in_threads", options),
        "batched pipeline, 8": ("batched", {**options, "batch_size": 8}),
        "batched pipeline, 16": ("batched", {**options, "batch_size": 16}),
    }
    return {
        name: float((await ground.peer.hear(way, files, **told))["seconds"]) for name, (way, told) in ways.items()
    }


def ranked(seconds: dict[str, float]) -> Figures:
    bare = {name: value for name, value in seconds.items() if name != "ours"}
    best = min(bare, key=lambda name: bare[name])
    return {
        "s": {name: round(value, 3) for name, value in seconds.items()},
        "best bare way": best,
        "times the best": round(bare[best] / seconds["ours"], 3),
        "times one at a time": round(bare["one at a time"] / seconds["ours"], 3),
    }
