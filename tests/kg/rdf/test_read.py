from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.facts import Facts
from kg.rdf.errors import StoreMissing
from kg.rdf.load import full_load
from kg.rdf.read import difference
from kg.rdf.update import apply_changes
from ontology import Schema

from .samples import BASE, PREFIXES, Edge, Value, at, facts
from .samples import town as town_facts

Row = tuple[str, str, str | None, str | None]

# Forms that the store writes in another way, and texts that look like quads.
VALUES: list[Value] = [
    ("a", "floors", "007", "xsd:integer", None),
    ("a", "height", "1.50", "xsd:decimal", None),
    ("a", "height", "-0.0", "xsd:decimal", None),
    ("a", "code", 'tab\t nul\x00 > " \\u0041 \n <a:b> .', "xsd:string", None),
    ("a", "name", "Straße", "rdf:langString", "de-AT"),
    ("a", "outline", "POINT (1 2)", "geo:wktLiteral", None),
]


def rows(path: Path, expected: Facts, schema: Schema, *, is_whole: bool = True) -> list[Row]:
    return difference(path, expected, schema, BASE, is_whole=is_whole).rows()


def edit(path: Path, update: str) -> None:
    """Alter a store by hand."""
    store = ox.Store(str(next(path.glob("store-*"))))
    store.update(PREFIXES + "BASE <https://data.example/> " + update)
    del store


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_loaded_store_does_not_differ_from_its_facts(tmp_path: Path, schema: Schema, is_whole: bool) -> None:
    edges: list[Edge] = [("a", "standsOn", "b", "source/x", True), ("a", "nextTo", "b", "asserted", True)]
    whole = facts({"a": "asserted", "b": "source/x"}, VALUES, edges)
    full_load(tmp_path, [whole], schema, BASE, at(1))
    assert rows(tmp_path, whole, schema, is_whole=is_whole) == []


def test_an_updated_store_does_not_differ_from_its_facts(town: Path, schema: Schema) -> None:
    apply_changes(town, town_facts(houses=5), schema, BASE, at(2))
    assert rows(town, town_facts(houses=5), schema) == []


def test_every_alteration_by_hand_is_named(town: Path, schema: Schema) -> None:
    edit(
        town,
        """DELETE DATA { GRAPH <graph/asserted> { e:h1 :floors 2 . e:h0 :standsOn e:plot . e:h2 a :House }
                         GRAPH <graph/inferred> { e:h2 a :Entity . e:plot :carries e:h1 } } ;
           INSERT DATA { GRAPH <graph/asserted> { e:h1 :floors 8 . e:h9 a :House }
                         GRAPH <graph/source/x> { e:h0 :code 'x' }
                         e:h0 <a:b> 'nowhere' }""",
    )
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    assert rows(town, town_facts(), schema) == [
        ("entity/h0", "a:b", None, '"nowhere" (unnamed graph)'),
        ("entity/h0", "code", None, '"x" (source/x)'),
        ("entity/h0", "standsOn", "entity/plot", None),
        ("entity/h1", "floors", f'"2"{integer}', f'"8"{integer}'),
        ("entity/h2", "superclass", "Entity", None),
        ("entity/h2", "type", "House", None),
        ("entity/h9", "type", None, "House"),
        ("entity/plot", "carries (inferred)", "entity/h1", None),
    ]


def test_a_triple_in_the_wrong_graph_is_named(town: Path, schema: Schema) -> None:
    edit(
        town,
        """DELETE DATA { GRAPH <graph/asserted> { e:plot :code '007' } } ;
           INSERT DATA { GRAPH <graph/source/x> { e:plot :code '007' } }""",
    )
    assert rows(town, town_facts(), schema) == [("entity/plot", "code", '"007"', '"007" (source/x)')]


def test_a_sample_tells_of_its_own_nodes_only(town: Path, schema: Schema) -> None:
    edit(town, "INSERT DATA { GRAPH <graph/asserted> { e:h0 :code 'x' . e:h1 :code 'y' . e:h9 :code 'z' } }")
    expected = facts(
        {"entity/h0": "asserted"},
        [("entity/h0", "floors", "1", "xsd:integer", None)],
        [
            ("entity/h0", "standsOn", "entity/plot", "asserted", True),
            ("entity/h0", "nextTo", "entity/h1", "asserted", True),
        ],
        removed=["entity/h9"],
    )
    assert rows(town, expected, schema, is_whole=False) == [
        ("entity/h0", "code", None, '"x"'),
        ("entity/h9", "code", None, '"z"'),
    ]


def test_without_a_store_there_is_nothing_to_compare(tmp_path: Path, schema: Schema) -> None:
    with pytest.raises(StoreMissing, match="res3d rebuild rdf"):
        rows(tmp_path, facts({}), schema)


def test_an_empty_store_differs_in_everything(town: Path, schema: Schema) -> None:
    full_load(town, [facts({})], schema, BASE, at(2))
    found = rows(town, town_facts(houses=1), schema)
    assert {row[0] for row in found} == {"entity/h0", "entity/plot"}
    assert all(row[3] is None for row in found)
