"""VCT: every record and spelling, the zones of China, and files that are cut, wrong or made to harm."""

import gzip
from pathlib import Path

import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ingest.mapping_text import load_mapping
from ingest.mappings import mapping_files
from ingest.pipeline import Options, ingest_files
from ingest.readers import Batch, FileInfo, Request, UnknownLayer, read
from ingest.readers.vct import VctReader
from kg.ledger import tables as t
from kg.workspace import create_workspace
from ontology import Schema, compile_schema, packaged_texts

from .suite import ReaderSuite, all_batches
from .vct_samples import EXAMPLE, shapes, taken, towns, written
from .vct_writer import Spelling, Town, parcels


class TestVct(ReaderSuite):
    """120 parcels that share their lines, a third of them with a hole, in GB 18030."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return written(tmp_path, parcels(12, 10).text(Spelling(pieces=4, turned=True)), "gb18030")

    @pytest.fixture
    def reader_name(self) -> str:
        return "vct"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 120

    @pytest.fixture
    def expected_crs(self) -> str:
        return "EPSG:4549"

    def test_every_parcel_has_the_area_that_its_row_states(self, path: Path) -> None:
        _, batch = taken(path)
        assert batch.geometries["@problem"].drop_nulls().to_list() == []
        areas = [round(shape.area, 2) for shape in shapes(batch)]
        assert areas == pytest.approx(batch.features["ZDMJ"].to_list(), abs=0.011)
        assert [len(shape.interiors) for shape in shapes(batch)] == [int(n % 3 == 0) for n in range(120)]
        assert {len(shape.exterior.coords) for shape in shapes(batch)} == {5}  # where lines meet, a point is there once
        assert batch.features["ZL"].to_list()[-1] == "坐落 119"


def test_the_example_of_the_text(tmp_path: Path) -> None:
    info, batch = taken(written(tmp_path, EXAMPLE))
    (polygon,) = shapes(batch)
    assert (len(polygon.exterior.coords), polygon.area, polygon.exterior.is_closed) == (4, 50.0, True)
    assert batch.features.to_dicts() == [
        {"@row": 1, "@key": "10", "@parent": None, "@class": "6001010000", "ZDDM": "340123002004GB00011", "ZDMJ": 50.0}
    ]
    assert (info.format, info.format_version, info.layers) == ("VCT", "3.0", ("ZDJBXX",))


def test_a_packed_file_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "town.vct.gz"
    path.write_bytes(gzip.compress(EXAMPLE.encode("gb18030")))
    with read(path) as reading:
        assert all_batches(list(reading.batches)).features["ZDMJ"].to_list() == [50.0]


@settings(max_examples=30)
@given(
    towns(),
    st.builds(
        Spelling,
        east_first=st.booleans(),
        pieces=st.integers(0, 5),
        turned=st.booleans(),
        zeros_count=st.booleans(),
        ids_per_line=st.integers(2, 9),
        newline=st.sampled_from(["\n", "\r\n"]),
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    st.integers(1, 4),
)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, town: Town, how: Spelling, encoding: str, batch_rows: int
) -> None:
    path = written(tmp_path_factory.mktemp("trip"), town.text(how), encoding)
    for table, (code, columns, rows) in town.tables.items():
        parts = list(VctReader().read(Request(str(path), table, batch_rows)))
        batch = all_batches([part for part in parts if isinstance(part, Batch)])
        assert isinstance(parts[-1], FileInfo)
        assert (parts[-1].rows, parts[-1].unsupported) == (len(rows), {})
        names = [column.split(",")[0] for column in columns]
        expected = [
            tuple("2026-01-31" if value == "20260131" else None if value == "" else value for value in row)
            for row in rows
        ]
        assert batch.features.select(pl.col("@key").cast(pl.Int64), *names).rows() == expected
        assert set(batch.features["@class"]) == {code}
        assert batch.geometries["@problem"].null_count() == len(town.shapes[table])
        for found, (_, shape) in zip(shapes(batch), town.shapes[table], strict=True):
            assert found.normalize() == shape.normalize()


def test_rows_without_geometry_and_geometries_without_row_are_all_there(tmp_path: Path) -> None:
    town = parcels(3, 1)
    town.tables["ZDJBXX"][2][1] = (99, "340123002004GB00099", "1.00", "无图形")
    info, batch = taken(written(tmp_path, town.text(Spelling())))
    assert batch.features["@key"].to_list() == ["10", "99", "12", "11"]
    assert batch.features["ZDDM"].null_count() == 1
    assert batch.geometries["@problem"].to_list() == [None, "missing", None, None]
    assert "1 x geometry without a row of attributes" in info.warnings


def test_a_table_without_geometry_is_a_table(tmp_path: Path) -> None:
    town = Town()
    town.add("QLR", "6003000000", ["QLRMC,Char,10"], [(1, "甲"), (2, "乙")], [])
    _, batch = taken(written(tmp_path, town.text(Spelling())))
    assert batch.features["QLRMC"].to_list() == ["甲", "乙"]
    assert batch.geometries.is_empty()


def test_several_layers_are_listed(tmp_path: Path) -> None:
    town = parcels(2, 1)
    town.add("QLR", "6003000000", ["QLRMC,Char,10"], [(1, "甲")], [])
    town.add("LJZ", "6001030120", ["LJZH,Char,10"], [], [])
    path = written(tmp_path, town.text(Spelling()))
    with pytest.raises(UnknownLayer, match="2 layers: ZDJBXX, QLR") as found:
        taken(path)
    assert found.value.layers == ("ZDJBXX", "QLR")
    with pytest.raises(UnknownLayer, match="no layer 'C'"):
        taken(path, "C")


@pytest.mark.process
def test_a_county_goes_into_the_ledger(tmp_path: Path) -> None:
    """By the built-in mappings, layer by layer; boundary points and lines bound the parcels that they name."""
    town = parcels(4, 3)
    kind, columns, rows = town.tables["ZDJBXX"]
    town.tables["ZDJBXX"] = (kind, (*columns, "QLSDFS,Char,2"), [(*row, 2) for row in rows])
    code = "340123002004GB00001"
    points = [(500 + n, shapely.Point(500_000.25 + 20 * n, 3_500_000.5)) for n in range(2)]
    fields = ["ZDZHDM,Char,19", "JZDH,Char,10", "SXH,Int4"]
    town.add("JZD", "6001070000", fields, [(500 + n, code, f"J{n}", n + 1) for n in range(2)], points)
    side = shapely.LineString([point.coords[0] for _, point in points])
    town.add("JZX", "6001060009", ["ZDZHDM,Char,19", "JZXCD,Float,15,2"], [(600, code, 20.0)], [(600, side)])
    house = shapely.box(500_002, 3_500_012, 500_009, 3_500_019)
    town.add("ZRZ", "6001030110", ["ZRZH,Char,24", "ZCS,Int4"], [(700, f"{code}F0001", 6)], [(700, house)])
    town.add("C", "6001030130", ["CH,Char,9", "ZRZH,Char,24", "SJC,Char,9"], [(800, "1", f"{code}F0001", "1")], [])
    path = written(tmp_path, town.text(Spelling(pieces=4, turned=True)), "gb18030")
    schema = compile_schema(packaged_texts())
    workspace = create_workspace(tmp_path / "workspace")
    ledger = workspace.ledger()
    summaries = ingest_files(workspace, ledger, schema, [path], Options())
    assert [one.reasons for one in summaries if one.reasons] == []
    assert {one.layer: (one.mapping, one.taken, one.error) for one in summaries} == {
        "ZDJBXX": ("cn-vct-parcel.yml", 12, None),
        "JZD": ("cn-vct-boundary-point.yml", 2, None),
        "JZX": ("cn-vct-boundary-line.yml", 1, None),
        "ZRZ": ("cn-vct-building.yml", 1, None),
        "C": ("cn-vct-storey.yml", 1, None),
    }
    assert sum(one.quarantined for one in summaries) == 0
    strata = ledger.read(select(t.record.c.attributes).where(t.record.c.source == "cn-vct-parcel"))
    assert strata["attributes"].str.contains("surface").all()
    assert sum(one.relations for one in summaries) >= 3  # two points and a line bound their parcel


def test_every_mapping_of_the_format_reads_a_table_of_its_own(schema: Schema, tmp_path: Path) -> None:
    mappings = [
        load_mapping(path, schema)
        for name, path in mapping_files(create_workspace(tmp_path)).items()
        if name.startswith("cn-vct-")
    ]
    layers = [layer for mapping in mappings for layer in mapping.header.layer]
    assert (len(mappings), len(set(layers)), layers.count("ZDJBXX")) == (11, 10, 2)  # with and without QLSDFS
