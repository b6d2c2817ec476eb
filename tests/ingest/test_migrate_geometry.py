"""Edits of the ontology and things with a place: geometries leave and come back, rules are applied anew."""

from pathlib import Path

import pytest

from ingest.migrate import apply_edit, plan_ontology, undo_edit
from ingest.pipeline import Options, ingest_files
from kg.ledger import tables as t
from kg.ontologies import apply_ontology, schema_in_force
from kg.workspace import create_workspace
from tests.ingest.deliveries import Desk, Square, square, write_squares
from tests.ingest.harbour import HEAD, Harbour

SHED = """
:Shed a owl:Class ; rdfs:subClassOf :ArtificialEntity ; :geometryKind "polygon", "point" .
:Yard a owl:Class ; rdfs:subClassOf :ArtificialEntity ; :geometryKind "polygon" .
:stands a owl:ObjectProperty ; rdfs:domain :Shed ; rdfs:range :Yard .
:boards a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:domain :Shed ; rdfs:range xsd:integer .
:ShedOnYard a :SpatialRule ; :ruleSubject :Shed ; :rulePredicate :stands ; :ruleObject :Yard ;
    :ruleRelation "within" ; :minimumShare 0.5 .
"""
MAPPING = """
prefixes: {res: "https://res3d.example/ontology#"}
res3d: {source: farm, title: farm, licence: CC0, delivery: partial}
mappings:
  shed:
    s: record/farm/$(name)
    condition: {function: equal, parameters: [[value, $(status)], [expected, shed]]}
    po:
      - [a, res:Shed]
      - [res:boards, $(year)]
  yard:
    s: record/farm/$(name)
    po:
      - [a, res:Yard]
"""


class Farm(Harbour):
    """Sheds on yards, as squares of a GeoJSON file."""

    def __init__(self, directory: Path) -> None:
        self.workspace = create_workspace(directory)
        self.ledger = self.workspace.ledger()
        self.write(SHED)
        (self.workspace.ontology / "farm.yml").write_text(MAPPING, encoding="utf-8")
        apply_ontology(self.workspace, self.ledger, reason="farm")

    def bring(self, *squares: Square, name: str = "farm.geojson") -> tuple[int, int]:
        """Rows taken and put into quarantine."""
        path = write_squares(self.workspace.directory / name, squares)
        schema = schema_in_force(self.ledger)
        summary = ingest_files(self.workspace, self.ledger, schema, [path], Options(source="farm"))[0]
        assert summary.error is None
        return summary.taken, summary.quarantined


@pytest.fixture
def farm(tmp_path: Path) -> Farm:
    made = Farm(tmp_path / "workspace")
    shed = {**square("s", 0, year=4), "status": "shed"}
    assert made.bring(shed, square("y", 1)) == (2, 0)
    assert made.rows(t.relation, ("predicate", "origin")) == [("stands", "rule/ShedOnYard")]
    return made


LOOK = (
    (t.record, ("key", "class", "attributes", "dimension")),
    (t.geometry, ("key", "dimension", "geometry", "original", "withdrawn")),
    (t.entity, ("id", "class")),
    (t.relation, ("subject", "predicate", "object", "origin")),
)


def test_a_class_that_loses_a_kind_of_geometry_loses_the_records_that_have_it(farm: Farm) -> None:
    before = [farm.rows(table, columns) for table, columns in LOOK]
    farm.edit(('"polygon", "point"', '"point"'), terms=SHED)
    plan = plan_ontology(farm.workspace, farm.ledger)
    assert [(one.what, one.term, one.count) for one in plan.misfits] == [("kind of geometry", "Shed", 1)]
    apply_edit(farm.workspace, farm.ledger, reason="points only", accept_loss=True)
    assert [row[0] for row in farm.rows(t.geometry, ("key",))] == ["y"]
    assert farm.rows(t.relation, ("predicate",)) == []
    assert "polygon for a Shed: expected point" in str(farm.rows(t.quarantine, ("detail",)))
    undo_edit(farm.workspace, farm.ledger)
    assert [farm.rows(table, columns) for table, columns in LOOK] == before


