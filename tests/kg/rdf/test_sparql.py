import pyoxigraph as ox
import pytest

from kg.rdf.errors import QueryInvalid, QueryRefused
from kg.rdf.sparql import Form, inspect


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * { ?s ?p ?o }", Form.SELECT),
        ("# a comment with INSERT\nBASE <http://a/> PREFIX insert: <http://a#> ask {}", Form.ASK),
        ("PREFIX : <http://a/#>\nCONSTRUCT WHERE { ?s :delete ?o }", Form.CONSTRUCT),
        ("describe <http://a/DROP>", Form.DESCRIBE),
    ],
)
def test_the_form_of_a_query_is_its_first_word_after_the_prologue(text: str, form: Form) -> None:
    assert inspect(text).form is form


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "PREFIX : <http://a/> delete where { ?s ?p ?o }",
        "LOAD <file:///etc/passwd>",
        "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "DROP SILENT GRAPH <a:g>",
        "CREATE GRAPH <a:g>",
        "COPY <a:g> TO <a:h>",
    ],
)
def test_an_update_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused, match="is an update"):
        inspect(text)


@pytest.mark.parametrize("text", ["", "# nothing", "hello", "\\u0053ELECT * {}", "?x"])
def test_a_text_that_is_no_query_is_invalid(text: str) -> None:
    with pytest.raises(QueryInvalid, match="starts with SELECT"):
        inspect(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <x:y> { ?s ?p ?o } }",
        "SELECT*{service?x{}}",
        "SELECT * { SERVICE SILENT <x:y> {} }",
        "SELECT * { SERVICESILENT <x:y> {} }",
        "PREFIX ex: <x:> SELECT * { SERVICEex:y {} }",
        "PREFIX ex: <x:> PREFIX SERVICEex: <z:> SELECT * { SERVICEex:y {} }",
        "PREFIX ex: <x:> SELECT * { ?s ?p ex:.SERVICE <x:y> {} }",
        "SELECT * { ?s ?p trueSERVICE <x:y> {} }",
        "SELECT * { ?s ?p 1.SERVICE <x:y> {} }",
        "SELECT * { ?a ?b ?c FILTER(?a<'>') SERVICE <x:y> { ?s ?p 'x' } FILTER(?c='>') }",
        "SELECT * { ?s a <http://x\\u0041#> . SERVICE <x:y> {} }",
        "PREFIX ex: <x:> SELECT * { ?s ex:a\\#b ?o . SERVICE <x:y> {} }",
        "SELECT * { \\u0053ERVICE <x:y> {} }",
        "SELECT * { ?s ?p '''a''' . SERVICE <x:y> { ?s ?p '''b''' } }",
        "SELECT * { { SELECT * { SERVICE ?x {} } } }",
        "SELECT * { ?s ?p '\n' . SERVICE <x:y> {} }",
    ],
)
def test_a_call_of_another_server_is_refused_however_it_is_written(text: str) -> None:
    with pytest.raises(QueryRefused, match="reaches no network"):
        inspect(text)


@pytest.mark.parametrize(
    "text",
    [
        "# a service area\nSELECT * { ?s ?p 'SERVICE' }",
        "PREFIX ex: <http://a/service#> SELECT ?service { ?s ex:service ?service }",
        'ASK { ?s ?p """it\'s a "service" """ }',
        "SELECT * { ?s <http://a/service> ?o FILTER(?o < 3 && ?o > 1) }",
    ],
)
def test_the_word_service_may_be_used_for_other_things(text: str) -> None:
    inspect(text)
    ox.Store().query(text)  # they are valid


@pytest.mark.parametrize("text", ["SELECT * FROM <a:g> {}", "ASK FROM NAMED <a:g> {}", "SELECT * FROMNAMED<a:g> {}"])
def test_a_query_that_names_its_graphs_is_known(text: str) -> None:
    assert inspect(text).names_graphs


@pytest.mark.parametrize("text", ["SELECT ?from {}", "ASK { ?s <a:from> 'FROM' } # FROM", "PREFIX from: <a:> ASK {}"])
def test_a_query_that_does_not_name_its_graphs_is_known(text: str) -> None:
    assert not inspect(text).names_graphs


@pytest.mark.parametrize("piece", ["a.", "<a ", "''' ", '"', "a:", "a-", "?", "<<<"])
def test_a_long_hostile_text_is_read_in_linear_time(piece: str) -> None:
    with pytest.raises(QueryRefused):
        inspect("SELECT * { " + piece * 100_000 + " SERVICE")
