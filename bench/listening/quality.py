"""Word error rate, real-time factor and memory over recordings: generated ones, or any folder somebody has."""

import os
import time
from collections.abc import Sequence
from typing import Any

from ai.word_errors import word_error_rate
from bench.listening.corpora import Clip, long_file
from bench.listening.ground import Ground, peer_of
from bench.listening.memory import watched
from bench.listening.sizes import Sizes

GROWTH_MB = 150

Figures = dict[str, Any]


async def quality(ground: Ground, sizes: Sizes) -> Figures:
    """Over generated speech."""
    return await over(ground, ground.clips(sizes.quality_clips, seed=4))


async def over(ground: Ground, heard: Sequence[Clip]) -> Figures:
    """Ours, one recording after another as jobs, and bare faster-whisper with the same options."""
    texts = []
    async with watched(os.getpid(), but=ground.peer.pid) as peak:
        began = time.monotonic()
        for clip in heard:
            _, output = await ground.transcribed(clip)
            texts.append(output["text"])
        took = time.monotonic() - began
    reply = await ground.peer.hear(
        "one_by_one", [clip.path for clip in heard], beam_size=5, condition_on_previous_text=False
    )
    bare = [" ".join(text for _, _, text in segments) for segments in reply["segments"]]
    seconds = sum(clip.seconds for clip in heard)
    return {
        "recordings": len(heard),
        "seconds of sound": round(seconds, 1),
        "ours": {
            "word error rate %": error_rate(heard, texts),
            "real-time factor": round(took / seconds, 4),
            "peak MB, all processes": round(peak.all_mb),
        },
        "bare": {
            "word error rate %": error_rate(heard, bare),
            "real-time factor": round(reply["seconds"] / seconds, 4),
            "peak MB": round(reply["peak_mb"]),
        },
    }


def error_rate(heard: Sequence[Clip], texts: Sequence[str]) -> float | None:
    """Over those whose text is known; None where that is none."""
    pairs = [(clip.text, text) for clip, text in zip(heard, texts, strict=True) if clip.text is not None]
    return round(100 * word_error_rate(pairs), 2) if pairs else None


async def flat_memory(ground: Ground, sizes: Sizes) -> Figures:
    """The peak of all our processes for a very long file over that for a short one; bare, MB for a second."""
    parts = ground.clips(sizes.clips, seed=1)
    long = long_file(ground.folder / f"long-{sizes.long_s:.0f}.ogg", parts, sizes.long_s)
    short = long_file(ground.folder / f"short-{sizes.short_s:.0f}.ogg", parts, sizes.short_s)
    middle = long_file(ground.folder / f"middle-{sizes.bare_long_s:.0f}.ogg", parts, sizes.bare_long_s)
    figures: Figures = {"goal": "growth of 150 MB or less"}
    peaks = []
    for clip in (short, short, long):  # the first loads the model
        await ground.file(clip.path)
        async with watched(os.getpid(), but=ground.peer.pid) as peak:
            await ground.transcribed(clip, beam_size=1, language="en")
        peaks.append(peak)
    for name, clip, peak in (("short", short, peaks[1]), ("long", long, peaks[2])):
        figures[name] = {
            "seconds of sound": round(clip.seconds),
            "peak MB": round(peak.all_mb),
            "of it anonymous": round(peak.anonymous_mb),
        }
    figures["growth MB"] = round(peaks[2].all_mb - peaks[1].all_mb, 1)
    figures["growth MB, anonymous"] = round(peaks[2].anonymous_mb - peaks[1].anonymous_mb, 1)
    figures["met"] = figures["growth MB"] <= GROWTH_MB
    figures["bare"] = await _bare_memory(ground, short, middle)
    return figures


async def _bare_memory(ground: Ground, short: Clip, long: Clip) -> Figures:
    """The peak of a process only rises, so this one is fresh, and the shorter file goes first."""
    async with peer_of(ground.weights, ground.threads) as peer:
        first, second = [
            await peer.hear("one_by_one", [clip.path], beam_size=1, language="en") for clip in (short, long)
        ]
    growth = second["peak_mb"] - first["peak_mb"]
    return {
        "short s": round(short.seconds),
        "long s": round(long.seconds),
        "growth MB": round(growth, 1),
        "MB for a second of sound": round(growth / max(1.0, long.seconds - short.seconds), 3),
    }
