"""Ontology files of other formats and their imports: local only, hardened, each refusal with the next step."""

import shutil
import time
from pathlib import Path

import pytest
import rdflib
from rdflib.compare import isomorphic

from ontology import OntologyError, OntologyText, check, compile_schema, folder_texts, packaged_texts
from ontology.files import MOST_BYTES
from ontology.imports import CATALOGUE

from .texts import DATA, PREFIXES

FOREIGN = DATA / "foreign"
RDF_XML = (FOREIGN / "station.owl").read_text(encoding="utf-8")
OWL_XML = """<?xml version="1.0"?>
<Ontology xmlns="http://www.w3.org/2002/07/owl#" ontologyIRI="https://rail.example/station">
  <Prefix name="owl" IRI="http://www.w3.org/2002/07/owl#"/>
  <Declaration><Class IRI="https://rail.example/station#Platform"/></Declaration>
  <SubClassOf><Class IRI="https://rail.example/station#Platform"/><Class IRI="https://rail.example/station#Place"/></SubClassOf>
</Ontology>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOREIGN, tmp_path / "ontology")
    return tmp_path / "ontology"


def refused(folder: Path) -> str:
    with pytest.raises(OntologyError) as raised:
        folder_texts(folder)
    (finding,) = raised.value.findings
    assert str(finding).startswith(f"{finding.file}")
    return str(finding)


def test_a_foreign_ontology_with_its_imports_becomes_classes_of_ours(folder: Path) -> None:
    texts = folder_texts(folder)
    assert [text.name for text in texts] == ["station.owl", "base.ttl"]
    schema = compile_schema((*packaged_texts(), *texts))
    assert schema.class_("st__Platform").ancestors[:2] == ("base__Facility", "Construction")
    assert schema.property_("st__platformLength").datatype == "xsd:double"
    errors = [found for found in check((*packaged_texts(), *texts)) if found.severity == "error"]
    assert errors == []


@pytest.mark.parametrize(
    ("suffix", "form"), [(".nt", "nt"), (".jsonld", "json-ld"), (".rdf", "xml"), (".ttl", "turtle")]
)
def test_every_format_says_the_same(tmp_path: Path, suffix: str, form: str) -> None:
    graph = rdflib.Graph().parse(FOREIGN / "station.owl", format="xml")
    graph.remove((None, rdflib.OWL.imports, None))
    graph.serialize(tmp_path / f"station{suffix}", format=form, encoding="utf-8")
    (text,) = folder_texts(tmp_path)
    again = rdflib.Graph().parse(data=text.text, format="turtle")
    assert isomorphic(again, graph)


def test_owl_xml_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    for name in ("station.owx", "station.owl"):
        (tmp_path / name).write_text(OWL_XML, encoding="utf-8")
        (text,) = folder_texts(tmp_path)
        assert "station:Platform a <http://www.w3.org/2002/07/owl#Class>" in text.text
        assert "station:Place" in text.text
        (tmp_path / name).unlink()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "old.omn",
            "Class: A",
            "old.omn: error format: the file is in Manchester syntax, which is not read here; convert it",
        ),
        ("old.ofn", "Ontology()", "is in OWL functional syntax, which is not read here; convert it, such as by `robot"),
        ("cut.owl", RDF_XML[:900], "cut.owl:"),
        ("cut.owx", OWL_XML[:300], "cut.owx: error syntax: the file can't be read as owx"),
        ("cut.jsonld", "{", "can't be read as jsonld"),
        ("cut.nt", "<a> <b> .", "cut.nt:1:"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert said in refused(tmp_path)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_another_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "old.ttl").write_bytes("# 码头".encode(encoding))
    assert "is not UTF-8 (byte" in refused(tmp_path)


def test_a_billion_laughs_are_refused_at_once(tmp_path: Path) -> None:
    levels = "\n".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    bomb = RDF_XML.replace("<!DOCTYPE rdf:RDF [", f'<!DOCTYPE rdf:RDF [\n<!ENTITY l0 "ha">\n{levels}')
    (tmp_path / "bomb.owl").write_text(bomb.replace(">platform<", ">&l9;<"), encoding="utf-8")
    started = time.monotonic()
    assert "nested-entity: the file has entities inside entities" in refused(tmp_path)
    assert time.monotonic() - started < 30  # expanded, it would not end at all


@pytest.mark.parametrize(
    "entity",
    ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY x PUBLIC "a" "http://127.0.0.1/x">', '<!ENTITY % p "x">'],
)
def test_entities_from_elsewhere_are_refused(tmp_path: Path, entity: str) -> None:
    text = RDF_XML.replace("<!DOCTYPE rdf:RDF [", f"<!DOCTYPE rdf:RDF [ {entity}")
    (tmp_path / "evil.owl").write_text(text, encoding="utf-8")
    assert "entity: the file" in refused(tmp_path)


def test_a_file_of_50_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.ttl").open("wb") as file:
        file.truncate(50 * 2**20)
    assert MOST_BYTES < 50 * 2**20
    assert "huge.ttl: error too-large: the file has 50 MB, at most 32 are read" in refused(tmp_path)


def test_deep_nesting_ends_as_an_error_or_a_text(tmp_path: Path) -> None:
    deep = "[ :p " * 20_000
    (tmp_path / "deep.ttl").write_text(f"@prefix : <https://x.example/> . :a :p {deep}", encoding="utf-8")
    found = check(folder_texts(tmp_path))
    assert found[0].code == "syntax"


def test_an_import_without_a_catalogue_entry_tells_what_to_write(folder: Path) -> None:
    (folder / CATALOGUE).unlink()
    said = refused(folder)
    assert "station.owl: error import-missing: the file imports https://rail.example/base, which is not here" in said
    assert '<uri name="https://rail.example/base" uri="FILE"/>' in said


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("../../secret.ttl", "import-outside"),
        ("imports/none.ttl", "which is no ontology file there"),
        ("https://rail.example/base.ttl", "which is no ontology file there"),
    ],
)
def test_a_catalogue_leads_nowhere_but_into_its_folder(folder: Path, target: str, said: str) -> None:
    path = folder / CATALOGUE
    path.write_text(path.read_text(encoding="utf-8").replace("imports/base.ttl", target), encoding="utf-8")
    assert said in refused(folder)


def test_a_catalogue_with_a_document_type_is_refused(folder: Path) -> None:
    (folder / CATALOGUE).write_text('<!DOCTYPE catalog [<!ENTITY a "b">]><catalog/>', encoding="utf-8")
    assert "has a document type" in refused(folder)


def test_our_own_ontology_may_be_imported_by_name(tmp_path: Path) -> None:
    statement = "<https://town.example/o> a owl:Ontology ; owl:imports <https://res3d.example/ontology> ."
    text = f"@prefix owl: <http://www.w3.org/2002/07/owl#> .\n{statement}"
    (tmp_path / "town.ttl").write_text(text, encoding="utf-8")
    assert len(folder_texts(tmp_path)) == 1


LIST = "_:l rdf:first :Parcel ; rdf:rest _:l ."


@pytest.mark.parametrize(
    ("turtle", "code"),
    [
        (f"my:A a owl:Class ; owl:equivalentClass [ owl:unionOf _:l ] . {LIST}", "circular"),
        (f"my:p a owl:DatatypeProperty ; rdfs:domain [ owl:unionOf _:l ] . {LIST}", "circular"),
        ("my:p a owl:DatatypeProperty ; rdfs:domain _:u . _:u owl:unionOf ( _:u :Parcel ) .", "circular"),
        (" ".join(f"_:n{i} rdfs:seeAlso _:n{j} ." for i in range(12) for j in range(12) if i != j), "circular"),
        (
            "my:A a owl:Class ; rdfs:subClassOf "
            + "[ owl:intersectionOf ( " * 900
            + ":Dyke"
            + " :Parcel ) ]" * 900
            + " .",
            "too-deep",
        ),
        ("my:A a owl:Class ; rdfs:seeAlso " + "[ rdfs:seeAlso " * 5_000 + ":Dyke" + " ]" * 5_000 + " .", "too-deep"),
    ],
    ids=["list", "list in a domain", "union", "clique", "intersections", "plain nesting"],
)
def test_what_leads_back_to_itself_or_nests_without_end_is_refused_at_once(turtle: str, code: str) -> None:
    head = PREFIXES + "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    started = time.monotonic()
    (finding,) = check((*packaged_texts(), OntologyText("mine.ttl", head + turtle)))
    assert (finding.file, finding.code) == ("mine.ttl", code)
    assert time.monotonic() - started < 30  # followed, it would not end at all


def test_a_list_may_have_any_number_of_members() -> None:
    names = " ".join(f"my:C{number}" for number in range(2_000))
    classes = " ".join(f"my:C{number} a owl:Class ; rdfs:subClassOf :Dyke ." for number in range(2_000))
    union = f"my:p a owl:ObjectProperty ; rdfs:domain [ a owl:Class ; owl:unionOf ( {names} ) ] ; rdfs:range :Dyke ."
    schema = compile_schema((*packaged_texts(), OntologyText("mine.ttl", f"{PREFIXES}{classes} {union}")))
    assert len(schema.property_("my__p").domain) == 2_000
