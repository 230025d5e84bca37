"""Where in Whisper's vocabulary things are, by arithmetic alone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """The ids of a vocabulary that mean something; times begin at `times`."""

    end: int

    @property
    def start(self) -> int:
        return self.end + 1

    @property
    def history(self) -> int:
        return self.end + 6

    @property
    def no_speech(self) -> int:
        return self.end + 7

    @property
    def no_times(self) -> int:
        return self.end + 8

    @property
    def times(self) -> int:
        return self.end + 9

    def time(self, frame: int) -> int:
        return self.times + round(frame / 2)
