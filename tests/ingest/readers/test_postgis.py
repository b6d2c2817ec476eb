"""PostGIS: every type of column, SRIDs, curves, names made to harm; and where a password goes, which is nowhere.

Against a real server; without one (see `tests.ingest.postgis_server`) the tests that need it are skipped.
"""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely
from psycopg import sql

from ingest.pipeline import Options, ingest_files
from ingest.readers import Batch, FileInfo, FileMissing, Request, UnknownFormat, UnknownLayer, detect, read
from ingest.readers.postgis import PostgisReader
from ingest.readers.postgis_address import connection_entries, shown, write_address
from ingest.unpack import Given, unpacked
from kg.workspace import AllowedOperation, create_workspace
from ontology import Schema
from tests.ingest.postgis_server import Server, postgis_server

from .suite import all_batches

_MAPPING = """
prefixes:
  res: https://res3d.example/ontology#
res3d:
  source: town-houses
  title: Houses
  licence: none
  geometry: required
  format: PostGIS
mappings:
  house:
    s: record/town-houses/$(code)
    po:
      - [a, res:Building]
      - [res:use, $(use)]
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgis_server() as found:
        if found is None:
            pytest.skip("no PostgreSQL with PostGIS: set RES3D_TEST_POSTGIS or install postgresql-15-postgis-3")
        with psycopg.connect(found.url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        yield found


@pytest.fixture
def database(server: Server) -> Iterator[psycopg.Connection[Any]]:
    """A connection to an empty database."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        yield connection
        connection.execute("DROP SCHEMA IF EXISTS town CASCADE")
        for (name,) in connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') "
            "AND relname NOT IN ('spatial_ref_sys', 'geometry_columns', 'geography_columns')"
        ).fetchall():
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def taken(server: Server, folder: Path, layer: str | None = None, batch_rows: int = 1000) -> tuple[FileInfo, Batch]:
    path = write_address(server.url, folder / "address")
    parts = list(PostgisReader().read(Request(str(path), layer, batch_rows)))
    last = parts[-1]
    assert isinstance(last, FileInfo)
    return last, all_batches([part for part in parts if isinstance(part, Batch)])


def houses(database: psycopg.Connection[Any], number: int = 25) -> None:
    database.execute("CREATE SCHEMA town")
    database.execute("CREATE TABLE town.houses (code text PRIMARY KEY, use text, geom public.geometry(Polygon, 28992))")
    database.execute(
        "INSERT INTO town.houses SELECT 'h' || lpad(n::text, 3, '0'), 'dwelling', "
        "ST_MakeEnvelope(85000 + 20 * n, 446000, 85010 + 20 * n, 446010, 28992) FROM generate_series(1, %s) n",
        (number,),
    )


def test_rows_come_in_batches_in_the_order_of_their_key(
    server: Server, database: psycopg.Connection[Any], tmp_path: Path
) -> None:
    houses(database)
    info, batch = taken(server, tmp_path, batch_rows=7)
    assert (info.format, info.declared_crs, info.layers, info.rows) == ("PostGIS", "EPSG:28992", ("town.houses",), 25)
    assert batch.features["@row"].to_list() == list(range(1, 26))
    assert batch.features["@key"].to_list() == [f"h{n:03}" for n in range(1, 26)]
    assert set(batch.features["@class"]) == {"town.houses"}
    found = shapely.from_wkb(batch.geometries["@geometry"].to_list())
    assert shapely.bounds(found[2]).tolist() == [85060, 446000, 85070, 446010]
    assert batch.geometries["@problem"].null_count() == 25


