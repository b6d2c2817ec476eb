"""The one table from error to HTTP status, and problem documents (RFC 9457) made by it."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DatabaseError
from starlette.exceptions import HTTPException

from coding import CodeError, UnknownScheme
from kg.graph import errors as graph
from kg.ledger import LedgerError
from kg.ontologies import UnknownVersion
from kg.ontology_texts import UnknownOntology
from kg.rdf import errors as rdf
from kg.resolve import NoSuchMoment
from ontology import OntologyError

from .tables import TableError

MEDIA_TYPE: Final = "application/problem+json"
_log = logging.getLogger(__name__)


class UnknownThing(LookupError):
    """No entity, record, code or source has this name here."""


class NotAcceptable(ValueError):
    """The client accepts none of the forms that a document has."""


class BadRequest(ValueError):
    """The request contradicts itself or lacks something."""


class UnsupportedBody(ValueError):
    """The body is of a media type that this address does not read."""


class ViewAbsent(RuntimeError):
    """The service runs without the view that could answer."""


class TooManyQueries(RuntimeError):
    """More queries run and wait than the service takes on."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an error becomes: status, a word for `type`, a title for people."""

    status: int
    word: str
    title: str


PROBLEMS: Final[Mapping[type[Exception], Kind]] = {
    UnknownThing: Kind(404, "unknown", "Nothing of this name is here"),
    UnknownScheme: Kind(404, "unknown-scheme", "There is no such code scheme"),
    UnknownOntology: Kind(404, "unknown-ontology", "There is no such version of the ontology"),
    UnknownVersion: Kind(404, "unknown-ontology", "There is no such version of the ontology"),
    OntologyError: Kind(422, "ontology-invalid", "The ontology can't be compiled"),
    CodeError: Kind(400, "not-a-code", "The text is no code of this scheme"),
    NoSuchMoment: Kind(400, "no-such-moment", "There is no such date or state of the ledger"),
    TableError: Kind(422, "table-invalid", "The table can't be read"),
    BadRequest: Kind(400, "bad-request", "The request can't be understood"),
    NotAcceptable: Kind(406, "not-acceptable", "There is no such form of the document"),
    UnsupportedBody: Kind(415, "unsupported-body", "The body has a media type that is not read here"),
    TooManyQueries: Kind(503, "busy", "Too many queries at once"),
    ViewAbsent: Kind(503, "view-absent", "The view that could answer does not run"),
    LedgerError: Kind(503, "ledger-unavailable", "The ledger can't be read"),
    DatabaseError: Kind(503, "ledger-unavailable", "The ledger can't be read"),
    rdf.QueryInvalid: Kind(400, "query-invalid", "The query can't be understood"),
    rdf.QueryRefused: Kind(403, "query-refused", "The query does more than it may"),
    rdf.NotAcceptable: Kind(406, "not-acceptable", "There is no such form of the answer"),
    rdf.QueryTooLong: Kind(504, "query-too-long", "The query reached its time limit"),
    rdf.QueryTooHeavy: Kind(422, "query-too-heavy", "The query needs too much memory"),
    rdf.AnswerTooLarge: Kind(422, "answer-too-large", "The answer is too large"),
    rdf.RdfError: Kind(503, "view-unavailable", "The RDF view can't answer now"),
    graph.QueryInvalid: Kind(400, "query-invalid", "The statement can't be understood"),
    graph.QueryRefused: Kind(403, "query-refused", "The statement does more than it may"),
    graph.QueryTooLong: Kind(504, "query-too-long", "The statement reached its time limit"),
    graph.QueryTooLarge: Kind(422, "query-too-heavy", "The statement needs too much memory"),
    graph.GraphError: Kind(503, "view-unavailable", "The property graph can't answer now"),
}
_UNEXPECTED: Final = Kind(500, "unexpected", "Something unexpected went wrong")


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document; `more` are members of its own."""

    kind: Kind
    detail: str
    instance: str
    more: Mapping[str, object] = field(default_factory=dict)

    def members(self) -> dict[str, object]:
        """The document."""
        return {
            "type": f"urn:res3d:problem:{self.kind.word}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "instance": self.instance,
            **self.more,
        }

    def response(self) -> Response:
        """The document as an answer."""
        headers = {"Retry-After": "5"} if self.kind.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
        return JSONResponse(self.members(), self.kind.status, headers, media_type=MEDIA_TYPE)


Show = Callable[[Request, Problem], Response]


def install(app: FastAPI, show: Show = lambda _, problem: problem.response()) -> None:
    """Let every error of an app end as a problem, given as `show` says."""

    async def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error, request.url.path)
        response = show(request, problem)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    for error in (*PROBLEMS, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(error, answer)


def problem_of(error: Exception, instance: str) -> Problem:
    """What an error is for outsiders; of an unexpected one they see a reference, and the log its text."""
    if isinstance(error, RequestValidationError):
        found = [{"where": "/".join(map(str, each["loc"])), "what": each["msg"]} for each in error.errors()]
        detail = "; ".join(f"{each['where']}: {each['what']}" for each in found)
        return Problem(Kind(422, "invalid-input", "The request has wrong values"), detail, instance, {"errors": found})
    if isinstance(error, HTTPException):
        phrase = HTTPStatus(error.status_code).phrase
        kind = Kind(error.status_code, phrase.lower().replace(" ", "-"), phrase)
        return Problem(kind, str(error.detail), instance)
    kind = kind_of(error)
    if kind is _UNEXPECTED:
        reference = secrets.token_hex(6)
        _log.error("Unexpected error %s at %s", reference, instance, exc_info=error)
        detail = f"The log of the service tells more under the reference {reference}."
        return Problem(kind, detail, instance, {"reference": reference})
    if isinstance(error, DatabaseError):
        _log.error("The ledger can't be read: %s", error)
        return Problem(kind, "The database does not answer. `res3d doctor` tells more.", instance)
    place = {name: getattr(error, name, None) for name in ("line", "column", "position")}
    return Problem(kind, str(error), instance, {name: value for name, value in place.items() if value is not None})


def kind_of(error: Exception) -> Kind:
    """The row of the table for an error: that of the nearest class.

    >>> kind_of(rdf.StoreMissing("no view")).status
    503
    """
    return next((PROBLEMS[class_] for class_ in type(error).__mro__ if class_ in PROBLEMS), _UNEXPECTED)
