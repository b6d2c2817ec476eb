"""Which form and language a client gets."""

import pytest

from api.negotiation import GEOJSON, HTML, JSON, JSONLD, TURTLE, chosen_form, chosen_language
from api.problems import NotAcceptable

OFFERED = (JSONLD, TURTLE, GEOJSON, HTML)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, JSONLD),
        ("", JSONLD),
        ("*/*", JSONLD),
        ("text/*", TURTLE),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("text/turtle;q=0.4, application/geo+json;q=0.5", GEOJSON),
        ("application/json", JSONLD),
        ("text/turtle;q=nonsense, text/html;q=0.1", HTML),
        ("application/ld+json;q=0, */*", TURTLE),
    ],
)
def test_the_form_that_is_wanted_most_is_given(accept: str | None, form: object) -> None:
    assert chosen_form(accept, None, OFFERED) == form


@pytest.mark.parametrize(("accept", "named"), [("image/png", None), ("*/*;q=0", None), (None, "pdf")])
def test_a_form_that_there_is_not_is_refused_with_those_there_are(accept: str | None, named: str | None) -> None:
    with pytest.raises(NotAcceptable, match=r"known are .*turtle"):
        chosen_form(accept, named, OFFERED)


def test_a_named_form_needs_no_accept() -> None:
    assert chosen_form("text/html", "json", (JSON, HTML)) == JSON


@pytest.mark.parametrize(
    ("asked", "header", "language"),
    [("en", "zh", "en"), ("fr", "en", "en"), (None, None, "zh"), (None, "en-US,zh;q=0.9", "en"), (None, "fr", "zh")],
)
def test_the_language_that_is_wanted_is_given(asked: str | None, header: str | None, language: str) -> None:
    assert chosen_language(asked, header, ("zh", "en")) == language
