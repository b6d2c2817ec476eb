import random

import polars as pl
import pytest

from kg.facts import Facts, joined
from kg.graph import (
    BadFacts,
    Index,
    ManagedServer,
    connect,
    difference,
    dump,
    load_offline,
    load_over_wire,
    read_position,
    update,
)
from kg.graph.import_files import unused_separator
from ontology import Schema
from tests.real_neo4j import SMALL

from .samples import BASE, POSITION, Node, Value, facts, schema, town

pytestmark = pytest.mark.neo4j

NASTY = [
    "",
    " ",
    " padded ",
    '"',
    '""',
    'she said "no"',
    "'",
    "a,b;c|d\te",
    "line\nbreak",
    "carriage\r\nreturn\r",
    "back\\slash",
    '\\"',
    "ends with backslash\\",
    "\x1f\x1e\x1d\x1c",
    "\x00 zero",
    "﻿mark of byte order",
    "中文 «ünï» 🏠 \U0010fffd",
    "null",
    "12",
    "true",
    "x" * 100_000,
]


def nasty() -> Facts:
    """A node for each nasty text alone, and nodes with several of them."""
    shuffled = random.Random(1)
    nodes: list[Node] = []
    values: list[Value] = []
    for number, text in enumerate(NASTY):
        nodes += [(f"entity/one{number}", "House", True), (f"entity/many{number}", "Plot", number % 2 == 0)]
        values.append((f"entity/one{number}", "name", text, "xsd:string"))
        values += [(f"entity/many{number}", "name", other, "xsd:string") for other in shuffled.sample(NASTY, 3)]
    numbers = ["0", "-1", "9223372036854775807", "-9223372036854775808", "1e300", "-0.0", "INF", "NaN", "0.1", "1e-320"]
    for number, text in enumerate(numbers):
        nodes.append((f"entity/n{number}", "House", True))
        values.append((f"entity/n{number}", "height", text, "xsd:double"))
        values.append((f"entity/n{number}", "floors", text, "xsd:integer"))
    return joined(
        [town(), facts(nodes, values, [(f"entity/one{n}", "nextTo", "entity/h1") for n in range(len(NASTY))])]
    )


@pytest.fixture(scope="module")
def terms() -> Schema:
    return schema()


def test_bulk_import_gives_the_same_graph_as_the_wire(server: ManagedServer, terms: Schema) -> None:
    everything = nasty()
    again = load_offline(
        server.home,
        [everything],
        terms,
        base=BASE,
        position=POSITION,
        indexes=[Index("House", "floors")],
        memory=SMALL,
    )
    assert again.target == server.target
    with connect(again.target) as driver:
        by_import = dump(driver, base=BASE)
        assert difference(everything, by_import, terms).rows() == []
        assert read_position(driver) == POSITION
        load_over_wire(driver, [everything], terms, base=BASE, position=POSITION)
        by_wire = dump(driver, base=BASE)
        indexed = driver.execute_query("SHOW INDEXES YIELD labelsOrTypes, properties, state").records
    assert by_import.nodes.sort("key").equals(by_wire.nodes.sort("key"))
    assert by_import.values.sort("key", "property").equals(by_wire.values.sort("key", "property"))
    order = ["subject", "type", "object", "validFrom"]
    assert by_import.edges.sort(order).equals(by_wire.edges.sort(order))
    online = [tuple(record.values()) for record in indexed]
    assert (["House"], ["floors"], "ONLINE") in online
    assert (["Resource"], ["iri"], "ONLINE") in online
    assert not (server.home / "import").exists()


def test_an_import_of_bad_facts_leaves_the_server_alone(server: ManagedServer, terms: Schema) -> None:
    dangling = facts([("entity/h", "House", True)], edges=[("entity/h", "standsOn", "entity/nowhere")])
    with pytest.raises(BadFacts, match="such as entity/nowhere"):
        load_offline(server.home, [dangling], terms, base=BASE, position=POSITION, memory=SMALL)
    with connect(server.target) as driver:
        driver.verify_connectivity()


def test_what_neo4j_can_not_index_is_refused_before_anything_is_changed(server: ManagedServer, terms: Schema) -> None:
    long_name = facts([("entity/h", "House", True)], [("entity/h", "name", "x" * 9_000, "xsd:string")])
    long_key = facts([("entity/" + "y" * 9_000, "House", True)])
    index = [Index("House", "name")]
    with pytest.raises(
        BadFacts, match="1 nodes have a key or an indexed value of more than 8000 bytes, such as entity/h"
    ):
        load_offline(server.home, [long_name], terms, base=BASE, position=POSITION, indexes=index, memory=SMALL)
    with connect(server.target) as driver:
        for bad in (long_name, long_key):
            with pytest.raises(BadFacts, match="8000 bytes, such as entity/"):
                update(driver, bad, terms, base=BASE, position=POSITION, indexes=index)


def test_the_separator_of_lists_is_in_none_of_them() -> None:
    assert unused_separator(pl.Series(NASTY)) == "\ue000"
