"""Inside the model host: the loop that answers requests, one at a time, and keeps its models loaded."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from ai.child import Channel
from ai.errors import AiError
from ai.transcript import Decoded, Done, Progress, Segment, TranscribeOptions

MODELS_KEPT = 2


@dataclass(frozen=True, slots=True)
class Request:
    """Without audio: only load the model, and answer with Loaded once it is there."""

    model: str
    audio: Decoded | None = None
    options: TranscribeOptions | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """The model is in memory; the last reply to a request without audio."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The request cannot be served; the host is well."""

    error: AiError


Reply = Progress | Segment | Done | Loaded | Refused


def serve(channel: Channel) -> None:
    """Answer until the parent hangs up. An error that is not ours ends the process."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # before anything imports the hub's client
    from ai.whisper import Whisper  # noqa: PLC0415  half a second of imports, and only where it is needed

    load = lru_cache(maxsize=MODELS_KEPT)(Whisper)

    def answers(request: Request) -> Iterator[Reply]:
        model = load(request.model)
        if request.audio is None:
            yield Loaded()
        else:
            yield from model.transcribe(request.audio, request.options or TranscribeOptions())

    while (request := _next(channel)) is not None:
        try:
            for answer in answers(request):
                channel.send(answer)
        except AiError as error:
            channel.send(Refused(error))


def _next(channel: Channel) -> Request | None:
    try:
        return cast(Request, channel.receive())
    except EOFError:
        return None
