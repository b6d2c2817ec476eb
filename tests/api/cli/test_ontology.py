"""`res3d ontology`: a workspace's own terms, from a text file to both views without code."""

from pathlib import Path

import pytest

from kg.graph import stop

from .conftest import Run

HEAD = """
@prefix : <https://res3d.example/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
QUAY = """
:Quay a owl:Class ; rdfs:subClassOf :Construction ; :geometryKind "polygon" ;
    rdfs:label "码头"@zh, "quay"@en ; skos:definition "A wall that ships lie at."@en .
:quayDepth a owl:DatatypeProperty ; rdfs:domain :Quay ; rdfs:range xsd:double ; :unit "m" ;
    rdfs:label "水深"@zh, "depth at the quay"@en ; skos:definition "Depth of the water at the quay."@en .
"""
MAPPING = """
prefixes: {res: "https://res3d.example/ontology#"}
res3d: {source: harbour, title: Harbour, licence: free, geometry: optional}
mappings:
  quay:
    s: record/harbour/$(number)
    po:
      - [a, res:Quay]
      - [res:quayDepth, $(depth)]
"""


def _write(workspace: Path, text: str, name: str = "harbour.ttl") -> None:
    (workspace / "ontology" / name).write_text(HEAD + text, encoding="utf-8")


@pytest.mark.usefixtures("without_views")
def test_an_ontology_in_force_is_not_applied_twice(run: Run, workspace: Path) -> None:
    answer = run("ontology", "apply", "--workspace", workspace)
    assert answer.code == 0
    assert "in force already" in answer.out


@pytest.mark.usefixtures("without_views")
def test_what_takes_something_away_needs_yes_and_can_be_undone(run: Run, workspace: Path, tmp_path: Path) -> None:
    _write(workspace, QUAY)
    (workspace / "ontology" / "harbour.yml").write_text(MAPPING, encoding="utf-8")
    quays = tmp_path / "quays.csv"
    quays.write_text("number,depth\nQ1,8.5\nQ2,11\n", encoding="utf-8")
    at = ("--workspace", workspace)
    assert run("ontology", "apply", *at).code == 0
    assert run("ingest", quays, *at).code == 0
    before = run("ontology", "log", *at, "--json").json
    _write(workspace, QUAY.replace("xsd:double", "xsd:integer"))
    refused = run("ontology", "apply", *at)
    assert refused.code == 1
    assert "'xsd:double'" in refused.out
    assert f"res3d ontology apply --yes --base {before[0]['version'][:12]}" in refused.err
    assert run("ontology", "log", *at, "--json").json == before
    moved = run("ontology", "apply", "--base", "ffff", *at)
    assert moved.code == 1
    assert f"version {before[0]['version'][:12]} came into force" in moved.err
    applied = run("ontology", "apply", "--yes", "--base", before[0]["version"][:12], *at, "--json").json
    assert (applied["changed"], applied["records_to_quarantine"]) == (["property quayDepth"], 1)
    undone = run("ontology", "undo", *at, "--json")
    assert "no longer what is in force" in undone.err
    assert (undone.json["version"], undone.json["records_back_from_quarantine"]) == (before[0]["version"], 1)
    assert len(run("ontology", "log", *at, "--json").json) == len(before) + 2


@pytest.mark.usefixtures("without_views")
def test_a_version_is_shown_with_its_terms_or_texts(run: Run, workspace: Path) -> None:
    _write(workspace, QUAY)
    at = ("--workspace", workspace)
    assert run("ontology", "apply", *at).code == 0
    newest, first = run("ontology", "log", *at, "--json").json
    assert "Quay" in run("ontology", "show", newest["version"][:8], *at, "--json").json["classes"]
    assert "Quay" not in run("ontology", "show", first["version"][:8], *at, "--json").json["classes"]
    assert ":quayDepth a owl:DatatypeProperty" in run("ontology", "show", newest["version"], "--texts", *at).out
    unknown = run("ontology", "show", "0000", *at)
    assert unknown.code == 1
    assert first["version"][:12] in unknown.err


def test_check_names_file_and_line_of_a_mistake(run: Run, workspace: Path) -> None:
    _write(workspace, ":Quay a owl:Class ;; rdfs:label ]")
    answer = run("ontology", "check", "--workspace", workspace)
    assert answer.code == 1
    assert "harbour.ttl:7:" in answer.out


def test_check_writes_sarif(run: Run, workspace: Path) -> None:
    _write(workspace, ":RockyRiver a owl:Class ; rdfs:subClassOf :River, :Building .")
    answer = run("ontology", "check", "--workspace", workspace, "--format", "sarif")
    assert answer.code == 1
    results = answer.json["runs"][0]["results"]
    assert [each["ruleId"] for each in results if each["level"] == "error"] == ["unsatisfiable"]
    assert ":NaturalEntity DisjointWith :ArtificialEntity" in results[0]["message"]["text"]


def test_diff_shows_what_an_edit_would_bring(run: Run, workspace: Path, tmp_path: Path) -> None:
    _write(workspace, QUAY)
    answer = run("ontology", "diff", "--workspace", workspace, "--exit-code")
    assert answer.code == 1
    assert answer.out.splitlines() == ["+ class :Quay", "+ property :quayDepth"]
    counts = run("ontology", "diff", "workspace", "packaged", "--workspace", workspace, "--json").json["counts"]
    assert counts == {"added": 0, "changed": 0, "removed": 2, "renamed": 0}
    commands = run("ontology", "diff", "--workspace", workspace, "--format", "kgcl").out
    assert "create node res:Quay 'quay'@en" in commands
    nothing = run("ontology", "diff", tmp_path / "none", "--workspace", workspace)
    assert nothing.code == 1
    assert "is no ontology: give an ontology file or a folder of them, packaged, workspace, in-force" in nothing.err


def test_check_finds_a_mapping_that_does_not_fit(run: Run, workspace: Path) -> None:
    (workspace / "ontology" / "harbour.yml").write_text(MAPPING, encoding="utf-8")
    answer = run("ontology", "check", "--workspace", workspace, "--json")
    assert answer.code == 1
    (finding,) = [found for found in answer.json["findings"] if found["severity"] == "error"]
    assert finding["file"] == "harbour.yml"
    assert "Quay" in finding["message"]


def test_a_packaged_file_cannot_be_replaced(run: Run, workspace: Path) -> None:
    _write(workspace, QUAY, name="core.ttl")
    answer = run("ontology", "apply", "--workspace", workspace)
    assert answer.code == 1
    assert "rename it" in answer.err


def test_show_tells_all_about_a_term(run: Run, workspace: Path) -> None:
    shown = run("ontology", "show", "Building", "--workspace", workspace, "--json").json
    assert "Construction" in shown["superclasses"]
    assert shown["labels"]["zh"] == "房屋"
    assert run("ontology", "show", "partOf", "--workspace", workspace, "--json").json["in Cypher"] == "PART_OF"


def test_an_unknown_term_gets_suggestions(run: Run, workspace: Path) -> None:
    answer = run("ontology", "show", "Bulding", "--workspace", workspace)
    assert answer.code == 1
    assert "did you mean" in answer.err
    assert "Building" in answer.err


def test_show_lists_everything(run: Run, workspace: Path) -> None:
    listed = run("ontology", "show", "--workspace", workspace, "--json").json
    assert "Parcel" in listed["classes"]
    assert "partOf" in listed["properties"]


@pytest.mark.usefixtures("without_views")
def test_a_plan_tells_what_would_happen_and_writes_nothing(run: Run, workspace: Path, tmp_path: Path) -> None:
    _write(workspace, QUAY)
    (workspace / "ontology" / "harbour.yml").write_text(MAPPING, encoding="utf-8")
    quays = tmp_path / "quays.csv"
    quays.write_text("number,depth\nQ1,8.5\nQ2,11\n", encoding="utf-8")
    at = ("--workspace", workspace)
    assert run("ontology", "apply", *at).code == 0
    assert run("ingest", quays, *at).code == 0
    _write(workspace, QUAY.replace("xsd:double", "xsd:integer"))
    told = run("ontology", "plan", *at)
    assert told.code == 0
    assert "record/harbour/Q1 (Quay)" in told.out
    found = run("ontology", "plan", *at, "--json").json
    assert (found["quarantined"], found["changed"], found["needs_consent"]) == (1, 0, True)
    assert found["misfits"][0]["samples"] == [["record/harbour/Q1", "Quay"]]
    assert len(run("ontology", "log", *at, "--json").json) == 2


@pytest.mark.neo4j
def test_a_new_class_is_found_in_both_views_with_its_superclasses_and_by_its_new_name_once_renamed(
    run: Run, workspace: Path, tmp_path: Path
) -> None:
    moored = ":mooredAt a owl:ObjectProperty ; rdfs:domain :Quay ; rdfs:range :Quay ; rdfs:label 'next'@en .\n"
    replaced = "\n:Quay dcterms:isReplacedBy :Wharf .\n:mooredAt dcterms:isReplacedBy :nextTo .\n"
    new = (QUAY + moored).replace(":Quay", ":Wharf").replace(":mooredAt", ":nextTo") + replaced
    _write(workspace, QUAY + moored)
    mapping = MAPPING + "      - [res:mooredAt, record/harbour/$(next)]\n"
    (workspace / "ontology" / "harbour.yml").write_text(mapping, encoding="utf-8")
    quays = tmp_path / "quays.csv"
    quays.write_text("number,depth,next\nQ1,8.5,Q2\nQ2,11,\n", encoding="utf-8")
    at = ("--workspace", workspace)
    asked = "MATCH (q:Wharf:Construction)-[:NEXT_TO]->(o:Wharf) WHERE NOT q:Quay RETURN q.quayDepth AS d, o.quayDepth"
    try:
        applied = run("ontology", "apply", *at, "--json").json
        assert set(applied["added"]) == {"class Quay", "property quayDepth", "property mooredAt"}
        assert run("ingest", quays, *at).code == 0
        rows = run("query", "SELECT ?d { ?q a :Construction ; :quayDepth ?d } ORDER BY ?d", *at, "--format", "csv")
        assert rows.out.split() == ["d", "8.5", "11"]
        found = run("cypher", "MATCH (q:Construction:Quay) RETURN q.quayDepth AS d ORDER BY d", *at, "--json")
        assert found.json["data"]["values"] == [[8.5], [11.0]]
        assert run("verify", *at).code == 0
        _write(workspace, "@prefix dcterms: <http://purl.org/dc/terms/> .\n" + new)
        assert run("ontology", "apply", "--yes", *at).code == 0
        assert run("cypher", asked, *at, "--json").json["data"]["values"] == [[8.5, 11.0]]
        rows = run("query", "SELECT ?d { ?q a :Wharf ; :nextTo [ :quayDepth ?d ] }", *at, "--format", "csv")
        assert rows.out.split() == ["d", "11"]
        assert run("verify", *at).code == 0
        assert run("ontology", "undo", *at).code == 0
        back = run("cypher", "MATCH (:Quay)-[:MOORED_AT]->(q:Quay) RETURN q.quayDepth", *at, "--json")
        assert back.json["data"]["values"] == [[11.0]]
        assert run("verify", *at).code == 0
    finally:
        stop(workspace / "neo4j")
