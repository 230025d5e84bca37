"""What of a recording is missing: damaged packets, holes in its clock, an end that never came."""

from dataclasses import dataclass, field

HOLE_S = 0.05  # below it is rounding: WebM counts in milliseconds, MP3 in frames of 26
HOLE_AFTER_A_LOSS_S = 0.005  # there every packet counts; those of Opus may last 2.5 ms
LONGEST_HOLE_S = 60.0  # beyond it, and beyond what the file says it lasts, the clock itself jumped
WORTH_TELLING_S = 0.02
SHORTER_S = 0.2  # an encoder's lead-in and rounding stay below it
PLACES_TOLD = 3
NEIGHBOURS_S = 0.5
NO_NUMBERS = "Some samples of the file are no numbers; silence stands in their place."


@dataclass(slots=True)
class Place:
    """Seconds that are missing from `at` on, in the time of what was decoded."""

    at: float
    seconds: float


@dataclass
class Losses:
    """Kept while decoding. `declared` is how long the file says it lasts, None where it does not say."""

    declared: float | None = None
    packets: int = 0
    lost_s: float = 0.0
    gave_up: bool = False
    notes: list[str] = field(default_factory=list)
    doubtful: list[Place] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    more_places: int = 0
    _next_s: float | None = None
    _latest: Place | None = None
    _failed: bool = False

    def packet(self) -> None:
        """A packet could not be read."""
        self.packets += 1
        self._failed = True

    def hole_before(self, begins: float | None, lasts: float, at: float) -> float:
        """Seconds of silence owed before a piece that begins and lasts so long by the file's own clock.

        `at` is how much was decoded so far.
        """
        expected, least = self._next_s, HOLE_AFTER_A_LOSS_S if self._failed else HOLE_S
        self._failed = False
        if begins is None:
            return 0.0
        self._next_s = begins + lasts
        hole = begins - expected if expected is not None else 0.0
        if hole < least or (hole > LONGEST_HOLE_S and at + hole > (self.declared or 0.0) + SHORTER_S):
            return 0.0
        self.missing(hole, at)
        return hole

    def no_number(self) -> None:
        """Samples were found that are no numbers, or absurd ones."""
        if NO_NUMBERS not in self.notes:
            self.notes.append(NO_NUMBERS)

    def missing(self, seconds: float, at: float) -> None:
        self.lost_s += seconds
        latest = self._latest
        if latest is not None and at - latest.at - latest.seconds < NEIGHBOURS_S:
            latest.seconds = at + seconds - latest.at
            return
        self._latest = Place(at, seconds)
        if len(self.places) < PLACES_TOLD:
            self.places.append(self._latest)
        else:
            self.more_places += 1

    def warnings(self, seconds: float) -> list[str]:
        """What a person should know about it, as sentences."""
        found = list(self.notes)
        if self.doubtful:
            found.append(
                f"The file is damaged where {_sum(self.doubtful):.2f} s of its audio lie; a part of them may be "
                f"noise: {_where(self.doubtful[:PLACES_TOLD], len(self.doubtful) - PLACES_TOLD)}."
            )
        if self.lost_s >= WORTH_TELLING_S:
            where = _where(self.places, self.more_places)
            found.append(
                f"{self.lost_s:.2f} s of the audio could not be read; silence stands in their place: {where}."
            )
        elif self.packets:
            pieces = "1 damaged piece" if self.packets == 1 else f"{self.packets} damaged pieces"
            found.append(f"{pieces} of the audio could not be read; the rest is here.")
        if self.gave_up:
            found.append(f"What comes after {clock(seconds)} could not be read at all.")
        if self.declared is not None and self.declared - seconds > SHORTER_S:
            found.append(f"The file says it lasts {self.declared:.1f} s, but only {seconds:.1f} s could be read.")
        return found


def _sum(places: list[Place]) -> float:
    return sum(place.seconds for place in places)


def _where(places: list[Place], more: int) -> str:
    told = [f"{place.seconds:.2f} s at {clock(place.at)}" for place in places]
    if more > 0:
        told.append("one more place" if more == 1 else f"{more} more places")
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def clock(seconds: float) -> str:
    """75.2 as "1:15", from an hour on as "1:00:00"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
