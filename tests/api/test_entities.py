"""`/entities/{id}`: every form of the document, and the addresses that lead there."""

import json

import httpx
import pytest
import shapely
from rdflib import RDF, Graph, URIRef

from api.parts import Parts

B1 = "340123002004GB00031F0001"
BASE = "https://res3d.example/"


def graph_of(client: httpx.Client, entity: str, media_type: str, syntax: str) -> Graph:
    answer = client.get(f"/entities/{entity}", headers={"accept": media_type})
    assert answer.headers["content-type"].startswith(media_type)
    return Graph().parse(data=answer.text, format=syntax)


def test_an_entity_iri_leads_to_its_document(client: httpx.Client, building: str) -> None:
    answer = client.get(f"/entity/{building}?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/entities/{building}?lang=en")


@pytest.mark.parametrize("path", ["/entity/R3NOSUCHENTITY0", "/entities/R3NOSUCHENTITY0"])
def test_an_unknown_id_answers_404(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own JSON-LD parser uses it
def test_turtle_json_ld_and_n_triples_say_the_same(client: httpx.Client, building: str) -> None:
    turtle = graph_of(client, building, "text/turtle", "turtle")
    json_ld = graph_of(client, building, "application/ld+json", "json-ld")
    triples = graph_of(client, building, "application/n-triples", "nt")
    assert len(turtle) == len(json_ld) == len(triples) > 50
    subject = URIRef(f"{BASE}entity/{building}")
    types = {str(kind).split("#")[-1] for kind in turtle.objects(subject, RDF.type)}
    assert {"Building", "Entity"} <= types
    assert set(turtle.objects(subject, RDF.type)) == set(json_ld.objects(subject, RDF.type))


def test_the_turtle_has_no_triple_that_sparql_does_not_have(client: httpx.Client, parts: Parts, building: str) -> None:
    turtle = graph_of(client, building, "text/turtle", "turtle")
    described = client.get(
        "/sparql",
        params={"query": f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?s = <{BASE}entity/{building}>) }}"},
        headers={"accept": "application/n-triples"},
    )
    view = Graph().parse(data=described.text, format="nt")
    subject = URIRef(f"{BASE}entity/{building}")
    own = {(p, str(o)) for p, o in turtle.predicate_objects(subject)}
    assert own
    assert own <= {(p, str(o)) for p, o in view.predicate_objects(subject)}


def test_geojson_has_the_plane_shape_and_what_the_entity_shows(client: httpx.Client, building: str) -> None:
    answer = client.get(f"/entities/{building}", headers={"accept": "application/geo+json"})
    feature = json.loads(answer.text)
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    assert feature["type"] == "Feature"
    assert shape.is_valid
    west, south, east, north = feature["bbox"]
    assert 117 < west < east < 118
    assert 31 < south < north < 32
    assert feature["properties"]["codes"][0]["code"] == B1
    assert 9.0 in feature["properties"]["attributes"].values()


def test_a_thing_without_geometry_has_a_feature_without_one(client: httpx.Client) -> None:
    unit = client.get(f"/resolve/{B1}0001").json()["candidates"][0]["entity"]["id"]
    feature = client.get(f"/entities/{unit}?format=geojson").json()
    assert feature["geometry"] is None


@pytest.mark.parametrize("form", ["jsonld", "turtle", "geojson", "ntriples", "html"])
def test_a_retired_entity_answers_410_in_every_form_with_its_successors(
    client: httpx.Client, retired: str, form: str
) -> None:
    answer = client.get(f"/entities/{retired}", params={"format": form})
    assert answer.status_code == 410
    successor = client.get("/resolve/340123002004GB00031").json()["candidates"][0]["entity"]["id"]
    assert successor in answer.text


def test_format_goes_before_accept_and_an_unknown_one_lists_the_known(client: httpx.Client, building: str) -> None:
    both = client.get(f"/entities/{building}?format=turtle", headers={"accept": "text/html"})
    assert both.headers["content-type"].startswith("text/turtle")
    unknown = client.get(f"/entities/{building}?format=pdf")
    assert unknown.status_code == 406
    assert "turtle" in unknown.json()["detail"]


def test_a_client_that_accepts_no_form_is_told_which_there_are(client: httpx.Client, building: str) -> None:
    answer = client.get(f"/entities/{building}", headers={"accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["detail"]


@pytest.mark.parametrize(
    "path", [f"/record/cn-building/{B1}", f"/geometry/cn-building/{B1}", f"/geometry/cn-building-lod13/{B1}"]
)
def test_records_and_geometries_lead_to_their_entity(client: httpx.Client, building: str, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/entities/{building}")


def test_a_code_iri_leads_people_to_what_it_says_and_rdf_to_its_bearer(client: httpx.Client, building: str) -> None:
    people = client.get(f"/code/cn.zrzh/{B1}", headers={"accept": "text/html"})
    programs = client.get(f"/code/cn.zrzh/{B1}", headers={"accept": "text/turtle"})
    assert people.headers["location"] == f"/codes/cn.zrzh/{B1}"
    assert programs.headers["location"] == f"/entities/{building}"


def test_what_is_related_is_told_with_codes(client: httpx.Client, building: str) -> None:
    found = client.get(f"/entities/{building}/related").json()
    assert set(found) == {"whole", "parts", "beside", "others"}
    assert {"relation", "code", "class", "state"} <= found["whole"][0].keys()
    assert client.get("/entities/R3D0/related").status_code == 404


@pytest.mark.parametrize("form", ["jsonld", "turtle", "geojson", "html"])
def test_an_entity_is_shown_as_it_was_on_a_date_and_as_it_was_known(
    client: httpx.Client, retired: str, form: str
) -> None:
    before = client.get(f"/entities/{retired}", params={"format": form, "at": "2020-01-01"})
    assert before.status_code == 200
    if form == "geojson":
        assert before.json()["properties"]["state"] == "current"
        assert before.json()["properties"]["successors"] == []
    if form == "html":
        assert "2020-01-01" in before.text
    assert client.get(f"/entities/{retired}", params={"format": form, "as_of": "0"}).status_code == 404
    refused = client.get(f"/entities/{retired}", params={"format": form, "at": "soon"})
    assert (refused.status_code, "is no date" in refused.text) == (400, True)


def test_what_was_related_is_told_of_a_date(client: httpx.Client, building: str) -> None:
    now = client.get(f"/entities/{building}/related").json()
    assert client.get(f"/entities/{building}/related", params={"at": "2100-01-01"}).json()["whole"] == now["whole"]
    assert client.get(f"/entities/{building}/related", params={"as_of": "0"}).status_code == 404
