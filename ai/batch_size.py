"""How many rows one call of a model takes: found out while it works, from what its calls cost."""

from collections import defaultdict

GAIN = 0.95  # a larger batch has to cost less than this for each row, since all its rows wait for the longest
SAMPLES = 2  # calls of a size before it is judged
FIRST = 4  # known to be good on most machines: a half more rows a second at beam 5 on two cores


class BatchSize:
    """Sizes are powers of two up to `most`. The next larger and the next smaller one are tried as rows allow.

    The cost of a row is what encoding took, and what decoding took for the usual number of tokens: so it is
    the same for windows full of speech and for silent ones.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._best = min(FIRST, most)
        self._encode_s: dict[int, float] = {}  # a row, by size; the least there was, as noise only adds
        self._step_s: dict[int, float] = {}
        self._calls: dict[int, int] = defaultdict(int)
        self._steps = 50.0

    def most(self, waiting: int) -> int:
        """The size to use while so many rows are there."""
        for size in (self._best, self._best * 2, self._best // 2):
            if 1 <= size <= min(waiting, self._most) and self._calls[size] < SAMPLES:
                return size
        return self._best

    def took(self, rows: int, encode_s: float, decode_s: float, steps: int) -> None:
        """Note a call: seconds of its two parts, and the tokens of its longest row."""
        self._steps += 0.1 * (steps - self._steps)
        self._calls[rows] += 1
        self._encode_s[rows] = min(encode_s / rows, self._encode_s.get(rows, encode_s))
        step_s = decode_s / max(steps, 1) / rows
        self._step_s[rows] = min(step_s, self._step_s.get(rows, step_s))
        self._judge()

    def too_many(self, rows: int) -> None:
        """So many did not fit into memory."""
        self._most = max(1, rows // 2)
        self._best = min(self._best, self._most)

    def _judge(self) -> None:
        known = {size: self._cost(size) for size, calls in self._calls.items() if calls >= SAMPLES}
        best = min(self._best, self._most)
        larger, smaller = best * 2, best // 2
        if best not in known:
            return
        if larger <= self._most and known.get(larger, known[best]) < GAIN * known[best]:
            best = larger
        elif smaller in known and GAIN * known[smaller] <= known[best]:
            best = smaller
        self._best = best

    def _cost(self, size: int) -> float:
        return self._encode_s[size] + self._step_s[size] * self._steps
