"""Rows without geometry find what they are about: each way like a plain loop, in any order of deliveries."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import shapely
from pyproj import Transformer
from sqlalchemy import select

from coding.grids import get_grid
from ingest.join import join_references, parse_join
from ingest.link.joins import resolve_joins
from ingest.pipeline import Options, ingest_files
from ingest.summary import FileSummary
from ingest.unlinked import UnlinkedError, UnlinkedFilter, counts, unlinked
from kg.ledger import in_force
from kg.ledger import tables as t
from kg.workspace import create_workspace
from ontology import Schema
from tests.ingest.deliveries import Desk, Square, square, write_squares

THINGS = """
prefixes: {res: "https://res3d.example/ontology#"}
res3d: {source: SOURCE, title: things, licence: CC0, geometry: optional}
mappings:
  thing:
    s: record/SOURCE/$(name)
    po:
      - [a, res:Building]
      - [res:bagId, $(bag)]
      - [res:name, $(title), en~lang]
      - [res:name, $(other), zh~lang]
      - [res:address, $(address)]
"""
ROWS = """
prefixes: {res: "https://res3d.example/ontology#"}
res3d: {source: rows, title: rows, licence: CC0, geometry: optional}
mappings:
  row:
    s: record/rows/$(number)
    po:
      - [a, res:Observation]
      - [res:numericResult, $(value)]
      - p: res:observes
        join:
          to: res:Building
          by:
            - {code: nl.bag/$(bag)}
            - {address: $(where)}
            - {name: $(title)}
            - {cell: h3/$(cell)}
            - {point: [$(x), $(y)]}
