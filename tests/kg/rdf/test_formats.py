import pytest

from kg.rdf.errors import NotAcceptable
from kg.rdf.formats import format_named, negotiate
from kg.rdf.sparql import Form

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "form", "name"),
    [
        (None, Form.SELECT, "json"),
        ("", Form.ASK, "json"),
        ("*/*", Form.CONSTRUCT, "turtle"),
        ("application/sparql-results+xml", Form.SELECT, "xml"),
        ("application/json", Form.SELECT, "json"),
        ("application/json", Form.DESCRIBE, "jsonld"),
        ("text/csv, application/sparql-results+json;q=0.9", Form.SELECT, "csv"),
        ("text/csv;q=0.2, application/sparql-results+json;q=0.9", Form.SELECT, "json"),
        ("text/*", Form.SELECT, "csv"),
        ("text/*;q=0.5, text/tab-separated-values", Form.SELECT, "tsv"),
        ("application/sparql-results+json;q=0, */*;q=0.1", Form.SELECT, "xml"),
        ("TEXT/TURTLE; charset=utf-8", Form.CONSTRUCT, "turtle"),
        ("application/n-triples", Form.CONSTRUCT, "ntriples"),
        (BROWSER, Form.SELECT, "xml"),
        (BROWSER, Form.CONSTRUCT, "rdfxml"),
    ],
)
def test_the_most_wanted_format_that_fits_the_query_is_taken(accept: str | None, form: Form, name: str) -> None:
    assert negotiate(accept, form).name == name


@pytest.mark.parametrize("accept", ["text/turtle", "image/png", "*/*;q=0", "text/csv;q=x"])
def test_an_accept_header_that_nothing_fits_lists_what_there_is(accept: str) -> None:
    with pytest.raises(NotAcceptable, match=r"json .*, xml .*, csv .*, tsv"):
        negotiate(accept, Form.SELECT)


def test_a_format_that_can_not_carry_the_answer_is_refused_by_name() -> None:
    with pytest.raises(NotAcceptable, match="'csv' does not fit the answer to CONSTRUCT"):
        format_named("csv", Form.CONSTRUCT)
