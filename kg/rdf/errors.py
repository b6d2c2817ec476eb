"""What can go wrong in the RDF view; one base, so that a caller can catch the family."""

from __future__ import annotations


class RdfError(Exception):
    """Base of every error that `kg.rdf` raises on purpose."""


class FactsInvalid(RdfError, ValueError):
    """The frames contradict themselves: a key that is no IRI, a value of a node that is not listed."""


class QueryInvalid(RdfError, ValueError):
    """The text is no SPARQL query; `line` and `column` (1-based) tell where, when the parser knows.

    >>> QueryInvalid("expected '{'", line=2, column=7).line
    2
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class QueryRefused(RdfError, ValueError):
    """A form of SPARQL that this service does not run: updates, and calls to other services."""


class NotAcceptable(RdfError, ValueError):
    """No result format that the client accepts can carry the answer to this form of query."""


class QueryTooLong(RdfError, RuntimeError):
    """The query reached its time limit and was ended."""


class QueryTooHeavy(RdfError, RuntimeError):
    """The query needed more memory (or deeper nesting) than a query may use and was ended."""


class AnswerTooLarge(RdfError, RuntimeError):
    """The answer reached its size limit; what had been sent before is incomplete."""


class StoreUnavailable(RdfError, RuntimeError):
    """The view cannot answer now, whatever the query is."""


class StoreMissing(StoreUnavailable):
    """There is no view at this place yet, or its last write did not finish."""


class StoreOutdated(StoreUnavailable):
    """The view was written for another base IRI or by another version of this program."""


class StoreBusy(StoreUnavailable):
    """Another process writes the view, or too many queries run at once."""


class LoadFailed(RdfError, RuntimeError):
    """A full load did not finish; the view that was there before is unchanged."""


_OF_A_QUERY: tuple[type[RdfError], ...] = (QueryInvalid, QueryRefused, QueryTooLong, QueryTooHeavy, AnswerTooLarge)
_OF_THE_STORE: tuple[type[RdfError], ...] = (StoreUnavailable, StoreMissing, StoreOutdated, StoreBusy)
_CROSSING = {error.__name__: error for error in (*_OF_A_QUERY, *_OF_THE_STORE)}


def to_message(error: RdfError) -> dict[str, str | int | None]:
    """The error as plain values that can cross a process boundary; `from_message` restores it.

    >>> from_message(to_message(QueryInvalid("no such prefix", 1, 5)))
    QueryInvalid('no such prefix')
    """
    return {
        "error": type(error).__name__,
        "message": str(error),
        "line": getattr(error, "line", None),
        "column": getattr(error, "column", None),
    }


def from_message(message: dict[str, str | int | None]) -> RdfError:
    """The error that `to_message` took apart."""
    kind = _CROSSING[str(message["error"])]
    if kind is QueryInvalid:
        line, column = message["line"], message["column"]
        return QueryInvalid(
            str(message["message"]),
            line if isinstance(line, int) else None,
            column if isinstance(column, int) else None,
        )
    return kind(str(message["message"]))
