"""Running queries beside the rest of the service, so that those that wait keep nobody else waiting."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

from ..problems import BadRequest, TooManyQueries
from ..settings import HttpSettings

Answer = TypeVar("Answer")
_END: Final = b""


class QueryRoom:
    """Threads of their own for queries; when all are taken, further queries are refused at once."""

    def __init__(self, places: int) -> None:
        self._limiter = CapacityLimiter(places)
        # of its own: a query that waits for its turn must not take the place that a running one needs to go on
        self._streams = CapacityLimiter(places)

    async def run(self, ask: Callable[[], Answer]) -> Answer:
        """The answer of a call that may take its time."""
        if self._limiter.available_tokens < 1:
            raise TooManyQueries(f"{self._limiter.total_tokens:g} queries run or wait already. Ask again later.")
        return await to_thread.run_sync(ask, limiter=self._limiter, abandon_on_cancel=True)

    async def stream(self, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
        """The pieces of an answer; what holds them open is let go also when the client hangs up."""
        try:
            while piece := await to_thread.run_sync(next, chunks, _END, limiter=self._streams):
                yield piece
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()


def seconds_allowed(asked: str | None, settings: HttpSettings) -> float:
    """The time limit of a query: what `timeout=` asks for, up to what the service allows.

    >>> seconds_allowed("1e9", HttpSettings()), seconds_allowed(None, HttpSettings())
    (300.0, 30.0)
    """
    if asked is None:
        return settings.query_seconds
    try:
        seconds = float(asked)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise BadRequest(f"timeout is {asked!r}; expected seconds above 0, such as timeout=10.")
    return min(seconds, settings.query_seconds_at_most)