def test_every_type_of_column_is_a_number_or_text(
    server: Server, database: psycopg.Connection[Any], tmp_path: Path
) -> None:
    database.execute("CREATE DOMAIN public.storeys AS int CHECK (VALUE > 0)")
    columns = {
        "i2": ("int2", "-7", -7),
        "i8": ("int8", "9007199254740993", 9007199254740993),
        "f4": ("float4", "0.5", 0.5),
        "f8": ("float8", "'NaN'", pytest.approx(float("nan"), nan_ok=True)),
        "b": ("bool", "true", True),
        "n_area": ("numeric(12,2)", "123.45", 123.45),
        "n_whole": ("numeric(10)", "42", 42),
        "n_long": ("numeric(20,0)", "12345678901234567890", "12345678901234567890"),
        "n_any": ("numeric", "1e400", "1" + "0" * 400),
        "t": ("varchar(9)", "'宗地'", "宗地"),
        "c": ("char(3)", "'a'", "a"),
        "d": ("date", "'2026-01-31'", "2026-01-31"),
        "ts": ("timestamp", "'2026-01-31 10:20'", "2026-01-31T10:20:00"),
        "tz": ("timestamptz", "'2026-01-31 10:20+02'", "2026-01-31T08:20:00+00:00"),
        "forever": ("date", "'infinity'", "infinity"),
        "j": ("jsonb", """'{"a": 1}'""", '{"a": 1}'),
        "a": ("int[]", "'{1,2}'", "[1,2]"),
        "by": ("bytea", "'\\x0aff'", "0aff"),
        "u": ("uuid", "'00000000-0000-0000-0000-000000000001'", "00000000-0000-0000-0000-000000000001"),
        "iv": ("interval", "'1 day'", "P1D"),
        "dom": ("storeys", "3", 3),
        "nil": ("int4", "NULL", None),
    }
    database.execute(f"CREATE TABLE kinds ({', '.join(f'{name} {kind}' for name, (kind, _, _) in columns.items())})")
    database.execute(f"INSERT INTO kinds VALUES ({', '.join(value for _, value, _ in columns.values())})")  # noqa: S608
    try:
        info, batch = taken(server, tmp_path, "public.kinds")
    finally:
        database.execute("DROP TABLE kinds; DROP DOMAIN storeys")
    assert (info.rows, info.declared_crs, batch.geometries.height) == (1, None, 0)
    row = batch.features.to_dicts()[0]
    assert {name: row[name] for name in columns} == {name: expected for name, (_, _, expected) in columns.items()}
    assert row["@key"] is None


@pytest.mark.parametrize(
    ("text", "expected", "problem"),
    [
        ("POINT Z(1 2 3)", "POINT Z (1 2 3)", None),
        ("POINT M(1 2 3)", "POINT (1 2)", None),
        ("MULTIPOLYGON(((0 0,4 0,4 4,0 0)))", "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)))", None),
        ("COMPOUNDCURVE((0 0,1 1))", "LINESTRING (0 0, 1 1)", None),
        ("POLYGON EMPTY", "POLYGON EMPTY", "empty"),
        ("POLYGON((0 0,4 4,4 0,0 4,0 0))", "POLYGON ((0 0, 4 4, 4 0, 0 4, 0 0))", "self-crossing"),
        ("TIN(((0 0 0,1 0 0,0 1 0,0 0 0)))", None, "unsupported-type"),
        (None, None, "missing"),
    ],
)
def test_geometries_are_iso_wkb_or_have_a_problem(
    server: Server, database: psycopg.Connection[Any], tmp_path: Path, text: str | None, expected: str, problem: str
) -> None:
    database.execute("CREATE TABLE shapes (id int, geom geometry)")
    database.execute("INSERT INTO shapes VALUES (1, ST_GeomFromText(%s))", (text,))
    info, batch = taken(server, tmp_path)
    wkb = batch.geometries["@geometry"][0]
    assert (None if wkb is None else shapely.from_wkb(wkb).wkt) == expected
    assert (batch.geometries["@problem"].to_list(), info.declared_crs) == ([problem], None)


def test_arcs_become_lines(server: Server, database: psycopg.Connection[Any], tmp_path: Path) -> None:
    database.execute("CREATE TABLE shapes (geom geometry)")
    database.execute("INSERT INTO shapes VALUES ('CURVEPOLYGON(CIRCULARSTRING(0 0, 2 2, 4 0, 2 -2, 0 0))')")
    _, batch = taken(server, tmp_path)
    assert shapely.from_wkb(batch.geometries["@geometry"][0]).area == pytest.approx(3.1416 * 4, rel=0.01)


def test_a_geography_is_in_degrees(server: Server, database: psycopg.Connection[Any], tmp_path: Path) -> None:
    database.execute("CREATE TABLE places (geog geography(Point, 4326))")
    database.execute("INSERT INTO places VALUES ('POINT(4.37 52)')")
    info, batch = taken(server, tmp_path)
    assert (info.declared_crs, shapely.from_wkb(batch.geometries["@geometry"][0]).wkt) == (
        "EPSG:4326",
        "POINT (4.37 52)",
    )


def test_a_geometry_with_another_srid_is_not_taken_for_one_with_the_first(
    server: Server, database: psycopg.Connection[Any], tmp_path: Path
) -> None:
    database.execute("CREATE TABLE mixed (id int PRIMARY KEY, geom geometry)")
    database.execute("INSERT INTO mixed VALUES (1, 'SRID=4490;POINT(117 31)'), (2, 'SRID=28992;POINT(85000 446000)')")
    info, batch = taken(server, tmp_path)
    assert (info.declared_crs, info.unsupported) == ("EPSG:4490", {"geometry with another SRID than 4490": 1})
    assert batch.geometries["@problem"].to_list() == [None, "unreadable"]
    assert batch.geometries["@geometry"].null_count() == 1


