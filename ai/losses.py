"""What of a recording is missing: damaged packets, holes in its clock, an end that never came."""

from dataclasses import dataclass

from av.audio.frame import AudioFrame

HOLE_S = 0.05  # below it is rounding: WebM counts in milliseconds, MP3 in frames of 26
LONGEST_HOLE_S = 60.0  # beyond it the clock itself jumped
WORTH_TELLING_S = 0.1
SHORTER_S = 1.0


@dataclass
class Losses:
    """Packets that could not be read, seconds that are missing, whether the file was given up early."""

    packets: int = 0
    missing_s: float = 0.0
    gave_up: bool = False
    _next_s: float | None = None

    def hole_before(self, frame: AudioFrame) -> float:
        """Seconds between the end of the last frame and the start of this one, by the file's own clock."""
        expected, begins = self._next_s, frame.time
        if begins is None:
            return 0.0
        self._next_s = begins + frame.samples / frame.sample_rate
        hole = begins - expected if expected is not None else 0.0
        if not HOLE_S < hole < LONGEST_HOLE_S:
            return 0.0
        self.missing_s += hole
        return hole

    def warnings(self, seconds: float, declared: float | None) -> list[str]:
        """What a person should know about it, as sentences."""
        found = []
        if self.packets:
            pieces = "1 damaged piece" if self.packets == 1 else f"{self.packets} damaged pieces"
            found.append(f"{pieces} of the audio could not be read; the rest is here.")
        if self.missing_s > WORTH_TELLING_S:
            found.append(f"{self.missing_s:.1f} s of the audio are missing; silence stands in their place.")
        if self.gave_up:
            found.append("The rest of the file could not be read at all.")
        if declared is not None and declared - seconds > SHORTER_S:
            found.append(f"The file says it lasts {declared:.1f} s, but only {seconds:.1f} s could be read.")
        return found
