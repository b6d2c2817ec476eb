"""The forms in which an answer can be written, and which of them a client wants."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import NotAcceptable
from .sparql import Form


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write an answer: its short name (`?format=`, `--format`) and its media type."""

    name: str
    media_type: str
    other_media_types: tuple[str, ...] = ()


TABLE_FORMATS = (
    Format("json", "application/sparql-results+json", ("application/json",)),
    Format("xml", "application/sparql-results+xml", ("application/xml", "text/xml")),
    Format("csv", "text/csv"),
    Format("tsv", "text/tab-separated-values"),
)
GRAPH_FORMATS = (
    Format("turtle", "text/turtle", ("application/x-turtle",)),
    Format("ntriples", "application/n-triples", ("text/plain",)),
    Format("jsonld", "application/ld+json", ("application/json",)),
    Format("rdfxml", "application/rdf+xml", ("application/xml", "text/xml")),
)


def formats_of(form: Form) -> tuple[Format, ...]:
    """The formats that can carry the answer to a form of query, the usual one first."""
    return GRAPH_FORMATS if form.gives_graph else TABLE_FORMATS


def format_named(name: str, form: Form) -> Format:
    """The format of that short name; `NotAcceptable` lists those that fit the form of query.

    >>> format_named("csv", Form.SELECT).media_type
    'text/csv'
    """
    for known in formats_of(form):
        if known.name == name:
            return known
    raise NotAcceptable(_refusal(f"The format {name!r}", form))


def negotiate(accept: str | None, form: Form) -> Format:
    """The format that an HTTP Accept header asks for; without a header the usual one.

    >>> negotiate("text/turtle;q=0.5, application/rdf+xml", Form.CONSTRUCT).name
    'rdfxml'
    >>> negotiate("text/html, */*;q=0.1", Form.SELECT).name
    'json'
    """
    offered = formats_of(form)
    ranges = _ranges(accept) if accept and accept.strip() else {"*/*": 1.0}
    weight, _, best = max((_weight(known, ranges), -rank, known.name) for rank, known in enumerate(offered))
    if weight <= 0:
        raise NotAcceptable(_refusal(f"Accept: {accept}", form))
    return format_named(best, form)


def _ranges(accept: str) -> dict[str, float]:
    """Media ranges with their weights; a parameter other than q does not matter for our types."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        try:
            weights[media] = max(weights.get(media, 0.0), min(float(quality), 1.0))
        except ValueError:
            weights[media] = 0.0
    return weights


def _weight(offered: Format, ranges: dict[str, float]) -> float:
    """How much the client wants a format: the most specific range that covers one of its media types decides."""
    main_type = offered.media_type.split("/", 1)[0]
    if offered.media_type in ranges:
        return ranges[offered.media_type]
    others = [ranges[media] for media in offered.other_media_types if media in ranges]
    return max(others) if others else ranges.get(f"{main_type}/*", ranges.get("*/*", 0.0))


def _refusal(given: str, form: Form) -> str:
    known = ", ".join(f"{known.name} ({known.media_type})" for known in formats_of(form))
    return f"{given} does not fit the answer to {form.value}. Known here: {known}."