def test_a_reference_system_of_its_own_is_known_by_its_text(
    server: Server, database: psycopg.Connection[Any], tmp_path: Path
) -> None:
    database.execute(
        "INSERT INTO spatial_ref_sys SELECT 990001, 'local', 1, srtext, proj4text FROM spatial_ref_sys "
        "WHERE srid = 4549 ON CONFLICT DO NOTHING"
    )
    database.execute("CREATE TABLE places (geom geometry(Point, 990001))")
    database.execute("INSERT INTO places VALUES ('SRID=990001;POINT(500000 3500000)')")
    assert "CGCS2000" in str(taken(server, tmp_path)[0].declared_crs)


def test_several_tables_are_told_and_those_without_geometry_are_read_when_named(
    server: Server, database: psycopg.Connection[Any], tmp_path: Path
) -> None:
    houses(database)
    database.execute("CREATE TABLE owners (id int PRIMARY KEY, part int, name text)")
    database.execute("INSERT INTO owners VALUES (1, 2, 'A')")
    database.execute("CREATE TABLE sites (id int, outline geometry(Polygon, 4490), middle geometry(Point, 4490))")
    with pytest.raises(UnknownLayer) as found:
        taken(server, tmp_path)
    assert found.value.layers == ("public.sites.outline", "public.sites.middle", "town.houses")
    for number, name in enumerate(("owners", "public.owners")):
        info, batch = taken(server, tmp_path / str(number), name)
        assert (batch.features.select("@key", "name").rows(), batch.geometries.height) == ([("1", "A")], 0)
    database.execute("INSERT INTO sites VALUES (1, NULL, 'SRID=4490;POINT(117 31)')")
    info, batch = taken(server, tmp_path / "sites", "public.sites.middle")
    assert (info.unsupported, batch.geometries["@problem"].to_list()) == ({"geometry column outline": 1}, [None])
    with pytest.raises(UnknownLayer, match=r"no layer 'public.gone'.*public.owners"):
        taken(server, tmp_path / "gone", "public.gone")


def test_names_made_to_harm_are_only_names(server: Server, database: psycopg.Connection[Any], tmp_path: Path) -> None:
    name = 'x"; DROP TABLE town.houses; --%s{}'
    houses(database)
    table = sql.Identifier("town", name)
    database.execute(
        sql.SQL("CREATE TABLE {} ({} text PRIMARY KEY, {} geometry(Point, 4490))").format(
            table, sql.Identifier(name), sql.Identifier("g'\"%s")
        )
    )
    database.execute(sql.SQL("INSERT INTO {} VALUES ('v', 'SRID=4490;POINT(1 2)')").format(table))
    _, batch = taken(server, tmp_path, f"town.{name}")
    assert (batch.features["@key"].to_list(), batch.features[name].to_list()) == (["v"], ["v"])
    with pytest.raises(UnknownLayer):
        taken(server, tmp_path / "else", "town.houses; DROP TABLE town.houses")
    assert database.execute("SELECT count(*) FROM town.houses").fetchone() == (25,)


