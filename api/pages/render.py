"""Fills the templates: everything that comes from data is escaped, every word comes from `words.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from ..negotiation import chosen_language
from ..problems import Problem

LANGUAGES: Final = ("zh", "en")
_MEASURED: Final = frozenset({"xsd:double", "xsd:decimal", "xsd:float"})


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """The words of the pages: word -> language -> text."""
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))


def readable(value: str, datatype: str) -> str:
    """A value as people read it: a measured number without the digits that no measurement has.

    >>> readable("5.966000080108643", "xsd:double"), readable("0503100000000001", "xsd:string")
    ('5.966', '0503100000000001')
    """
    if datatype not in _MEASURED:
        return value
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


class Pages:
    """Renders templates in the language that a request wants; `languages` in the workspace's order."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = tuple(language for language in languages if language in LANGUAGES) or LANGUAGES
        self._environment = Environment(
            loader=PackageLoader("api.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["segment"] = lambda text: quote(str(text), safe="")
        self._environment.filters["readable"] = readable

    def language(self, request: Request) -> str:
        """The language of the answer."""
        return chosen_language(
            request.query_params.get("lang"), request.headers.get("accept-language"), self._languages
        )

    def problem(self, request: Request, problem: Problem) -> Response:
        """A problem as its document, or as a page for a client that asks for pages by name."""
        if "text/html" not in request.headers.get("accept", ""):
            return problem.response()
        return self.page(request, "problem.html", problem.kind.status, problem=problem.members())

    def text(self, template: str, language: str, **values: object) -> str:
        """A template that stands by itself, filled with values, beside `t` (words) and `lang`."""
        return self._environment.get_template(template).render(
            **values, lang=language, t=lambda word: words()[word][language]
        )

    def page(self, request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """A template filled with values, beside `t` (words), `label` (of labels) and `lang`."""
        language = self.language(request)
        content = self._environment.get_template(template).render(
            **values,
            lang=language,
            other_language=next(other for other in LANGUAGES if other != language),
            chosen=f"?lang={language}" if "lang" in request.query_params else "",
            path=request.url.path,
            at=request.query_params.get("at"),
            as_of=request.query_params.get("as_of"),
            t=lambda word: words()[word][language],
            label=lambda labels: labels.get(language) or next(iter(labels.values()), ""),
        )
        headers = {"Vary": "Accept, Accept-Language", "Content-Language": language}
        return HTMLResponse(content, status, headers)
