"""The registration county and the Delft campus, from their files through the whole pipeline into the ledger."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import shapely
from pyproj import Transformer
from sqlalchemy import Table, select

from ingest.pipeline import Options, ingest_files
from ingest.sample.registration import make
from ingest.summary import FileSummary
from kg.ledger import Ledger, in_force
from kg.ledger import tables as t
from kg.workspace import AllowedOperation, Workspace, create_workspace
from ontology import Schema
from tests import registration_answers as expected

RD_THROUGH_ETRS89 = AllowedOperation("EPSG:28992", "EPSG:4490", through="EPSG:4258", uncertainty_m=1.0)


@dataclass(frozen=True, slots=True)
class Office:
    """A workspace into which files were taken."""

    workspace: Workspace
    ledger: Ledger
    schema: Schema
    paths: tuple[Path, ...]
    summaries: tuple[FileSummary, ...]

    def rows(self, table: Table) -> pl.DataFrame:
        return self.ledger.read(select(table).where(in_force(table)))

    def again(self) -> list[FileSummary]:
        return ingest_files(self.workspace, self.ledger, self.schema, self.paths, Options())

    def summary(self, name: str) -> FileSummary:
        return next(one for one in self.summaries if Path(one.path).name == name)


def taken(folder: Path, schema: Schema, paths: Sequence[Path]) -> Office:
    workspace = create_workspace(folder / "workspace", allowed=(RD_THROUGH_ETRS89,))
    ledger = workspace.ledger()
    summaries = ingest_files(workspace, ledger, schema, paths, Options())
    return Office(workspace, ledger, schema, tuple(paths), tuple(summaries))


@pytest.fixture(scope="module")
def county(schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return taken(tmp_path_factory.mktemp("county"), schema, [expected.FOLDER / name for name in expected.FILES])


@pytest.fixture(scope="module")
def campus(schema: Schema, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = shared_data / "nl-delft-campus"
    files = [folder / "bag_pand_2d.geojson", folder / "3dbag_v210908_tile5910.city.json"]
    return taken(tmp_path_factory.mktemp("campus"), schema, files)


def names(office: Office) -> Mapping[str, str]:
    """The short name of each entity, by the records that describe it."""
    members = office.rows(t.membership).select("source", "key", "entity").rows()
    return {entity: expected.RECORDS[source, key] for source, key, entity in members}


def relations(office: Office, rows: pl.DataFrame) -> set[tuple[str, str, str]]:
    name = names(office)
    return {(name[one], predicate, name[other]) for one, predicate, other in rows.rows()}


# ---- the files ----


def test_the_script_makes_the_files_that_are_there() -> None:
    made = make.files()
    assert made.keys() == set(expected.FILES)
    assert {name: (expected.FOLDER / name).read_text(encoding="utf-8") for name in made} == made


def test_the_split_parcel_is_the_union_of_its_parts() -> None:
    parcels = json.loads(make.files()["parcels.geojson"])["features"]
    shape = {one["properties"]["ZDDM"]: shapely.geometry.shape(one["geometry"]) for one in parcels}
    assert shapely.union(shape[expected.P2], shape[expected.P3]).equals(shape[expected.P1])
    assert [shape[code].area for code in (expected.P1, expected.P2, expected.P3)] == [2000, 1200, 800]


# ---- the county in the ledger ----


def test_every_row_of_the_county_is_accounted_for(county: Office) -> None:
    assert [one.error for one in county.summaries] == [None] * len(expected.FILES)
    assert sum(one.rows for one in county.summaries) == len(expected.RECORDS) + 1
    assert sum(one.taken for one in county.summaries) == len(expected.RECORDS)
    assert sum(one.quarantined for one in county.summaries) == 1
    assert [warning for one in county.summaries for warning in one.warnings] == []


def test_every_thing_is_one_entity_of_its_class(county: Office) -> None:
    classes = dict(county.rows(t.entity).select("id", "class").rows())
    assert {name: classes[entity] for entity, name in names(county).items()} == expected.CLASSES
    assert len(classes) == len(expected.CLASSES)


def test_things_have_the_period_and_state_that_is_known(county: Office) -> None:
    name = names(county)
    entities = county.rows(t.entity).select("id", "valid_from", "valid_to", "state").rows()
    assert {name[one]: (start, end) for one, start, end, _ in entities if start or end} == expected.PERIODS
    assert {name[one] for one, _, _, state in entities if state == "retired"} == expected.RETIRED


def test_codes_are_registered_and_that_of_the_split_parcel_is_retired(county: Office) -> None:
    name = names(county)
    codes = county.rows(t.code).select("scheme", "value", "entity", "state").rows()
    assert {(scheme, value, name[entity], state) for scheme, value, entity, state in codes} == expected.CODES


def test_relations_are_those_that_the_files_state(county: Office) -> None:
    rows = county.rows(t.relation).filter(pl.col("origin").str.starts_with("record/"))
    assert relations(county, rows.select("subject", "predicate", "object")) == expected.STATED


def test_relations_follow_from_position_by_the_declared_rules(county: Office) -> None:
    rows = county.rows(t.relation).filter(pl.col("origin").str.starts_with("rule/"))
    assert relations(county, rows.select("subject", "predicate", "object")) == expected.BY_POSITION


def test_no_relation_is_left_without_its_object(county: Office) -> None:
    assert county.rows(t.relation)["object"].null_count() == 0


def test_neighbours_share_one_boundary_line_of_forty_metres(county: Office) -> None:
    evidence = county.rows(t.relation).filter(pl.col("predicate") == "adjacentTo")["evidence"]
    lengths = [next(iter(json.loads(text).values())) for text in evidence]
    assert lengths == pytest.approx([40, 40], rel=0.01)


def test_relations_hold_as_long_as_what_states_them(county: Office) -> None:
    name = names(county)
    rows = county.rows(t.relation).filter(pl.col("predicate").is_in(["encumbers", "administers"]))
    periods = {name[one]: (start, end) for one, start, end in rows.select("subject", "valid_from", "valid_to").rows()}
    assert periods == {one: expected.PERIODS[one] for one in ("mortgage", "seizure", "O1", "O2")}


def test_the_split_leads_from_one_parcel_to_two(county: Office) -> None:
    name = names(county)
    rows = county.rows(t.lineage).select("predecessor", "successor", "kind", "date", "legal_reference").rows()
    assert {(name[old], name[new], *told) for old, new, *told in rows} == expected.SUCCESSION


def test_the_building_has_one_geometry_for_each_scale_and_dimension(county: Office) -> None:
    key = pl.col("key") == expected.B1
    records = county.rows(t.record).filter(key).select("source", "scale_level", "dimension", "lod").sort("source")
    assert records.rows() == [
        ("cn-building", "city", 2, None),
        ("cn-building-lod13", "city", 3, "1.3"),
        ("cn-building-lod3", "component", 3, "3"),
    ]
    volumes = county.rows(t.geometry).filter(key, pl.col("dimension") == 3)["volume"]
    assert volumes.to_list() == pytest.approx([2160, 2160])


def test_the_records_of_the_building_were_joined_by_its_code(county: Office) -> None:
    members = county.rows(t.membership).filter(pl.col("key") == expected.B1)
    assert members["entity"].n_unique() == 1
    evidence = [json.loads(text) for text in members.sort("source")["evidence"]]
    assert evidence[0] == {"by": "first record"}
    assert evidence[1:] == [{"by": "code", "scheme": "cn.zrzh", "value": expected.B1}] * 2


def test_two_records_of_the_building_lie_seventy_centimetres_apart_with_unlike_epochs(county: Office) -> None:
    geometry = county.rows(t.geometry).filter(pl.col("key") == expected.B1)
    plane = {
        source: shapely.from_wkb(footprint or whole)
        for source, footprint, whole in geometry.select("source", "footprint", "geometry").rows()
    }
    to_metres = Transformer.from_crs("EPSG:4490", "EPSG:4548", always_xy=True)
    east, north = zip(
        *(to_metres.transform(*plane[name].centroid.coords[0]) for name in ("cn-building", "cn-building-lod13")),
        strict=True,
    )
    assert ((east[1] - east[0]) ** 2 + (north[1] - north[0]) ** 2) ** 0.5 == pytest.approx(0.7, abs=0.001)
    epochs = dict(county.rows(t.source).select("id", "epoch").rows())
    assert (epochs["cn-building"], epochs["cn-building-lod13"]) == (2000.0, None)


def test_the_parcel_below_lies_between_its_heights(county: Office) -> None:
    geometry = county.rows(t.geometry).filter(pl.col("key") == expected.P4)
    assert geometry.select("dimension", "lowest", "highest").rows() == [(3, -12.0, -3.0)]
    said = county.rows(t.record).filter(pl.col("key") == expected.P4)["attributes"][0]
    assert json.loads(said)["stratum"] == "below"


def test_a_unit_code_of_27_characters_waits_in_quarantine(county: Office) -> None:
    rows = county.rows(t.quarantine).to_dicts()
    assert len(rows) == 1
    assert (rows[0]["source"], rows[0]["position"], rows[0]["key"]) == ("cn-unit", 5, expected.BAD_UNIT)
    assert (rows[0]["reason"], rows[0]["state"]) == ("wrong_code", "open")
    assert "27" in rows[0]["detail"]
    assert json.loads(rows[0]["content"])["SHBW"] == "302"


def test_coordinates_came_by_an_exact_operation_and_can_go_back(county: Office) -> None:
    geometry = county.rows(t.geometry)
    assert geometry["accuracy_m"].to_list() == [0.0] * geometry.height
    assert not geometry["ballpark"].any()
    assert geometry["original_crs"].unique().to_list() == ["EPSG:4548"]
    parcel = geometry.filter(pl.col("key") == expected.P2)
    assert shapely.from_wkb(parcel["original"][0]).area == pytest.approx(1200)
    assert parcel["area"][0] == pytest.approx(1200)


def test_columns_without_a_property_are_kept(county: Office) -> None:
    record = county.rows(t.record).filter(pl.col("source") == "cn-seizure")
    unmapped = json.loads(record["unmapped"][0])
    assert unmapped["CFLX"] == "1"
    assert "YWH" not in unmapped


def test_the_county_once_more_commits_nothing(county: Office) -> None:
    before = county.ledger.position()
    again = county.again()
    assert county.ledger.position() == before
    assert [(one.taken, one.changed, one.ended) for one in again] == [(0, 0, 0)] * len(again)
    assert sum(one.unchanged for one in again) == len(expected.RECORDS)
    assert sum(one.quarantined for one in again) == 1


def test_files_that_come_before_what_they_refer_to_are_linked_when_it_comes(
    schema: Schema, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = ["successions.csv", "mortgages.csv", "units.csv", "storeys.csv", "buildings.geojson", "parcels.geojson"]
    folder = tmp_path_factory.mktemp("backwards")
    office = taken(folder, schema, [expected.FOLDER / name for name in files])
    known = set(names(office).values())
    wanted = {one for one in expected.STATED | expected.BY_POSITION if {one[0], one[2]} <= known}
    found = office.rows(t.relation).select("subject", "predicate", "object").drop_nulls("object")
    assert relations(office, found) == wanted
    name = names(office)
    lineage = office.rows(t.lineage).select("predecessor", "successor", "kind", "date", "legal_reference").rows()
    assert {(name[old], name[new], *told) for old, new, *told in lineage} == expected.SUCCESSION


# ---- the campus in the ledger ----


def test_every_row_of_the_campus_is_accounted_for(campus: Office) -> None:
    flat, solid = campus.summaries
    assert (flat.error, flat.mapping, flat.rows, flat.taken, flat.merged) == (None, "nl-bag.yml", 1529, 1526, 3)
    assert (solid.error, solid.mapping, solid.rows, solid.taken) == (None, "nl-3dbag.yml", 2339, 2339)
    assert solid.classes == {
        "Building": 432, "BuildingPart": 430, "GroundSurface": 430, "RoofSurface": 430, "WallSurface": 617,
    }  # fmt: skip
    assert solid.linked == 421


def test_each_building_of_the_campus_has_the_records_that_its_code_says(campus: Office, shared_data: Path) -> None:
    truth = pl.read_csv(shared_data / "nl-delft-campus" / "truth" / "pairs_bag_id.csv")
    members = campus.rows(t.membership).join(campus.rows(t.record), on=["source", "key"])
    buildings = members.filter(pl.col("class") == "Building").group_by("entity").agg("source", "key")
    assert buildings["key"].list.n_unique().to_list() == [1] * buildings.height
    found = buildings.select(
        pl.col("key").list.first().alias("bag_pand_id"),
        *(pl.col("source").list.contains(f"nl-{name}").cast(pl.Int64).alias(column)
          for column, name in (("in_2d", "bag"), ("in_3d", "3dbag"))),
    )  # fmt: skip
    wanted = truth.select(found.columns)
    assert set(found.rows()) == set(wanted.rows())
    assert found.filter(pl.col("in_2d") + pl.col("in_3d") == 2).height == 421


def test_buildings_of_one_vintage_stay_apart_although_they_lie_in_the_same_place(campus: Office) -> None:
    geometry = campus.rows(t.geometry)
    flat = geometry.filter(pl.col("source") == "nl-bag")
    solid = geometry.filter(pl.col("source") == "nl-3dbag", pl.col("lod") == "0")
    only_flat = flat.join(solid, on="key", how="anti")
    extent = shapely.box(*shapely.total_bounds(shapely.from_wkb(solid["original"].to_numpy())))
    centres = shapely.centroid(shapely.from_wkb(only_flat["original"].to_numpy()))
    inside = only_flat.filter(pl.Series(shapely.covers(extent, centres)))
    only_solid = solid.join(flat, on="key", how="anti")
    assert (inside.height, only_solid.height) == (52, 11)
    alone = campus.rows(t.membership).join(pl.concat([inside, only_solid]), on=["source", "key"], how="semi")
    records_of_entity = campus.rows(t.membership).join(alone.select("entity"), on="entity", how="semi")
    assert records_of_entity.height == alone["entity"].n_unique() == 63


def test_parts_and_surfaces_of_the_campus_belong_to_their_building(campus: Office) -> None:
    rows = campus.rows(t.relation)
    assert rows["predicate"].unique().to_list() == ["partOf"]
    assert rows.height == 430 + 430 + 430 + 617
    assert rows["object"].null_count() == 0


def test_positions_of_the_campus_are_marked_as_ballpark(campus: Office) -> None:
    geometry = campus.rows(t.geometry)
    assert geometry["ballpark"].all()
    assert geometry["accuracy_m"].unique().to_list() == [1.0]
    assert all("ballpark operation that the workspace allows" in one.warnings[0] for one in campus.summaries)


def test_the_campus_once_more_commits_nothing(campus: Office) -> None:
    before = campus.ledger.position()
    again = campus.again()
    assert campus.ledger.position() == before
    assert [(one.taken, one.changed, one.unchanged, one.merged) for one in again] == [(0, 0, 1526, 3), (0, 0, 2339, 0)]
