"""Leave out what is no speech, as the samples come: Silero's model and faster-whisper's rules in flat memory."""

from bisect import bisect

import numpy as np
from faster_whisper.vad import VadOptions, get_vad_model

from ai.logmel import Floats
from ai.sound import SAMPLE_RATE

CHUNK = 512  # samples of one look of Silero
CONTEXT = 64  # samples before it that it sees as well


class Silero:
    """The probability of speech in each chunk of a stream; what the model remembers goes from feed to feed."""

    def __init__(self) -> None:
        self._session = get_vad_model().session
        self._state = (np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32))
        self._context = np.zeros(CONTEXT, np.float32)

    def probabilities(self, samples: Floats) -> Floats:
        """For whole chunks only."""
        chunks = samples.reshape(-1, CHUNK)
        context = np.concatenate([self._context[None], chunks[:-1, -CONTEXT:]])
        given = {"input": np.concatenate([context, chunks], axis=1), "h": self._state[0], "c": self._state[1]}
        found, *self._state = self._session.run(None, given)
        self._context = chunks[-1, -CONTEXT:].copy()
        return np.asarray(found, np.float32).reshape(-1)


class Stretches:
    """Where the stretches of speech lie in the recording and in what is left of it: two numbers for each."""

    def __init__(self) -> None:
        self._left_out: list[int] = []  # samples before each stretch that are not heard
        self._ends: list[int] = []  # of each stretch but the last, in samples of what is heard

    def begin(self, start: int, heard: int) -> None:
        """A stretch starts at the sample `start` of the recording, when `heard` samples stood before it."""
        if self._left_out:
            self._ends.append(heard)
        self._left_out.append(start - heard)

    def recorded_s(self, heard_s: float, *, ending: bool = False, beside_s: float | None = None) -> float:
        """The time in the recording of a time in what is heard; an ending one belongs to the stretch it ends.

        With `beside_s` it is taken to lie in the same stretch as that.
        """
        if not self._left_out:
            return heard_s
        sample = int((heard_s if beside_s is None else beside_s) * SAMPLE_RATE)
        index = bisect(self._ends, sample)
        if ending and index and self._ends[index - 1] == sample:
            index -= 1
        return round(self._left_out[index] / SAMPLE_RATE + heard_s, 2)


class SpeechOnly:
    """Gives back the speech among what it is fed, some two seconds late, and remembers where it came from.

    The same stretches as `faster_whisper.vad.get_speech_timestamps` finds with its default options. All
    numbers are samples of the recording.
    """

    def __init__(self) -> None:
        options = VadOptions()
        self._speech, self._silence = options.threshold, options.threshold - 0.15
        self._pad = options.speech_pad_ms * SAMPLE_RATE // 1000
        self._pause = options.min_silence_duration_ms * SAMPLE_RATE // 1000
        self._silero = Silero()
        self._held: Floats = np.empty(0, np.float32)  # neither given back nor left out so far
        self._held_from = 0
        self._looked = 0  # the samples before were shown to Silero
        self._inside = False
        self._quiet_from: int | None = None  # inside: where a pause began that may be an end
        self._heard = 0
        self.stretches = Stretches()

    @property
    def position(self) -> int:
        """All speech before this sample has been given back."""
        return self._held_from

    def feed(self, samples: Floats) -> Floats:
        self._held = np.concatenate([self._held, samples])
        ready = self._held_from + len(self._held) - self._looked
        return self._look(ready // CHUNK)

    def finish(self) -> Floats:
        """The rest. As in faster-whisper, Silero sees the last chunk filled up with silence."""
        end = self._held_from + len(self._held)
        given = self.feed(np.zeros(CHUNK - end % CHUNK, np.float32))
        beyond = self._held_from + len(self._held) - end
        self._held = self._held[: max(0, len(self._held) - beyond)]
        return np.concatenate([given, self._give(end)]) if self._inside else given

    def _look(self, chunks: int) -> Floats:
        given = [np.empty(0, np.float32)]
        if chunks:
            begin = self._looked - self._held_from
            for probability in self._silero.probabilities(self._held[begin : begin + chunks * CHUNK]):
                given.append(self._judge(float(probability), self._looked))
                self._looked += CHUNK
        if not self._inside:
            self._leave_out(self._looked - self._pad)
        elif self._quiet_from is None:
            given.append(self._give(self._looked - CHUNK))
        return np.concatenate(given)

    def _judge(self, probability: float, at: int) -> Floats:
        """What the chunk at `at` decides: a beginning, a pause, or the end before a pause."""
        if probability >= self._speech:
            self._quiet_from = None
            if not self._inside:
                self._inside = True
                self._leave_out(at - self._pad)
                self.stretches.begin(self._held_from, self._heard)
        elif probability < self._silence and self._inside:
            if self._quiet_from is None:
                self._quiet_from = at
            if at - self._quiet_from >= self._pause:
                self._inside = False
                return self._give(self._quiet_from + self._pad)
        return self._held[:0]

    def _give(self, until: int) -> Floats:
        count = max(0, until - self._held_from)
        given, self._held = self._held[:count], self._held[count:]
        self._held_from += len(given)
        self._heard += len(given)
        return given

    def _leave_out(self, before: int) -> None:
        count = max(0, before - self._held_from)
        self._held = self._held[count:]
        self._held_from += count
