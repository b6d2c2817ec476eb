"""One SPARQL query on one open store: which graphs it sees, and its answer written with a size limit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypedDict

import pyoxigraph as ox

from .errors import AnswerTooLarge, QueryInvalid, RdfError, StoreUnavailable
from .formats import Format, format_named, formats_of
from .names import INFERRED, graph_iri
from .sparql import Inspection, inspect, undeclared_prefix

_PLACE = re.compile(r"error at (\d+):(\d+): (?:expected )?(?:one of )?(.*)", re.DOTALL)
_READABLE = re.compile(r"""^(?:"[^"]*"|'[^']*'|[A-Z]{2,}|[A-Z][a-zA-Z* ]+)$""")


@dataclass(frozen=True, slots=True)
class Query:
    """A query with all that belongs to it; one that is refused can't be made.

    >>> Query("ASK { ?s ?p ?o }").format.name
    'json'
    >>> Query("DROP ALL")
    Traceback (most recent call last):
        ...
    kg.rdf.errors.QueryRefused: DROP is an update: data changes by `res3d ingest`. Here one can only ask.
    """

    text: str
    format_name: str | None = None
    """Short name of the result format; None: the usual one of the form of query."""
    inference: bool = True
    """See what follows from the stated facts (superclasses, inverse and symmetric relations) too."""
    default_graphs: tuple[str, ...] = ()
    """`default-graph-uri` of the SPARQL protocol; replaces FROM in the text."""
    named_graphs: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    """Prefixes that the text may use without declaring them; Turtle and RDF/XML answers use them too."""
    seconds: float = 30.0
    max_bytes: int = 100_000_000
    max_memory: int = 2 * 1024**3
    """Bytes that the query may use beyond what the store itself takes."""

    def __post_init__(self) -> None:
        if not (self.seconds > 0 and self.max_bytes > 0 and self.max_memory > 0):
            raise QueryInvalid("The limits of a query (seconds, bytes, memory) must be above 0.")
        inspect(self.text)
        if self.format_name is not None:
            format_named(self.format_name, self.inspection.form)

    @property
    def inspection(self) -> Inspection:
        """Form and dataset of the text."""
        return inspect(self.text)

    @property
    def format(self) -> Format:
        """The format that the answer will have."""
        form = self.inspection.form
        return format_named(self.format_name, form) if self.format_name else formats_of(form)[0]


def evaluate(
    store: ox.Store, base: str, query: Query, send: Callable[[bytes], None], *, has_state: bool = True
) -> None:
    """Run a query and send its answer in pieces; knows no time limit (see `kg.rdf.worker`).

    A store without the view's own state (`has_state=False`) is searched as one graph, which is faster.
    Raises `QueryInvalid` with the place of a syntax error, and `AnswerTooLarge` after at most `max_bytes` were sent.
    """
    output = _Limited(send, query.max_bytes)
    prefixes = dict(query.prefixes)
    try:
        results = store.query(query.text, base_iri=base, prefixes=prefixes, **_dataset(store, base, query, has_state))
        if isinstance(results, ox.QueryTriples):
            rdf = ox.RdfFormat.from_media_type(query.format.media_type)
            ox.serialize(results, output, rdf, prefixes=prefixes)  # type: ignore[arg-type]  # write() is all it uses
        else:
            table = ox.QueryResultsFormat.from_media_type(query.format.media_type)
            results.serialize(output, table)  # type: ignore[arg-type]  # write() is all it uses
    except RdfError:
        raise
    except SyntaxError as error:
        raise _invalid(str(error), query) from error
    except (RuntimeError, ValueError) as error:
        raise QueryInvalid(f"The query can't be carried out: {error}.") from error
    except OSError as error:
        raise StoreUnavailable(f"The RDF view could not be read: {error}. Ask again.") from error


class _Dataset(TypedDict, total=False):
    use_default_graph_as_union: bool
    default_graph: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]
    named_graphs: list[ox.NamedNode | ox.BlankNode]


def _dataset(store: ox.Store, base: str, query: Query, has_state: bool) -> _Dataset:
    """The graphs that the query sees; the unnamed graph (where the view keeps its own state) is never one of them."""
    if query.default_graphs or query.named_graphs:
        return {
            "default_graph": [ox.NamedNode(iri) for iri in query.default_graphs],
            "named_graphs": [ox.NamedNode(iri) for iri in query.named_graphs],
        }
    if query.inspection.names_graphs:
        return {}
    if query.inference and not has_state:
        return {"use_default_graph_as_union": True}
    inferred = ox.NamedNode(graph_iri(base, INFERRED))
    graphs = [graph for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)]
    visible = [graph for graph in graphs if query.inference or graph != inferred]
    return {"default_graph": [*visible], "named_graphs": [*visible]}


class _Limited:
    """The output that the store writes to."""

    def __init__(self, send: Callable[[bytes], None], limit: int) -> None:
        self._send = send
        self._left = limit
        self._limit = limit

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise AnswerTooLarge(
                f"The answer is larger than {self._limit:,} bytes. Ask for less (LIMIT, fewer variables, a narrower "
                "pattern) or raise the limit."
            )
        self._send(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def _invalid(error: str, query: Query) -> QueryInvalid:
    """The parser's message with its place, without the character classes that it also expected."""
    found = _PLACE.match(error)
    if found is None:
        return QueryInvalid(f"This is no valid SPARQL query: {error}.")
    line, column = int(found[1]), int(found[2])
    options = [option for option in re.split(r",\s", found[3]) if _READABLE.match(option)]
    sentences = [option for option in options if " " in option]
    hint = f" {sentences[0]}." if sentences else f" Would fit: {', '.join(options[:8])}." if options else ""
    # the parser tries the other ways to read a name first, and tells of the last one that failed
    if unknown := undeclared_prefix(query.text, query.prefixes):
        prefix, start = unknown
        line, column = query.text.count("\n", 0, start) + 1, start - query.text.rfind("\n", 0, start)
        hint = f" The prefix {prefix}: is not declared; begin with PREFIX {prefix}: <...>."
    lines = query.text.splitlines()
    source = lines[line - 1].strip() if line <= len(lines) else "end of the text"
    return QueryInvalid(f"The query is no valid SPARQL at line {line}, column {column} ({source}).{hint}", line, column)
