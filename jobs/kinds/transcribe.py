"""Turn speech into text."""

from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ai import subtitles
from ai.audio import Decoded, decode
from ai.errors import HostLost, InvalidMedia, MediaTooLong, ModelUnavailable, UnsupportedOption
from ai.host import Done, ModelHost, Progress, Segment, TranscribeOptions
from jobs.errors import Interrupted, Permanent
from jobs.kind import Context, Kind, Retry


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


class Transcript(BaseModel):
    text: str
    language: str | None
    duration_s: float
    segments: list[Segment]
    model: str


async def run(request: TranscribeInput, ctx: Context) -> Transcript:
    with TemporaryDirectory(prefix="turnspit-") as folder, _as_job_errors():
        audio = await _decode(request, ctx, Path(folder))
        transcript = await _transcribe(request, ctx, audio)
    await _publish(transcript, ctx)
    return transcript


async def _decode(request: TranscribeInput, ctx: Context, folder: Path) -> Decoded:
    async def tell(seconds: float, declared: float | None) -> None:
        await ctx.progress("decoding", seconds, declared, unit="s", message="Opening the recording")

    async with ctx.file(request.file) as path:
        audio = await decode(path, folder, on_progress=tell)
    for warning in audio.warnings:
        ctx.warn(warning)
    return audio


async def _transcribe(request: TranscribeInput, ctx: Context, audio: Decoded) -> Transcript:
    host = ctx.resource("model-host", ModelHost)
    options = TranscribeOptions(**request.model_dump(exclude={"file"}))
    segments: list[Segment] = []
    await ctx.progress("transcribing", 0, audio.seconds, unit="s", message="Listening")
    async with aclosing(host.transcribe(audio, ctx.option("whisper_model") or "auto", options)) as replies:
        async for reply in replies:
            match reply:
                case Segment():
                    segments.append(reply)
                    await ctx.event("transcript.segment", _as_json(reply))
                case Progress():
                    await ctx.progress(
                        "transcribing", reply.position_s, reply.total_s, unit="s", message="Listening"
                    )
                case Done():
                    return _transcript(reply, segments, ctx)
    raise Interrupted("The model host ended its answer early.", died=True)


def _transcript(done: Done, segments: list[Segment], ctx: Context) -> Transcript:
    for warning in done.warnings:
        ctx.warn(warning)
    return Transcript(
        text=" ".join(segment.text for segment in segments),
        language=done.language,
        duration_s=round(done.duration_s, 3),
        segments=segments,
        model=done.model,
    )


async def _publish(transcript: Transcript, ctx: Context) -> None:
    texts = {
        "txt": (subtitles.txt(transcript.segments), "text/plain"),
        "srt": (subtitles.srt(transcript.segments), "application/x-subrip"),
        "vtt": (subtitles.vtt(transcript.segments), "text/vtt"),
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
    except HostLost as error:
        raise Interrupted(str(error), died=True) from error


kind = Kind("transcribe", TranscribeInput, Transcript, run, queue="heavy", timeout=3600, retry=Retry(attempts=3))
