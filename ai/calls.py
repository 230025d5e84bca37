"""What jobs ask of a model: to write down a window, name its language, time its words. Rows share calls."""

import time
from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import ctranslate2
import numpy as np

from ai.batch_size import BatchSize
from ai.logmel import Floats


class Model(Protocol):
    """A loaded model as calls need it."""

    def engine(self, *, alone: bool) -> Any:
        """The `ctranslate2.models.Whisper` to use while one job is there, or while several are."""

    def turn(self) -> AbstractContextManager[object]:
        """Held while a call is made."""

    def batch_size(self, beam_size: int) -> BatchSize: ...

    def encoded(self, engine: Any, rows: int, seconds: float) -> None:
        """Note how long an engine took to encode so many windows."""


class Batch:
    """Windows that were encoded together. On the device, and on the CPU once a part of it is asked for."""

    def __init__(self, view: ctranslate2.StorageView) -> None:
        self.view = view
        self._rows: np.ndarray[Any, Any] | None = None

    def __getitem__(self, index: int) -> Any:
        if self._rows is None:
            self._rows = np.asarray(self.view.to_device(ctranslate2.Device.cpu))
        return self._rows[index]


class Row:
    """One window on the device; it is encoded when it is first needed, together with its neighbours."""

    def __init__(self, features: Floats) -> None:
        self.features = features
        self.batch: Batch | None = None
        self.index = 0


class _Call:
    def __init__(self, model: Model, row: Row, beam_size: int = 5) -> None:
        self.model = model
        self.row = row
        self.size = model.batch_size(beam_size)

    def most(self, waiting: int) -> int:
        return self.size.most(waiting)

    def turn(self) -> AbstractContextManager[object]:
        return self.model.turn()


class Detect(_Call):
    """The languages it may be, as (token, probability), the likeliest first."""

    @property
    def key(self) -> Hashable:
        return "detect", id(self.model)

    def run(self, calls: Sequence["Detect"], *, alone: bool) -> list[Any]:
        engine = self.model.engine(alone=alone)
        return list(engine.detect_language(_encoded(engine, [call.row for call in calls])))


class Generate(_Call):
    """The tokens of a window. Rows differ in their prompts, but not in the length of them."""

    def __init__(self, model: Model, row: Row, prompt: list[int], options: dict[str, Any]) -> None:
        super().__init__(model, row, options.get("beam_size", 1))
        self._prompt = prompt
        self._options = options

    @property
    def key(self) -> Hashable:
        return "generate", id(self.model), len(self._prompt), tuple(sorted(self._options.items()))

    def run(self, calls: Sequence["Generate"], *, alone: bool) -> list[Any]:
        engine = self.model.engine(alone=alone)
        fresh = all(call.row.batch is None for call in calls)
        began = time.perf_counter()
        try:
            encoded = _encoded(engine, [call.row for call in calls])
            between = time.perf_counter()
            results = engine.generate(encoded, [call._prompt for call in calls], **self._options)
        except RuntimeError as error:
            if "out of memory" in str(error):
                self.size.too_many(len(calls))
            raise
        if fresh:
            longest = max(len(result.sequences_ids[0]) for result in results)
            self.size.took(len(calls), between - began, time.perf_counter() - between, longest)
            self.model.encoded(engine, len(calls), between - began)
        return list(results)


class Align(_Call):
    """Which frames the tokens of a window belong to. Rows share the language and the task."""

    def __init__(
        self, model: Model, row: Row, start: list[int], tokens: list[int], *, frames: int, width: int
    ) -> None:
        super().__init__(model, row)
        self._start, self._tokens, self._frames, self._width = start, tokens, frames, width

    @property
    def key(self) -> Hashable:
        return "align", id(self.model), tuple(self._start), self._width

    def run(self, calls: Sequence["Align"], *, alone: bool) -> list[Any]:
        engine = self.model.engine(alone=alone)
        encoded = _encoded(engine, [call.row for call in calls])
        texts, frames = [call._tokens for call in calls], [call._frames for call in calls]
        return list(engine.align(encoded, self._start, texts, frames, median_filter_width=self._width))


def _encoded(engine: Any, rows: Sequence[Row]) -> ctranslate2.StorageView:
    """What the encoder makes of the rows, as one batch; rows that went through it before do not again."""
    if fresh := [row for row in rows if row.batch is None]:
        features = np.stack([row.features for row in fresh])
        batch = Batch(engine.encode(ctranslate2.StorageView.from_array(features)))
        for index, row in enumerate(fresh):
            row.batch, row.index = batch, index
    first = rows[0].batch
    together = [(row.batch, row.index) for row in rows]
    if first is not None and together == [(first, index) for index in range(first.view.shape[0])]:
        return first.view
    return ctranslate2.StorageView.from_array(np.stack([row.batch[row.index] for row in rows if row.batch]))


class OneJobsModel:
    """Stands where faster-whisper has a `ctranslate2.models.Whisper`: each call waits for its turn and company."""

    def __init__(self, model: Model, ask: Any, *, multilingual: bool) -> None:
        self._model = model
        self._ask = ask
        self.is_multilingual = multilingual

    def detect_language(self, row: Row) -> list[Any]:
        return [self._ask(Detect(self._model, row))]

    def generate(self, row: Row, prompts: list[list[int]], **options: Any) -> list[Any]:
        return [self._ask(Generate(self._model, row, prompts[0], options))]

    def align(
        self, row: Row, start: list[int], texts: list[list[int]], frames: int, *, median_filter_width: int
    ) -> list[Any]:
        return [self._ask(Align(self._model, row, start, texts[0], frames=frames, width=median_filter_width))]
