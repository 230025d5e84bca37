"""One recording on its way through a model, window by window: from the pipe to segments with times."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import faster_whisper
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import TranscriptionOptions, get_end, get_suppressed_tokens

from ai.calls import Row
from ai.recording import Recording, Window
from ai.segments import finite, segments_of
from ai.transcript import Bookmark, Heard, Segment, TranscribeOptions
from ai.whisper import MAX_PROMPT_TOKENS

FRAMES_PER_S = 100
TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # above 0 tokens are drawn, for windows that fail without
RESET_ABOVE = 0.5  # text that took so high a temperature is not told to the next window
PREPEND = "\"'“¿([{-"
APPEND = "\"'.。,，!！?？:：”)]}、"  # noqa: RUF001


class Hearing:
    """The loop of faster-whisper's `generate_segments`, over a recording that is still being read.

    `bookmark` says where it stands; a hearing that starts from it does what this one would have done next.
    """

    def __init__(
        self,
        model: faster_whisper.WhisperModel,
        recording: Recording,
        options: TranscribeOptions,
        start: Bookmark,
    ) -> None:
        self._model = model
        self._recording = recording
        self._options = options
        self._speaks: dict[str, tuple[Tokenizer, TranscriptionOptions]] = {}
        self.bookmark = start
        if start.before is None:
            self._note(before=self._prompt_tokens())
        if start.language is None and (options.language or not model.model.is_multilingual):
            self._note(language=options.language or "en", language_probability=1.0)

    def windows(self) -> Iterator[Heard]:
        """What came of each window, and of each half minute that only silence was read."""
        while not self._recording.over(self.bookmark.frame):
            segments: list[Segment] | None = None
            if self._recording.holds_window(self.bookmark.frame):
                segments = self._hear(self._recording.window(self.bookmark.frame))
            else:
                self._recording.read(self.bookmark.frame)
            position = self._recording.position_s(self.bookmark.frame)
            if segments is not None or position > self.bookmark.position_s:
                self._note(position_s=max(position, self.bookmark.position_s))
                yield Heard(segments or [], self.bookmark, self._recording.total_s)

    def _hear(self, window: Window) -> list[Segment]:
        """The segments of one window. The bookmark stands after it then."""
        row, mark = Row(window.features), self.bookmark
        language, probability = self._language(row)
        tokenizer, options = self._spoken(language)
        prompt = self._model.get_prompt(tokenizer, self._before(tokenizer), hotwords=self._options.hotwords)
        result, logprob, temperature, ratio = self._model.generate_with_fallback(row, prompt, tokenizer, options)
        if result.no_speech_prob > options.no_speech_threshold and not logprob > options.log_prob_threshold:
            self._note(frame=window.frame + window.size)
            return []
        pieces, after = self._pieces(window, row, tokenizer, result.sequences_ids[0])
        segments = list(
            segments_of(
                pieces,
                self._recording,
                mark.segments,
                avg_logprob=logprob,
                no_speech_prob=result.no_speech_prob,
                compression_ratio=ratio,
                temperature=temperature,
            )
        )
        if segments:  # of silence nobody can say a language
            self._note(language=language, language_probability=probability)
        keep = self._options.condition_on_previous_text and temperature <= RESET_ABOVE
        self._note(
            frame=after if after > window.frame else window.frame + window.size,
            segments=mark.segments + len(segments),
            before=[*(mark.before or []), *_tokens(pieces)][-MAX_PROMPT_TOKENS:] if keep else [],
        )
        return segments

    def _pieces(
        self, window: Window, row: Row, tokenizer: Tokenizer, tokens: list[int]
    ) -> tuple[list[dict[str, Any]], int]:
        """What lies between the timestamps, and the frame at which to go on: after the last that is whole."""
        frame_s = self._model.feature_extractor.time_per_frame
        pieces, after, closed = self._model._split_segments_by_timestamps(
            tokenizer=tokenizer,
            tokens=tokens,
            time_offset=window.frame * frame_s,
            segment_size=window.size,
            segment_duration=window.size * frame_s,
            seek=window.frame,
        )
        for piece in pieces:
            piece["text"] = tokenizer.decode(piece["tokens"])
        if self._options.words:
            self._model.add_word_timestamps(
                [pieces], tokenizer, row, window.size, PREPEND, APPEND, self.bookmark.spoken_until_s
            )
            until = get_end(pieces)
            if until is not None:
                self._note(spoken_until_s=until)
                if not closed and until > window.frame * frame_s:
                    after = round(until * FRAMES_PER_S)
        return pieces, after

    def _language(self, row: Row) -> tuple[str, float]:
        mark = self.bookmark
        if mark.language is not None:
            return mark.language, mark.language_probability or 0.0
        token, probability = self._model.model.detect_language(row)[0][0]
        return token[2:-2], finite(probability)

    def _spoken(self, language: str) -> tuple[Tokenizer, TranscriptionOptions]:
        if language not in self._speaks:
            tokenizer = Tokenizer(
                self._model.hf_tokenizer,
                self._model.model.is_multilingual,
                task=self._options.task,
                language=language,
            )
            self._speaks[language] = tokenizer, generation(self._options, tokenizer)
        return self._speaks[language]

    def _before(self, tokenizer: Tokenizer) -> list[int]:
        """As much of what went before as the hotwords leave room for; faster-whisper limits each for itself."""
        before, hotwords = self.bookmark.before or [], (self._options.hotwords or "").strip()
        taken = len(tokenizer.encode(" " + hotwords)) if hotwords else 0
        return before[max(0, len(before) + taken - MAX_PROMPT_TOKENS) :]

    def _prompt_tokens(self) -> list[int]:
        prompt = self._options.prompt
        if prompt is None:
            return []
        tokens: list[int] = self._model.hf_tokenizer.encode(" " + prompt.strip(), add_special_tokens=False).ids
        return tokens

    def _note(self, **news: Any) -> None:
        self.bookmark = replace(self.bookmark, **news)


def generation(options: TranscribeOptions, tokenizer: Tokenizer) -> TranscriptionOptions:
    """faster-whisper's own defaults, but for what was asked."""
    return TranscriptionOptions(
        beam_size=options.beam_size,
        best_of=5,
        patience=1,
        length_penalty=1,
        repetition_penalty=1,
        no_repeat_ngram_size=0,
        log_prob_threshold=-1.0,
        no_speech_threshold=0.6,
        compression_ratio_threshold=2.4,
        condition_on_previous_text=options.condition_on_previous_text,
        prompt_reset_on_temperature=RESET_ABOVE,
        temperatures=list(TEMPERATURES),
        initial_prompt=options.prompt,
        prefix=None,
        suppress_blank=True,
        suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        without_timestamps=False,
        max_initial_timestamp=1.0,
        word_timestamps=options.words,
        prepend_punctuations=PREPEND,
        append_punctuations=APPEND,
        multilingual=False,
        max_new_tokens=None,
        clip_timestamps="0",
        hallucination_silence_threshold=None,
        hotwords=options.hotwords,
    )


def _tokens(pieces: list[dict[str, Any]]) -> list[int]:
    """Of what is told as a segment."""
    told = [piece for piece in pieces if piece["start"] != piece["end"] and piece["text"].strip()]
    return [token for piece in told for token in piece["tokens"]]
