"""In which form a client wants a document, and in which language."""

from collections.abc import Sequence
from dataclasses import dataclass

from .problems import NotAcceptable


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a document: its name (`?format=`) and its media types, the first one being what is sent."""

    name: str
    media_types: tuple[str, ...]


HTML = Form("html", ("text/html", "application/xhtml+xml"))
JSON = Form("json", ("application/json",))
JSONLD = Form("jsonld", ("application/ld+json", "application/json"))
TURTLE = Form("turtle", ("text/turtle", "application/x-turtle"))
NTRIPLES = Form("ntriples", ("application/n-triples",))
RDFXML = Form("rdfxml", ("application/rdf+xml",))
SVG = Form("svg", ("image/svg+xml",))
GEOJSON = Form("geojson", ("application/geo+json", "application/vnd.geo+json"))


def chosen_form(accept: str | None, named: str | None, offered: Sequence[Form]) -> Form:
    """The form that `?format=` names, else what the Accept header wants most, else the first offered.

    >>> chosen_form("text/html;q=0.9, application/json", None, (HTML, JSON)).name
    'json'
    >>> chosen_form("*/*", None, (JSON, HTML)).name
    'json'
    """
    if named is not None:
        for form in offered:
            if form.name == named:
                return form
        raise NotAcceptable(f"There is no format {named!r} of this; known are {', '.join(f.name for f in offered)}.")
    wanted = _weights(accept) if accept else {"*/*": 1.0}
    ranked = [(_weight(form, wanted), -place, form) for place, form in enumerate(offered)]
    weight, _, best = max(ranked, key=lambda entry: entry[:2])
    if weight <= 0:
        known = ", ".join(form.media_types[0] for form in offered)
        raise NotAcceptable(f"Accept: {accept} names no form of this; known are {known}.")
    return best


def chosen_language(asked: str | None, accept_language: str | None, known: Sequence[str]) -> str:
    """The language that `?lang=` names if it is known, else what Accept-Language wants most, else the first one.

    >>> chosen_language(None, "de, en;q=0.5", ("zh", "en"))
    'en'
    """
    if asked in known:
        return str(asked)
    weights = _weights(accept_language or "")
    ranked = [(weight, language.split("-")[0]) for language, weight in weights.items()]
    usable = [(weight, language) for weight, language in ranked if language in known and weight > 0]
    return max(usable, key=lambda entry: entry[0])[1] if usable else known[0]


def _weights(header: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weights[name] = max(weights.get(name, 0.0), min(float(quality), 1.0))
        except ValueError:
            weights[name] = 0.0
    return weights


def _weight(form: Form, wanted: dict[str, float]) -> float:
    """The most specific range that covers a form decides."""
    named = [wanted[media] for media in form.media_types if media in wanted]
    if named:
        return max(named)
    main = form.media_types[0].split("/", 1)[0]
    return wanted.get(f"{main}/*", wanted.get("*/*", 0.0))