def test_a_row_with_a_geometry_comes_out_of_quarantine_with_it(farm: Farm) -> None:
    assert farm.bring({**square("t", 2, year="four"), "status": "shed"}, name="more.geojson") == (0, 1)
    farm.edit(("rdfs:range xsd:integer", "rdfs:range xsd:string"), terms=SHED)
    assert apply_edit(farm.workspace, farm.ledger, reason="words", accept_loss=True).moved.retried == 1
    (row,) = [row for row in farm.rows(t.geometry, ("key", "dimension", "west", "area")) if row[0] == "t"]
    assert row[3] == pytest.approx(100.0)
    assert len(farm.rows(t.relation, ("predicate",))) == 2


def test_a_changed_rule_is_applied_to_all_things(farm: Farm) -> None:
    farm.edit((":minimumShare 0.5", ":minimumShare 0.95"), terms=SHED)
    apply_edit(farm.workspace, farm.ledger, reason="stricter", accept_loss=True)
    assert farm.rows(t.relation, ("predicate",)) == []
    undo_edit(farm.workspace, farm.ledger)
    assert farm.rows(t.relation, ("predicate", "origin")) == [("stands", "rule/ShedOnYard")]


def test_relations_of_a_removed_rule_are_withdrawn(farm: Farm) -> None:
    plan_before = len(farm.rows(t.relation, ("predicate",)))
    farm.write(SHED[: SHED.index(":ShedOnYard")])
    plan = plan_ontology(farm.workspace, farm.ledger)
    assert [(one.what, one.term, one.count) for one in plan.rules] == [("rule is removed", "ShedOnYard", plan_before)]
    apply_edit(farm.workspace, farm.ledger, reason="no rule", accept_loss=True)
    assert farm.rows(t.relation, ("predicate",)) == []


def test_a_new_rule_finds_what_is_there(farm: Farm) -> None:
    beside = (
        ":beside a owl:ObjectProperty .\n:YardBeside a :SpatialRule ; :ruleSubject :Yard ; :rulePredicate :beside ;\n"
    )
    farm.write(SHED + beside + '    :ruleObject :Shed ; :ruleRelation "intersects" .\n')
    apply_edit(farm.workspace, farm.ledger, reason="a rule")
    assert {row[0] for row in farm.rows(t.relation, ("predicate",))} == {"stands", "beside"}


def test_an_entity_with_several_records_stays_while_one_of_them_fits(tmp_path: Path, desk: Desk) -> None:
    bag = "NL.IMBAG.Pand.0503100000000001"
    more = HEAD + ":Barn a owl:Class ; rdfs:subClassOf :Building .\n"
    (desk.workspace.ontology / "barn.ttl").write_text(more, encoding="utf-8")
    apply_ontology(desk.workspace, desk.ledger, reason="barns")
    grown = Desk(desk.workspace, desk.ledger, schema_in_force(desk.ledger))
    assert grown.hand_in([square("a", 0, bag=bag)], source="one").taken == 1
    text = grown.mapping("two").read_text(encoding="utf-8").replace("res:Building", "res:Barn")
    path = write_squares(desk.workspace.directory / "two.geojson", [square("b", 0, bag=bag)])
    (desk.workspace.directory / "two.yml").write_text(text, encoding="utf-8")
    chosen = Options(mapping=desk.workspace.directory / "two.yml")
    assert ingest_files(desk.workspace, desk.ledger, grown.schema, [path], chosen)[0].taken == 1
    look = Harbour.__new__(Harbour)
    look.ledger = desk.ledger
    ((entity, class_),) = look.rows(t.entity, ("id", "class"))
    assert class_ == "Barn"
    (desk.workspace.ontology / "barn.ttl").unlink()
    plan = plan_ontology(desk.workspace, desk.ledger)
    assert [(one.what, one.term, one.count) for one in plan.entities] == [
        ("gets the class of its other records", "Barn", 1)
    ]
    done = apply_edit(desk.workspace, desk.ledger, reason="no barns", accept_loss=True)
    assert (done.moved.quarantined, done.moved.vanished) == (1, 0)
    assert look.rows(t.entity, ("id", "class")) == [(entity, "Building")]
    undo_edit(desk.workspace, desk.ledger)
    assert look.rows(t.entity, ("id", "class")) == [(entity, "Barn")]
    assert len(look.rows(t.membership, ("key",))) == 2
