"""`/sparql`: the protocol, with real clients; and hostile queries, after which the service is as before."""

import http.client
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from rdflib import Graph
from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper

COUNT = "SELECT (COUNT(?b) AS ?n) WHERE { ?b a :Building }"
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }"


@dataclass
class Wrapper:
    """A SPARQLWrapper on the service."""

    address: str

    def ask(self, query: str, form: str, method: str = "GET") -> object:
        wrapper = SPARQLWrapper(f"{self.address}/sparql")
        wrapper.setQuery(query)
        wrapper.setReturnFormat(form)
        wrapper.setMethod(method)
        return wrapper.query().convert()


@pytest.fixture(scope="session")
def wrapper(address: str) -> Wrapper:
    return Wrapper(address)


@pytest.mark.parametrize("method", ["GET", POST])
def test_a_real_client_gets_json(wrapper: Wrapper, method: str) -> None:
    answer = wrapper.ask(COUNT, JSON, method)
    assert isinstance(answer, dict)
    assert int(answer["results"]["bindings"][0]["n"]["value"]) > 1_000


def test_a_real_client_gets_xml_csv_and_turtle(wrapper: Wrapper) -> None:
    assert "<sparql" in wrapper.ask(COUNT, XML).toxml()  # type: ignore[attr-defined]  # an xml.dom document
    assert bytes(wrapper.ask(COUNT, CSV)).startswith(b"n")  # type: ignore[call-overload]  # bytes
    turtle = wrapper.ask("CONSTRUCT { ?b a :Building } WHERE { ?b a :Building } LIMIT 5", TURTLE)
    assert len(Graph().parse(data=turtle, format="turtle")) == 5  # type: ignore[arg-type]  # bytes


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/sparql-results+json"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("application/sparql-results+xml;q=0.9, text/csv;q=0.1", "application/sparql-results+xml"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/sparql-results+json"),
    ],
)
def test_a_table_comes_in_the_form_that_is_accepted(client: httpx.Client, accept: str, media_type: str) -> None:
    answer = client.get("/sparql", params={"query": COUNT}, headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media_type)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own JSON-LD parser uses it
@pytest.mark.parametrize(
    ("accept", "syntax"),
    [("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/ld+json", "json-ld"), ("*/*", "turtle")],
)
def test_a_graph_comes_in_every_form(client: httpx.Client, accept: str, syntax: str) -> None:
    query = "CONSTRUCT { ?b ?p ?o } WHERE { ?b a :Parcel ; ?p ?o }"
    answer = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert len(Graph().parse(data=answer.text, format=syntax)) > 20


def test_the_query_may_be_the_body(client: httpx.Client) -> None:
    answer = client.post(
        "/sparql?inference=off", content=COUNT, headers={"content-type": "application/sparql-query; charset=utf-8"}
    )
    assert answer.status_code == 200


def test_inference_can_be_turned_off(client: httpx.Client) -> None:
    query = "ASK { ?b a :ArtificialEntity }"
    on, off = (client.post("/sparql", data={"query": query, "inference": word}).json() for word in ("on", "off"))
    assert (on["boolean"], off["boolean"]) == (True, False)


def test_the_dataset_of_the_protocol_is_what_is_asked(client: httpx.Client) -> None:
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    graph = "https://res3d.example/graph/source/nl-bag"
    numbers = [
        int(client.get("/sparql", params=parameters).json()["results"]["bindings"][0]["n"]["value"])
        for parameters in (
            {"query": query},
            {"query": query, "default-graph-uri": graph},
            {"query": "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }", "named-graph-uri": graph},
        )
    ]
    assert numbers[0] > numbers[1] == numbers[2] > 0


