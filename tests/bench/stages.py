"""Where the time of a run goes: named functions of the product wrapped by stop watches, none of its code changed."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any


@dataclass(slots=True)
class Spent:
    """What one stage took: seconds on the clock, seconds of computing, and how often it was entered.

    A stage `aside` ran in another thread while the main one waited for it; its computing counts there.
    """

    wall: float = 0.0
    cpu: float = 0.0
    calls: int = 0
    aside: bool = False


@dataclass(slots=True)
class _Open:
    """A stage that is under way; what stages within it take is not its own."""

    name: str
    wall: float
    cpu: float
    wall_within: float = 0.0
    cpu_within: float = 0.0


@dataclass(slots=True)
class Stages:
    """Stop watches by name. Each second counts for the innermost stage only, so that the stages add up.

    Computing is that of the whole process, because polars has threads of its own; so it can't be told apart where
    threads of ours work side by side, and counts for the stage of the main thread that waits for them.
    """

    spent: dict[str, Spent] = field(default_factory=dict)
    _own: threading.local = field(default_factory=threading.local)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _main: int = field(default_factory=threading.get_ident)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens in the block for this stage."""
        stack: list[_Open] = self._own.__dict__.setdefault("stack", [])
        is_main = threading.get_ident() == self._main
        current = _Open(name, time.perf_counter(), time.process_time())
        stack.append(current)
        try:
            yield
        finally:
            wall = time.perf_counter() - current.wall
            cpu = time.process_time() - current.cpu if is_main else 0.0
            stack.pop()
            if stack:
                stack[-1].wall_within += wall
                stack[-1].cpu_within += cpu
            with self._lock:
                spent = self.spent.setdefault(name, Spent(aside=not is_main))
                spent.wall += wall - current.wall_within
                spent.cpu += cpu - current.cpu_within
                spent.calls += 1

    def take(self) -> dict[str, Spent]:
        """What was spent so far; the counting begins anew."""
        with self._lock:
            spent, self.spent = self.spent, {}
        return spent

    def wrap(self, owner: object, attribute: str, name: str) -> None:
        """Count every call of a function for this stage, as long as this process lives.

        `owner` is the module or class that the function is looked up in when it is called.
        """
        function: Callable[..., Any] = getattr(owner, attribute)  # any function of the product

        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:  # what it takes and gives is its own affair
            with self.stage(name):
                return function(*arguments, **named)

        setattr(owner, attribute, timed)

    def wrap_iterator(self, owner: object, attribute: str, name: str) -> None:
        """The same for a function that gives an iterator: each step of it counts."""
        function: Callable[..., Iterable[Any]] = getattr(owner, attribute)  # of chunks of any kind

        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Iterator[Any]:  # what it takes and gives is its own affair
            with self.stage(name):
                steps = iter(function(*arguments, **named))
            nothing = object()
            while True:
                with self.stage(name):
                    step = next(steps, nothing)
                if step is nothing:
                    return
                yield step

        setattr(owner, attribute, timed)
