"""`/ontology`: the terms in force as pages and documents."""

import httpx
import pyoxigraph as ox
import pytest

OURS = "https://res3d.example/ontology#"
FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}


def test_a_browser_gets_the_class_tree(client: httpx.Client) -> None:
    answer = client.get("/ontology", headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert 'href="/ontology/Parcel"' in answer.text


@pytest.mark.parametrize("media", FORMATS)
def test_a_program_gets_the_statements_about_a_term(client: httpx.Client, media: str) -> None:
    answer = client.get("/ontology/Parcel", headers={"Accept": media})
    assert answer.headers["content-type"].startswith(media)
    triples = list(ox.parse(answer.text, format=FORMATS[media]))
    said = {(quad.subject.value, quad.predicate.value) for quad in triples}
    assert (OURS + "Parcel", "http://www.w3.org/2000/01/rdf-schema#subClassOf") in said
    assert {subject for subject, _ in said} == {OURS + "Parcel"}


def test_the_whole_ontology_comes_as_turtle_with_short_names(client: httpx.Client) -> None:
    text = client.get("/ontology?format=turtle").text
    assert "\n:Parcel a owl:Class" in text
    assert len(list(ox.parse(text, format=ox.RdfFormat.TURTLE))) > 2_000


def test_an_entity_page_leads_to_the_page_of_its_class(client: httpx.Client) -> None:
    found = client.get("/resolve/340123002004GB00031").json()["candidates"][0]["entity"]["id"]
    page = client.get(f"/entities/{found}", headers={"Accept": "text/html"}).text
    assert 'href="/ontology/Parcel"' in page


@pytest.mark.parametrize(
    "path", ["/ontology/assets/ontology.css", "/ontology/assets/ontology.js", "/ontology/terms.js"]
)
def test_what_a_page_needs_is_there(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_questions_of_the_workbench_answer_in_json(client: httpx.Client) -> None:
    assert client.get("/ontology/check").json()["version"] == "2.1.0"
    assert isinstance(client.get("/ontology/log").json(), list)
    counts = client.get("/ontology/diff", params={"a": "packaged", "b": "workspace"}).json()["counts"]
    assert set(counts) == {"added", "removed", "renamed", "changed"}


def test_the_plan_of_what_is_in_force_is_empty(client: httpx.Client) -> None:
    plan = client.get("/ontology/plan").json()
    assert (plan["changed"], plan["quarantined"], plan["needs_consent"]) == (0, 0, False)


def test_an_earlier_version_is_there_with_its_texts(client: httpx.Client) -> None:
    log = client.get("/ontology/log").json()
    found = client.get(f"/ontology/versions/{log[0]['version'][:12]}").json()
    assert found["version"] == log[0]["version"]
    assert ":Parcel a owl:Class" in found["texts"]["cadastre.ttl"]
    assert client.get("/ontology/versions/ffffff").status_code == 404


def test_what_is_stored_is_validated(client: httpx.Client) -> None:
    found = client.get("/ontology/validate").json()
    assert found["conforms"] is False
    (result,) = found["results"]
    assert (result["severity"], result["sourceShape"]) == ("Warning", OURS + "RestrictionShape_encumbers")
    turtle = client.get("/ontology/validate", headers={"Accept": "text/turtle"}).text
    types = [
        quad.object.value for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE) if "type" in quad.predicate.value
    ]
    assert sorted(types) == [f"http://www.w3.org/ns/shacl#Validation{word}" for word in ("Report", "Result")]


def test_a_mapping_is_drafted_for_a_file_in_the_body(client: httpx.Client) -> None:
    table = "ZDDM,ZDMJ\n340123002004GB00031,1200.5\n"
    answer = client.post("/ontology/map", params={"name": "../../parcels.csv"}, content=table)
    assert answer.status_code == 200
    assert {each["name"]: each["property"] for each in answer.json()["columns"]}["ZDDM"] == "parcelCode"
    assert "'res:parcelCode', $(ZDDM)" in answer.json()["mapping"]


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("empty.csv", "a,b\n", "empty.csv has no rows"),
        ("plan.dwg", "AC1027", "plan.dwg"),
        ("broken.geojson", '{"type": "FeatureCollection", "features": [', "broken.geojson"),
    ],
)
def test_a_file_without_a_draft_is_a_problem(client: httpx.Client, name: str, body: str, reason: str) -> None:
    answer = client.post("/ontology/map", params={"name": name}, content=body)
    assert answer.status_code == 400
    assert reason in answer.json()["detail"]
    assert "res3d-map-" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ontology/Nope", 404),
        ("/ontology/Parcel?format=gif", 406),
        ("/ontology/diff?a=/etc/passwd", 404),
        ("/ontology/diff?a=../model", 404),
    ],
)
def test_what_is_not_there_is_a_problem(client: httpx.Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