"""
COLUMNS = ("number", "value", "bag", "where", "title", "cell", "x", "y")
TO_DEGREES = Transformer.from_crs("EPSG:4548", "EPSG:4326", always_xy=True)
BAG = "NL.IMBAG.Pand.0503100000000{:03d}"


class TableDesk(Desk):
    """A desk at which things and rows about them are handed in."""

    def things(self, things: Sequence[dict[str, object]], source: str = "things", **options: object) -> FileSummary:
        squares = [square(str(thing["name"]), **{"x": 0.0, **_without_name(thing)}) for thing in things]  # type: ignore[arg-type]  # names of columns
        return self.hand_in(squares, source, name=f"{source}.geojson", **options)

    def rows(self, rows: Sequence[dict[str, object]], name: str = "rows.csv", **options: object) -> FileSummary:
        path = self.workspace.directory / name
        frame = pl.DataFrame(list(rows), schema=dict.fromkeys(COLUMNS, pl.String), strict=False)
        frame.write_csv(path)
        return self.hand_in_file(path, "rows", **options)

    def mapping(self, source: str, rank: int = 10, text: str = THINGS) -> Path:
        return super().mapping(source, rank, ROWS if source == "rows" else text)

    def take(self, one: Square, source: str, mapping: str) -> FileSummary:
        """One square by a mapping of its own."""
        path = Desk.mapping(self, source, text=mapping)
        file = write_squares(self.workspace.directory / f"{source}.geojson", [one])
        return ingest_files(self.workspace, self.ledger, self.schema, [file], Options(mapping=path))[0]

    def links(self) -> dict[str, str | None]:
        """The number of each row -> the name of the thing that it is about."""
        r, m = t.relation, t.membership
        found = self.ledger.read(
            select(r.c.origin, r.c.object).where(in_force(r), r.c.predicate == "observes", r.c.valid_to.is_(None))
        )
        names = dict(self.ledger.read(select(m.c.entity, m.c.key).where(in_force(m))).rows())
        return {origin.split("/")[-1]: names.get(entity) for origin, entity in found.sort("origin").rows()}

    def told(self, number: str) -> dict[str, object]:
        """The evidence of one row."""
        r = t.relation
        found = self.ledger.read(select(r.c.evidence).where(in_force(r), r.c.origin == f"record/rows/{number}"))
        told: dict[str, object] = json.loads(found.item())
        return told


def _without_name(thing: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in thing.items() if key != "name"}


@pytest.fixture
def desk(tmp_path: Path, schema: Schema) -> TableDesk:
    workspace = create_workspace(tmp_path / "workspace")
    return TableDesk(workspace, workspace.ledger(), schema)


def thing(name: str, **more: object) -> dict[str, object]:
    return {"name": name, **more}


def row(number: str, **more: object) -> dict[str, object]:
    return {"number": number, "value": "1", **{key: str(value) for key, value in more.items()}}


# ---- each way against a plain loop ----


STREETS = ("Markt", "Hauptstraße", "Kerkstraat")


@dataclass(frozen=True)
class Thing:
    name: str
    bag: str
    title: str
    address: tuple[str, int, str]
    west: float


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, schema: Schema) -> tuple[TableDesk, list[Thing]]:
    """A hundred things; some share their name or address, none its place or code."""
    chance = random.Random(20261129)
    things = [
        Thing(
            f"t{place}",
            BAG.format(place),
            f"House {chance.randrange(80)}",
            (chance.choice(STREETS), chance.randrange(1, 25), chance.choice(["Delft", "Wien"])),
            20.0 * place,
        )
        for place in range(100)
    ]  # fmt: skip
    workspace = create_workspace(tmp_path_factory.mktemp("town") / "workspace")
    desk = TableDesk(workspace, workspace.ledger(), schema)
    desk.things(
        [
            thing(one.name, x=one.west, bag=one.bag, title=one.title, address="{} {}, {}".format(*one.address))
            for one in things
        ]
    )  # fmt: skip
    return desk, things


def found(desk: TableDesk, ways: list[dict[str, object]], rows: pl.DataFrame) -> list[str | None]:
    """The name of the thing that each row finds, by the machinery."""
    references = join_references(rows, parse_join("Building", ways, ValueError))
    m = t.membership
    with desk.ledger.writing("test", "never kept") as changes:
        resolved = resolve_joins(changes, desk.schema, references, desk.workspace.storage_crs)
        names = dict(changes.read(select(m.c.entity, m.c.key).where(in_force(m))).rows())
    objects = dict(resolved.select("reference", "object").rows())
    return [names.get(objects[reference]) for reference in references]


def only(things: Sequence[Thing], fits: Callable[[Thing], bool]) -> str | None:
    names = [one.name for one in things if fits(one)]
    return names[0] if len(names) == 1 else None


def test_codes_are_found_as_by_a_loop(town: tuple[TableDesk, list[Thing]]) -> None:
    desk, things = town
    given = [BAG.format(place) for place in range(50, 150)] + ["0503 1000 0000 0007", "no code"]
    expected = [only(things, lambda one, code=code: one.bag == code) for code in given]  # type: ignore[misc]  # a bound variable
    answer = found(desk, [{"code": "nl.bag/$(bag)"}], pl.DataFrame({"bag": given}))
    assert answer[:100] == expected[:100]
    assert answer[101] is None
    assert sum(name is not None for name in answer) >= 50


def test_names_are_found_as_by_a_loop(town: tuple[TableDesk, list[Thing]]) -> None:
    desk, things = town
    given = [f"House {number}" for number in range(80)] + [f" HOUSE-{number}" for number in range(80)]

    def named(text: str) -> str | None:
        digits = "".join(sign for sign in text if sign.isdigit())
        return only(things, lambda one: one.title == f"House {digits}")

    answer = found(desk, [{"name": "$(title)"}], pl.DataFrame({"title": given}))
    assert answer == [named(text) for text in given]
    assert 0 < sum(name is None for name in answer) < len(answer)


def test_addresses_are_found_as_by_a_loop(town: tuple[TableDesk, list[Thing]]) -> None:
    desk, things = town
    written = {"Markt": "MARKT", "Hauptstraße": "Hauptstr.", "Kerkstraat": "Kerk-straat".replace("-", "")}
    wanted = [(street, number, city) for street in written for number in range(1, 25) for city in ("Delft", "Wien")]
    with_city = [f"{number} {written[street]}; 2611 {city}" for street, number, city in wanted]
    without = [f"{written[street]} {number}" for street, number, _ in wanted]
    answer = found(desk, [{"address": "$(at)"}], pl.DataFrame({"at": with_city + without}))
    expected = [only(things, lambda one, at=at: one.address == at) for at in wanted]  # type: ignore[misc]  # a bound variable
    expected += [only(things, lambda one, at=at: one.address[:2] == at[:2]) for at in wanted]  # type: ignore[misc]  # a bound variable
    assert answer == expected
    assert 0 < sum(name is None for name in answer) < len(answer)


def test_addresses_in_parts_are_those_in_one_text(town: tuple[TableDesk, list[Thing]]) -> None:
    desk, things = town
    parts = pl.DataFrame(
        [{"s": one.address[0], "n": str(one.address[1]), "c": one.address[2]} for one in things], orient="row"
    )
    texts = parts.select(pl.format("{} {}, {}", "s", "n", "c").alias("at"))
    ways: list[dict[str, object]] = [{"address": {"street": "$(s)", "number": "$(n)", "locality": "$(c)"}}]
    assert found(desk, ways, parts) == found(desk, [{"address": "$(at)"}], texts)


def test_positions_are_found_as_by_a_loop(town: tuple[TableDesk, list[Thing]]) -> None:
    desk, things = town
    chance = random.Random(7)
    places = [(chance.uniform(-50, 2100), chance.uniform(0.5, 9.5)) for _ in range(300)]
    degrees = [TO_DEGREES.transform(500_000 + x, 3_500_000 + y) for x, y in places]
    rows = pl.DataFrame([(str(lon), str(lat)) for lon, lat in degrees], schema=["x", "y"], orient="row")
    expected = [only(things, lambda one, x=x: one.west <= x <= one.west + 10) for x, _ in places]  # type: ignore[misc]  # a bound variable
    answer = found(desk, [{"point": ["$(x)", "$(y)"]}], rows)
    assert answer == expected
    assert 0 < sum(name is None for name in answer) < len(answer)


@pytest.mark.parametrize(
    ("scheme", "levels"), [("h3", (9, 11, 12, 14)), ("cn.beidou", (6, 7, 8)), ("geohash", (7, 8, 10))]
)
def test_cells_are_found_as_by_a_loop(
    town: tuple[TableDesk, list[Thing]], scheme: str, levels: tuple[int, ...]
) -> None:
    desk, _ = town
    grid = get_grid(scheme)
    g = t.geometry
    known = [(key, shapely.from_wkb(wkb)) for key, wkb in desk.ledger.read(select(g.c.key, g.c.geometry)).rows()]
    cells = sorted(
        {
            grid.encode(*TO_DEGREES.transform(500_000.0 + x, 3_500_005.0), level)
            for x in range(-40, 2040, 9)
            for level in levels
        }
    )

    def at(cell: str) -> str | None:
        outline = grid.outline(cell)
        holding = [name for name, shape in known if shape.covers(outline)]
        lying = [name for name, shape in known if outline.covers(shape.point_on_surface())]
        names = holding or lying
        return names[0] if len(names) == 1 else None

    answer = found(desk, [{"cell": f"{scheme}/$(cell)"}], pl.DataFrame({"cell": cells}))
    assert answer == [at(cell) for cell in cells]
    assert 0 < sum(name is None for name in answer) < len(answer)


# ---- deliveries ----


def test_the_first_way_that_finds_one_thing_decides(desk: TableDesk) -> None:
    desk.things(
        [
            thing("a", bag=BAG.format(1), title="Mill", address="Markt 1"),
            thing("b", x=20, title="Inn", address="Markt 2"),
        ]
    )
    summary = desk.rows(
        [
            row("1", bag=BAG.format(1), title="Inn"),
            row("2", bag=BAG.format(9), where="Markt 2", title="Mill"),
            row("3", bag="wrong", title="Inn"),
            row("4", bag=BAG.format(9), where="Markt 9"),
            row("5", bag="wrong"),
            row("6"),
        ]
    )  # fmt: skip
    assert desk.links() == {"1": "a", "2": "b", "3": "b", "4": None, "5": None, "6": None}
    assert (summary.taken, summary.joins, summary.joined) == (6, 6, 3)
    assert summary.unlinked == {"no such code": 1, "nothing given": 1, "wrong code": 1}
    assert desk.told("1") == {"by": "code", "confidence": 1.0}
    assert desk.told("2") == {"by": "address", "confidence": 0.8}
    assert desk.told("4")["tried"] == ["code: no such code", "address: unknown address"]


def test_a_join_does_not_depend_on_the_order_of_deliveries(desk: TableDesk) -> None:
    rows = [row("1", bag=BAG.format(1)), row("2", title="Inn"), row("3", title="Twin"), row("4", where="Markt 1")]
    assert desk.rows(rows).joined == 0
    assert set(desk.links().values()) == {None}
    summary = desk.things(
        [thing("a", bag=BAG.format(1), title="Twin", address="Markt 1"), thing("b", x=20, title="Inn")]
    )
    assert desk.links() == {"1": "a", "2": "b", "3": "a", "4": "a"}
    assert summary.relations == 4
    desk.things([thing("c", x=40, title="Twin")], source="more")
    assert desk.links() == {"1": "a", "2": "b", "3": None, "4": "a"}
    assert desk.told("3")["reason"] == "ambiguous"


def test_candidates_are_named_and_a_later_way_may_decide(desk: TableDesk) -> None:
    desk.things([thing(name, x=20 * place, title="Twin") for place, name in enumerate("abcdefg")])
    lon, lat = TO_DEGREES.transform(500_025, 3_500_005)
    desk.rows([row("1", title="Twin"), row("2", title="Twin", x=lon, y=lat)])
    assert desk.links() == {"1": None, "2": "b"}
    told = desk.told("1")
    assert (told["reason"], told["fitting"]) == ("ambiguous", 7)
    candidates = told["candidates"]
    assert isinstance(candidates, list)
    assert len(candidates) == 5


def test_the_same_delivery_again_changes_nothing(desk: TableDesk) -> None:
    desk.things([thing("a", title="Mill"), thing("b", x=20, title="Inn")])
    rows = [row("1", title="Mill"), row("2", title="Nowhere")]
    first = desk.rows(rows)
    number = desk.ledger.position().number
    assert desk.rows(rows).unchanged == 2
    assert desk.ledger.position().number == number
    again = desk.rows([*rows, row("3", title="Inn")])
    assert (again.taken, again.unchanged, again.joins, again.joined) == (1, 2, 1, 1)
    assert (first.joins, first.joined) == (2, 1)
    assert desk.links() == {"1": "a", "2": None, "3": "b"}


def test_a_row_that_is_corrected_finds_its_thing(desk: TableDesk) -> None:
    desk.things([thing("a", title="Mill"), thing("b", x=20, title="Inn")])
    desk.rows([row("1", title="Mil")])
    assert desk.links() == {"1": None}
    summary = desk.rows([row("1", title="Mill")])
    assert (summary.changed, summary.joins, summary.joined) == (1, 1, 1)
    assert desk.links() == {"1": "a"}


def test_a_link_outlives_its_thing_and_goes_to_what_takes_its_name(desk: TableDesk) -> None:
    desk.things([thing("a", title="Mill"), thing("b", x=20, title="Inn")])
    desk.rows([row("1", title="Mill")])
    desk.things([thing("b", x=20, title="Inn")], at="2024-05-01")
    assert desk.links() == {"1": "a"}
    assert desk.told("1") == {"by": "name", "confidence": 0.8}
    desk.things([thing("c", x=40, title="Mill")], source="more")
    assert desk.links() == {"1": "c"}


def test_things_of_other_classes_are_not_looked_among(desk: TableDesk) -> None:
    parcels = THINGS.replace("res:Building]", "res:Parcel]").replace("      - [res:bagId, $(bag)]\n", "")
    assert desk.take(square("p", 0, title="Mill"), "parcels", parcels).taken == 1
    desk.rows([row("1", title="Mill")])
    assert desk.links() == {"1": None}


def test_rows_are_taken_in_batches_as_in_one(desk: TableDesk) -> None:
    desk.things([thing(f"t{place}", x=20 * place, bag=BAG.format(place)) for place in range(20)])
    summary = desk.rows([row(str(place), bag=BAG.format(place)) for place in range(30)], batch_rows=7)
    assert (summary.joins, summary.joined, summary.unlinked) == (30, 20, {"no such code": 10})
    assert desk.links() == {str(place): f"t{place}" if place < 20 else None for place in range(30)}


def test_a_join_that_is_lost_is_an_error() -> None:
    with pytest.raises(AssertionError, match="3 joins were to be made, 1 found a thing and 1 did not"):
        FileSummary(path="a.csv", rows=3, taken=3, joins=3, joined=1, unlinked={"ambiguous": 1})


# ---- what waits is listed ----


def test_what_is_not_linked_is_listed_with_what_was_tried(desk: TableDesk) -> None:
    desk.things([thing(name, x=20 * place, title="Twin") for place, name in enumerate("ab")])
    desk.rows([row("1", title="Twin"), row("2", bag="wrong"), row("3", title="Nowhere", where="Markt 1"), row("4")])
    with desk.ledger.reading() as snapshot:
        lines = unlinked(snapshot, UnlinkedFilter())
        ambiguous = unlinked(snapshot, UnlinkedFilter("rows", "ambiguous"))
        with pytest.raises(UnlinkedError, match="There is no source 'elsewhere': known are rows, things"):
            unlinked(snapshot, UnlinkedFilter("elsewhere"))
    assert dict(lines.select("key", "reason").rows()) == {
        "1": "ambiguous", "2": "wrong code", "3": "unknown address", "4": "nothing given"
    }  # fmt: skip
    assert (ambiguous["key"].to_list(), ambiguous["fitting"].to_list()) == (["1"], [2])
    assert lines.filter(key="3")["tried"].to_list() == [["address: unknown address", "name: unknown name"]]
    assert counts(lines)["records"].sum() == 4


def test_references_by_code_and_record_that_wait_are_listed_too(desk: TableDesk) -> None:
    text = THINGS + "      - [res:partOf, record/elsewhere/$(bag)]\n      - [res:standsOn, code/cn.bdcdyh/$(title)]\n"
    desk.take(square("w", 0, bag=BAG.format(1), title="340123002004GB00031"), "waiting", text)
    with desk.ledger.reading() as snapshot:
        lines = unlinked(snapshot, UnlinkedFilter())
    assert sorted(lines.select("reason", "to").rows()) == [
        ("no such code", "code/cn.bdcdyh/340123002004GB00031"), ("no such record", f"record/elsewhere/{BAG.format(1)}")
    ]  # fmt: skip
