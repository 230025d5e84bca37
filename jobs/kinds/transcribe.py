"""Turn speech into text."""

from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from ai import subtitles
from ai.audio import Account, Decoders, Sound
from ai.errors import (
    DecoderLost,
    HostLost,
    InvalidMedia,
    MediaTooLong,
    ModelFailed,
    ModelUnavailable,
    UnsupportedOption,
)
from ai.host import Bookmark, Done, Heard, Loaded, ModelHost, Moved, Segment, TranscribeOptions
from jobs.errors import Interrupted, Permanent, Transient
from jobs.kind import Context, Kind, Retry

TIMEOUT_S = 12 * 3600  # a call of the model that hangs is ended by its host long before
WITHOUT_SPACES = ("zh", "yue", "ja", "th", "lo", "my")  # languages, as faster-whisper has it

_SEGMENTS = TypeAdapter(list[Segment])
_BOOKMARK = TypeAdapter(Bookmark)


class TranscribeInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    file: UUID = Field(description="The id of an uploaded sound or video file.")
    language: str | None = Field(
        default=None,
        pattern="^[a-z]{2,3}$",
        description="A code such as `en`; left out, the model finds the language itself.",
    )
    task: Literal["transcribe", "translate"] = Field(
        default="transcribe", description="`translate` gives English text, whatever was spoken."
    )
    words: bool = Field(default=False, description="Also give the time of every word.")
    vad: bool = Field(default=False, description="Leave out stretches without speech before the model hears them.")
    prompt: str | None = Field(
        default=None, max_length=2000, description="Text that might have come before, to set the style."
    )
    hotwords: str | None = Field(default=None, max_length=1000, description="Names and words to expect.")
    beam_size: int = Field(default=5, ge=1, le=10, description="More finds better text, and takes longer.")
    condition_on_previous_text: bool = Field(
        default=False,
        description="Tell the model the text before each half minute: names stay alike, and mistakes go on.",
    )


class Transcript(BaseModel):
    text: str
    language: str | None
    language_probability: float | None = None
    task: str = "transcribe"
    duration_s: float
    segments: list[Segment]
    model: str


@dataclass
class Progress:
    """What is known of a recording so far: the segments, and where the next window begins."""

    segments: list[Segment]
    mark: Bookmark


async def run(request: TranscribeInput, ctx: Context) -> Transcript:
    so_far = await _restored(ctx)
    options = TranscribeOptions(**request.model_dump(exclude={"file"}))
    async with ctx.file(request.file) as path:
        with _as_job_errors():
            done, account = await _transcribe(path, options, so_far, ctx)
    for warning in [*account.warnings, *done.warnings]:
        ctx.warn(warning)
    transcript = Transcript(
        text=_text(so_far.segments, "en" if request.task == "translate" else done.language),
        language=done.language,
        language_probability=done.language_probability,
        task=request.task,
        duration_s=round(account.seconds, 3),
        segments=so_far.segments,
        model=done.model,
    )
    await _publish(transcript, ctx)
    return transcript


async def _transcribe(
    path: Path, options: TranscribeOptions, so_far: Progress, ctx: Context
) -> tuple[Done, Account]:
    """A host that is being replaced leaves us in the middle; its successor goes on from there."""
    await ctx.progress("opening", message="Opening the recording")
    decoders = ctx.resource("decoders", Decoders)
    while True:
        skip_s = so_far.mark.skip_s(options)
        async with decoders.open(path, skip_s=skip_s) as sound:
            done = await _hear(sound, options, so_far, ctx)
            if done is not None:
                return done, await sound.ended()


async def _hear(sound: Sound, options: TranscribeOptions, so_far: Progress, ctx: Context) -> Done | None:
    """Every window's segments and the bookmark after it are stored before the next one is looked at."""
    host, model = ctx.resource("model-host", ModelHost), ctx.option("whisper_model") or "auto"
    async with aclosing(host.transcribe(sound.pipe, model, options, so_far.mark)) as replies:
        async for reply in replies:
            match reply:
                case Loaded():
                    await _tell(ctx, so_far.mark, sound.declared_s)
                case Heard():
                    if reply.total_s is not None:
                        await sound.ended()  # the pipe of a decoder that died ends too, and means nothing
                    events = [("transcript.segment", _as_json(segment)) for segment in reply.segments]
                    await ctx.checkpoint(asdict(reply.bookmark), *events)
                    so_far.segments += reply.segments
                    so_far.mark = reply.bookmark
                    await _tell(ctx, reply.bookmark, reply.total_s or sound.declared_s)
                case Done():
                    return reply
                case Moved():
                    return None
    raise Interrupted("The model host ended its answer early.", died=True)


async def _tell(ctx: Context, mark: Bookmark, total_s: float | None) -> None:
    """A header that promises less than was heard already promises nothing."""
    total = None if total_s is None or total_s < mark.position_s else total_s
    await ctx.progress("transcribing", mark.position_s, total, unit="s", message="Listening")


async def _restored(ctx: Context) -> Progress:
    checkpoint = await ctx.restored()
    if checkpoint is None:
        return Progress([], Bookmark())
    told = [{"words": None, **data} for type, data in checkpoint.events if type == "transcript.segment"]
    return Progress(_SEGMENTS.validate_python(told), _BOOKMARK.validate_python(checkpoint.state))


def _text(segments: list[Segment], language: str | None) -> str:
    return ("" if language in WITHOUT_SPACES else " ").join(segment.text for segment in segments)


async def _publish(transcript: Transcript, ctx: Context) -> None:
    segments = transcript.segments
    texts = {
        "txt": (subtitles.txt(segments), "text/plain"),
        "srt": (subtitles.srt(segments), "application/x-subrip"),
        "vtt": (subtitles.vtt(segments), "text/vtt"),
        "tsv": (subtitles.tsv(segments), "text/tab-separated-values"),
        "json": (transcript.model_dump_json(), "application/json"),
    }
    for ending, (text, media_type) in texts.items():
        await ctx.artifact(f"transcript.{ending}", text.encode(), media_type=media_type)


def _as_json(segment: Segment) -> dict[str, JsonValue]:
    """Without `words` where nobody asked for them."""
    return {name: value for name, value in asdict(segment).items() if value is not None}


@contextmanager
def _as_job_errors() -> Iterator[None]:
    try:
        yield
    except MediaTooLong as error:
        raise Permanent("too_large", str(error)) from error
    except InvalidMedia as error:
        raise Permanent("invalid_media", str(error)) from error
    except UnsupportedOption as error:
        raise Permanent("invalid_input", str(error)) from error
    except ModelUnavailable as error:
        raise Permanent("model_unavailable", str(error)) from error
    except ModelFailed as error:
        raise Transient("model_failed", str(error)) from error
    except (HostLost, DecoderLost) as error:
        raise Interrupted(str(error), died=True) from error


kind = Kind(
    "transcribe", TranscribeInput, Transcript, run, queue="heavy", timeout=TIMEOUT_S, retry=Retry(attempts=3)
)
