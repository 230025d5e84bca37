"""Inside a decoder's process: a whole file into a file of raw float32. It goes when nobody uses it any more."""

import time
from pathlib import Path

import av
import numpy as np

from ai.child import Channel
from ai.decoder import too_long
from ai.errors import InvalidMedia
from ai.losses import Losses
from ai.media import open_media
from ai.pcm import samples_of
from ai.sound import BYTES_PER_S
from ai.transcript import Decoded

REPORT_S = 0.25


def decode(channel: Channel, source: Path, target: Path, max_seconds: float) -> None:
    """Write the samples to `target`; send the seconds done and declared now and then, at last a Decoded."""
    if source.stat().st_size == 0:
        raise InvalidMedia("The file is empty.")
    with source.open("rb") as file, open_media(file) as media, target.open("wb") as out:
        declared = media.container.duration / av.time_base if media.container.duration else None
        losses = Losses(declared, notes=media.notes, doubtful=media.doubtful)
        done, reported = 0, 0.0
        for samples in samples_of(media, losses):
            done += len(samples)
            out.write((np.frombuffer(samples, np.int16).astype(np.float32) / 32768).tobytes())
            if done / BYTES_PER_S > max_seconds:
                raise too_long(max_seconds)
            if time.monotonic() - reported > REPORT_S:
                reported = time.monotonic()
                channel.send((done / BYTES_PER_S, declared))
    if done == 0:
        raise InvalidMedia("The file has an audio track, but there is no sound in it that can be read.")
    seconds = done / BYTES_PER_S
    channel.send(Decoded(target, seconds, declared, losses.packets, losses.warnings(seconds)))
