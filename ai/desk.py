"""Inside the model host: takes orders, gives each recording a thread of its own, and watches over the whole."""

import os
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack
from dataclasses import dataclass

from ai.batcher import NATIVE, Batcher, CallFailed, Seat
from ai.child import Channel
from ai.errors import AiError, ModelFailed
from ai.health import Health
from ai.hearing import Hearing
from ai.recording import Recording
from ai.serving import Hear, HostLimits, Load, Loaded, Order, Refused, Reply, Retire, Stop, Unwell
from ai.shelves import Models
from ai.transcript import Bookmark, Done, Heard, Moved, TranscribeOptions
from ai.whisper import Whisper, lanes, on_gpu

LOOK_S = 2.0
EX_SOFTWARE = 70  # sysexits.h


@dataclass(eq=False)
class _Job:
    order: Hear
    pipe: int
    seat: Seat
    stopped: bool = False


class Desk:
    """Everything but the first look at an order happens in threads; an error that is not ours ends the process."""

    def __init__(self, channel: Channel, limits: HostLimits) -> None:
        threading.excepthook = _end_the_process
        self._channel = channel
        self._limits = limits
        self._health = Health(limits)
        self._models = Models(self._health.settle)
        self._batcher = Batcher(lanes()).start()
        self._jobs: dict[int, _Job] = {}
        self._complained = False
        self._retiring = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def take(self, order: Order, passed: Sequence[int]) -> None:
        match order:
            case Load():
                threading.Thread(target=self._load, args=(order,), daemon=True).start()
            case Hear():
                job = self._jobs[order.number] = _Job(order, passed[0], self._batcher.join())
                threading.Thread(target=self._hear, args=(job,), daemon=True).start()
            case Stop():
                if unwanted := self._jobs.get(order.number):
                    unwanted.stopped = True
                    unwanted.seat.leave()
            case Retire():
                self._retiring.set()

    def _load(self, order: Load) -> None:
        try:
            with self._models.use(order.model):
                self._reply(order.number, Loaded())
        except AiError as error:
            self._reply(order.number, Refused(error))

    def _hear(self, job: _Job) -> None:
        number = job.order.number
        try:
            self._transcribe(job)
        except AiError as error:
            self._reply(number, Refused(error))
        except CancelledError:  # nobody waits for it
            pass
        except NATIVE as error:
            if on_gpu() and isinstance(error, CallFailed):  # what failed once on a GPU often fails for ever
                raise
            traceback.print_exc()
            self._reply(number, Refused(ModelFailed(f"The model failed at this recording: {error}")))
        finally:
            job.seat.leave()
            os.close(job.pipe)
            del self._jobs[number]

    def _transcribe(self, job: _Job) -> None:
        order = job.order
        with ExitStack() as stack:
            with job.seat.away():
                model = stack.enter_context(self._models.use(order.model))
            model.check(order.options)
            self._reply(order.number, Loaded())
            seen = model.seen_from(job.seat)
            recording = Recording(job.pipe, seen.feature_extractor, order.options, order.start, job.seat.away)
            start = order.start.taken_over_by(model.weights.name)
            hearing = Hearing(seen, recording, order.options, start)
            for heard in hearing.windows():
                if job.stopped:
                    return
                self._reply(order.number, heard)
                self._note(heard)
                if self._retiring.is_set() and not recording.over(heard.bookmark.frame):
                    self._reply(order.number, Moved())
                    return
            self._reply(order.number, _done(hearing.bookmark, recording.read_s, model, order.options))

    def _note(self, heard: Heard) -> None:
        self._health.heard(empty=not heard.segments)
        if not self._complained and (why := self._health.complaint()):
            self._complained = True
            self._reply(0, Unwell(why))

    def _reply(self, number: int, reply: Reply) -> None:
        self._channel.send((number, reply))

    def _watch(self) -> None:
        """A call that does not come back can be ended in one way only. On a CPU each row of it takes its time."""
        while self._batcher.longest_s(by_row=not on_gpu()) < self._limits.call_s:
            self._models.forget_all_but(0, idle_s=self._limits.idle_s)
            time.sleep(min(LOOK_S, self._limits.call_s))
        sys.stderr.write(f"a call of the model took more than {self._limits.call_s:g} s\n")
        os._exit(EX_SOFTWARE)


def _done(mark: Bookmark, seconds: float, model: Whisper, options: TranscribeOptions) -> Done:
    spoken = mark.segments > 0
    return Done(
        language=mark.language if spoken else None,
        language_probability=mark.language_probability if spoken else None,
        duration_s=seconds,
        model=model.weights.name,
        warnings=[*model.warnings(options), *_changes(mark)],
    )


def _changes(mark: Bookmark) -> list[str]:
    """Another model may be configured by the time that a recording goes on."""
    if len(mark.models) < 2:
        return []
    return [f"The text is by several models, one after the other: {', '.join(mark.models)}."]


def _end_the_process(args: threading.ExceptHookArgs) -> None:
    traceback.print_exception(args.exc_type, args.exc_value, args.exc_traceback)
    sys.stderr.flush()
    os._exit(EX_SOFTWARE)