@pytest.mark.parametrize(
    ("request_", "status", "says"),
    [
        ({"params": {"query": "SELEC"}}, 400, "SELECT, ASK, CONSTRUCT or DESCRIBE"),
        ({"params": {"query": "SELECT * WHERE { ?s ?p }"}}, 400, "line 1"),
        ({"params": {"query": COUNT, "timeout": "soon"}}, 400, "seconds"),
        ({"params": {"query": COUNT, "inference": "maybe"}}, 400, "on or off"),
        ({"params": [("query", COUNT), ("query", COUNT)]}, 400, "more than once"),
        ({"params": {"query": COUNT, "format": "pdf"}}, 406, "json"),
        ({"params": {"query": COUNT}, "headers": {"accept": "image/png"}}, 406, "csv"),
        ({"params": {"query": "ASK { ?s ?p ?o }", "default-graph-uri": "no iri"}}, 400, "Invalid IRI"),
        ({"params": {"update": "DROP ALL"}}, 403, "res3d ingest"),
        ({"params": {"query": "DELETE WHERE { ?s ?p ?o }"}}, 403, "DELETE is an update"),
        ({"params": {"query": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}}, 403, "SERVICE"),
        ({"params": {"query": "LOAD <file:///etc/passwd>"}}, 403, "LOAD is an update"),
    ],
)
def test_what_is_wrong_or_not_allowed_is_said(
    client: httpx.Client, request_: dict[str, object], status: int, says: str
) -> None:
    answer = client.get("/sparql", **request_)  # type: ignore[arg-type]  # parameters of any of its options
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


@pytest.mark.parametrize(
    ("media_type", "content", "status"),
    [
        ("application/sparql-update", b"DROP ALL", 403),
        ("application/x-www-form-urlencoded", b"update=DROP+ALL", 403),
        ("application/x-www-form-urlencoded", b"format=json", 400),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 200), 400),
        ("application/sparql-query", b"\xff\xfe", 400),
        ("application/json", b"{}", 415),
        ("", b"", 415),
    ],
)
def test_bodies_that_are_no_query_are_refused(
    client: httpx.Client, media_type: str, content: bytes, status: int
) -> None:
    answer = client.post("/sparql", content=content, headers={"content-type": media_type})
    assert answer.status_code == status


def test_without_a_query_programs_get_the_service_description_and_people_a_form(client: httpx.Client) -> None:
    description = Graph().parse(data=client.get("/sparql").text, format="turtle")
    assert len(description) > 5
    assert "<textarea" in client.get("/sparql", headers={"accept": "text/html"}).text


def test_a_query_is_ended_at_its_time_limit_while_the_service_goes_on(client: httpx.Client) -> None:
    done = threading.Event()
    slow: list[int] = []

    def ask() -> None:
        slow.append(client.get("/sparql", params={"query": HEAVY, "timeout": "2"}).status_code)
        done.set()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    healthy = []
    while not done.is_set():
        healthy.append(client.get("/health").status_code)
    for thread in threads:
        thread.join()
    assert slow == [504] * 4
    assert set(healthy) == {200}
    assert time.monotonic() - start < 60
    assert len(healthy) > 1, "it was answered while the four were at work"


def test_a_time_limit_is_a_problem_document_that_says_what_to_do(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": HEAVY, "timeout": "0.5"})
    assert answer.status_code == 504
    assert answer.json()["title"] == "The query reached its time limit"
    assert "LIMIT" in answer.json()["detail"]


def test_a_query_that_eats_memory_is_ended(client: httpx.Client) -> None:
    query = "SELECT * WHERE { ?a ?p ?b . ?c ?q ?d } ORDER BY ?b ?d"
    answer = client.get("/sparql", params={"query": query, "timeout": "20"})
    assert answer.status_code in (422, 504)
    assert client.get("/health").status_code == 200


def test_an_answer_that_grows_too_large_breaks_off_and_never_looks_whole(address: str) -> None:
    query = {"query": "SELECT * WHERE { ?a ?p ?b . ?c ?q ?d }"}
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        httpx.get(f"{address}/sparql", params=query, timeout=30)
    assert httpx.get(f"{address}/health").status_code == 200


def test_clients_that_hang_up_leave_room_for_others(address: str) -> None:
    host = urlsplit(address).netloc
    path = "/sparql?" + urlencode({"query": HEAVY, "timeout": "4"})
    for _ in range(3):
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request("GET", path)
        connection.close()
    start = time.monotonic()
    assert httpx.get(f"{address}/sparql", params={"query": COUNT}, timeout=25).status_code == 200
    assert time.monotonic() - start < 20


def test_without_the_view_the_answer_says_so(viewless: httpx.Client) -> None:
    answer = viewless.get("/sparql", params={"query": COUNT})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
