"""Which models a host process holds in memory: loaded once, kept while they are of use, forgotten when idle."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ai.whisper import Whisper

KEPT = 2  # that nobody uses now


@dataclass
class _Shelf:
    loading: threading.Lock = field(default_factory=threading.Lock)
    model: Whisper | None = None
    users: int = 0
    used: float = 0.0


class Models:
    """Loaded models by the name they were asked for."""

    def __init__(self, loaded: Callable[[], None]) -> None:
        """`loaded` is called after each load."""
        self._loaded = loaded
        self._lock = threading.Lock()
        self._shelves: dict[str, _Shelf] = {}

    @contextmanager
    def use(self, name: str) -> Iterator[Whisper]:
        """The model, loaded by whoever comes first. Raises ModelUnavailable."""
        with self._lock:
            shelf = self._shelves.setdefault(name, _Shelf())
            shelf.users += 1
        try:
            with shelf.loading:
                if shelf.model is None:
                    shelf.model = Whisper(name)
                    self._loaded()
            yield shelf.model
        finally:
            with self._lock:
                shelf.users -= 1
                shelf.used = time.monotonic()
            self.forget_all_but(KEPT)

    def forget_all_but(self, count: int, *, idle_s: float = 0.0) -> None:
        """Of those that nobody has used for `idle_s`, keep the `count` used last."""
        with self._lock:
            before = time.monotonic() - idle_s
            idle = [name for name, shelf in self._shelves.items() if not shelf.users and shelf.used <= before]
            for name in sorted(idle, key=lambda name: self._shelves[name].used)[: len(idle) - count]:
                del self._shelves[name]