def test_nothing_can_be_written_and_no_query_goes_on_for_ever(
    server: Server, database: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    houses(database)
    database.execute(
        "CREATE FUNCTION town.leave() RETURNS int LANGUAGE plpgsql AS $$BEGIN DELETE FROM town.houses; RETURN 1; END$$"
    )
    database.execute("CREATE VIEW town.trap AS SELECT town.leave() AS n")
    with pytest.raises(Exception, match="read-only transaction"):
        taken(server, tmp_path, "town.trap")
    database.execute("CREATE VIEW town.slow AS SELECT pg_sleep(60)::text AS n")
    monkeypatch.setattr("ingest.readers.postgis._SETTINGS", {"statement_timeout": "200"})
    with pytest.raises(Exception, match="a query took more than"):
        taken(server, tmp_path / "slow", "town.slow")
    assert database.execute("SELECT count(*) FROM town.houses").fetchone() == (25,)


def test_a_table_that_may_not_be_read_is_not_there(
    server: Server, database: psycopg.Connection[Any], tmp_path: Path
) -> None:
    houses(database)
    database.execute("DROP ROLE IF EXISTS guest")
    database.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    path = write_address(server.bare_url.replace("me@", "guest:guest@"), tmp_path / "address")
    with pytest.raises(UnknownLayer, match="no table with a geometry"):
        list(PostgisReader().read(Request(str(path))))


# ---- through the pipeline ----


@pytest.mark.process
def test_a_table_is_taken_and_taken_again(
    server: Server, database: psycopg.Connection[Any], schema: Schema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time rows have changed: a database is never held to be the one that was taken before."""
    houses(database)
    rule = tmp_path / "houses.yml"
    rule.write_text(_MAPPING)
    through = AllowedOperation("EPSG:28992", "EPSG:4490", through="EPSG:4258", uncertainty_m=1.0)
    workspace = create_workspace(tmp_path / "workspace", allowed=(through,))
    ledger = workspace.ledger()
    url = Path(server.bare_url)
    monkeypatch.setenv("PGPASSWORD", server.password)
    (first,) = ingest_files(workspace, ledger, schema, [url], Options(mapping=rule))
    assert (first.error, first.rows, first.taken, first.path) == (None, 25, 25, shown(server.bare_url))
    database.execute("UPDATE town.houses SET use = 'shop' WHERE code < 'h004'")
    database.execute("DELETE FROM town.houses WHERE code = 'h020'")
    monkeypatch.delenv("PGPASSWORD")
    (second,) = ingest_files(workspace, ledger, schema, [Path(server.url)], Options(mapping=rule))
    assert (second.error, second.changed, second.unchanged, second.ended) == (None, 3, 21, 1)
    files = [path for path in (tmp_path / "workspace").rglob("*") if path.is_file()]
    kept = f"{b''.join(path.read_bytes() for path in files).decode('latin-1')}{first}{second}"
    assert "postgresql" in kept
    assert server.password not in kept
    assert "p%3Aw" not in kept


@pytest.mark.process
def test_all_tables_with_geometry_are_taken_when_none_is_named(
    server: Server, database: psycopg.Connection[Any], schema: Schema, tmp_path: Path
) -> None:
    houses(database)
    database.execute("CREATE TABLE other (id int, geom geometry(Point, 4490))")
    workspace = create_workspace(tmp_path / "workspace")
    summaries = ingest_files(workspace, workspace.ledger(), schema, [Path(server.url)], Options(dry_run=True))
    told = "\n".join(str(each.error or each.skipped) for each in summaries)
    assert "public.other" in told
    assert "town.houses" in told
    assert server.password not in told


@pytest.mark.process
def test_a_wrong_password_is_said_without_it(server: Server, schema: Schema, tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "workspace")
    url = server.bare_url.replace("me@", "me:wrong-w0rd@")
    (summary,) = ingest_files(workspace, workspace.ledger(), schema, [Path(url)], Options())
    assert summary.error is not None
    assert "can't be reached" in summary.error
    assert "password authentication failed" in summary.error
    assert "wrong-w0rd" not in summary.error
    assert summary.error.startswith(shown(url))


# ---- the address, without a server ----


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me:p%40ss@host:5433/town", "postgresql://me@host:5433/town"),
        ("postgresql:/me:p%40ss@host/town", "postgresql://me@host/town"),  # as a path has it
        ("postgres://host/town?user=me&password=p%40ss&sslmode=require", "postgresql://me@host/town"),
    ],
)
def test_an_address_is_a_file_without_its_password(tmp_path: Path, url: str, expected: str) -> None:
    with unpacked([Path(url)]) as found:
        (given,) = found
        assert isinstance(given, Given)
        assert (given.name, given.reader, given.path.name) == (expected, "postgis", "town.postgresql")
        assert "p@ss" not in given.path.read_text()
        assert connection_entries(given.path)["password"] == "p@ss"  # noqa: S105 - made up
        secret = given.path.parent / "secret"
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert stat.S_IMODE(given.path.parent.stat().st_mode) == 0o700
    assert not given.path.exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql:///town", "no dbname"),
        ("postgresql://me:s3cret@host", "names no dbname"),
        ("postgresql://one,two/town", "several hosts"),
        ("postgresql://me:s3cret@host:x/town", "no number"),
        ("postgresql://me:s3cret@host/town?service=x", "sets service"),
        ("postgresql://me:s3cret@host/town?options=-c%20x", "sets options"),
        ("postgresql://me:s3cret@[host/town", "can't be understood"),
    ],
)
def test_an_address_that_says_too_little_or_too_much_is_refused(tmp_path: Path, url: str, words: str) -> None:
    with unpacked([Path(url), tmp_path]) as found:
        assert isinstance(found[0], FileMissing)
        assert words in str(found[0])
        assert "s3cret" not in str(found[0])


def test_no_file_makes_anybody_call_a_server(tmp_path: Path) -> None:
    write_address("postgresql://me@192.0.2.1/town", tmp_path / "address")
    path = tmp_path / "address" / "town.postgresql"
    with pytest.raises(UnknownFormat):
        detect(path)
    path.write_text(json.dumps({"host": "192.0.2.1"}))
    with pytest.raises(FileMissing, match="no address of a database"), read(path, format="postgis"):
        pass
