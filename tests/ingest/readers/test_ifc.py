"""IFC: every thing of a model is a feature, in its tree, with what is said of it; shapes as ifcopenshell's own."""

import gzip
import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import ifcopenshell
import ifcopenshell.geom
import ifcopenshell.util.shape
import polars as pl
import pytest
import shapely
from ifcopenshell import ifcopenshell_wrapper

from ingest.apply import apply_mapping
from ingest.mapping import Mapping as Rules
from ingest.mappings import known_mappings
from ingest.measures import volume
from ingest.readers import Batch, FileDamaged, FileInfo, UnknownFormat, read
from ingest.readers.errors import ReaderError
from kg.workspace import create_workspace
from ontology import Schema
from tests.formats_3d import plain_count

from .ifc_models import HOUSE, THINGS, model_text, write_model
from .suite import ReaderSuite, all_batches, read_here

QUICK = ("ifc-buildings/IfcOpenHouse_IFC4.ifc", "ifc-buildings/OpenSmartHome_Flat.ifc")
REFERENCING = "ifc-buildings/ifc43-gis-referencing"
LONG = ("ifc-duplex-georef/Duplex_A_20110907.ifc", "ifc-buildings/Office_A_20110811.ifc.gz")
ALL = (
    *QUICK,
    *(f"{REFERENCING}/{name}/{name}.ifc" for name in ("grid-placement", "geographic-referencing-rigid-operation",
                                                      "geographic-referencing-gk", "geographic-referencing-utm")),
    "ifc-duplex-georef/Duplex_A_20110907_georeferenced.ifc",
    "de-fzk-haus/AC20-FZK-Haus.ifc",
    *LONG,
)  # fmt: skip
FZK = "de-fzk-haus/AC20-FZK-Haus.ifc"
CONVERSION = {
    200: "IFCPROJECTEDCRS('EPSG:25832',$,'ETRS89','EPSG:7837','UTM','32N',#201)",
    201: "IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.)",
    202: "IFCMAPCONVERSION(#5,#200,458657.3,5438232.25,113.7,0.,1.,0.001)",
}


@cache
def whole(path: Path) -> tuple[FileInfo, Batch]:
    """A file of the shared data, read once for all tests."""
    info, batches = read_here("ifc", path)
    return info, all_batches(batches)


def house(
    tmp_path: Path, changes: Mapping[int, str | None] | None = None
) -> tuple[FileInfo, pl.DataFrame, pl.DataFrame]:
    info, batches = read_here("ifc", write_model(tmp_path / "house.ifc", changes))
    batch = all_batches(batches)
    return info, batch.features, batch.geometries


def row_of(features: pl.DataFrame, class_: str) -> dict[str, object]:
    """The columns of the only thing of a class that have a value."""
    return {key: value for key, value in features.row(by_predicate=pl.col("@class") == class_, named=True).items()
            if value is not None}  # fmt: skip


class TestHouse(ReaderSuite):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return write_model(tmp_path / "house.ifc", CONVERSION)

    @pytest.fixture
    def reader_name(self) -> str:
        return "ifc"

    @pytest.fixture
    def expected_rows(self) -> int:
        return THINGS

    @pytest.fixture
    def expected_crs(self) -> str:
        return "EPSG:25832"


class TestOpenHouse(ReaderSuite):
    """A file of the shared data that has more things than one batch of the suite."""

    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / QUICK[0]

    @pytest.fixture
    def reader_name(self) -> str:
        return "ifc"

    @pytest.fixture
    def expected_rows(self, path: Path) -> int:
        return len(keys_in_text(path.read_text(), "IFC4"))

    @pytest.fixture
    def expected_crs(self) -> None:
        return None


def keys_in_text(text: str, schema: str) -> list[str]:
    """GlobalIds of all object definitions, found in the text without a parser."""
    names: set[str] = set()

    def gather(declaration: object) -> None:
        names.add(declaration.name().upper())  # type: ignore[attr-defined]
        for each in declaration.subtypes():  # type: ignore[attr-defined]
            gather(each)

    gather(ifcopenshell_wrapper.schema_by_name(schema).declaration_by_name("IfcObjectDefinition"))
    found = re.findall(r"#\d+\s*=\s*(IFC\w+)\s*\(\s*'([^']{22})'", text)
    return [key for name, key in found if name in names]


def test_every_ifc_file_of_the_shared_data_is_looked_at(shared_data: Path) -> None:
    folders = [*shared_data.glob("ifc-*"), shared_data / "de-fzk-haus"]
    files = [path for folder in folders for path in folder.rglob("*.ifc*") if path.is_file()]
    assert sorted(str(path.relative_to(shared_data)) for path in files) == sorted(ALL)


@pytest.fixture(scope="module")
def rules(schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> Rules:
    workspace = create_workspace(tmp_path_factory.mktemp("ifc") / "w")
    return next(each for each in known_mappings(workspace, schema) if each.name == "ifc.yml")


@pytest.mark.process
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.soak if name in LONG else ()) for name in ALL])
def test_every_globalid_of_a_file_is_that_of_a_record(
    shared_data: Path, schema: Schema, rules: Rules, name: str
) -> None:
    path = shared_data / name
    content = path.read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("latin-1")
    named = re.search(r"FILE_SCHEMA\s*\(\s*\(\s*'(\w+)'", text)
    assert named is not None
    info, batch = whole(path)
    assert Counter(batch.features["@key"].to_list()) == Counter(keys_in_text(text, named[1]))
    objects: list[Any] = list(ifcopenshell.file.from_string(text).by_type("IfcObjectDefinition"))
    walked = Counter(str(each.is_a()) for each in objects)
    assert dict(batch.features["@class"].value_counts().rows()) == walked
    assert plain_count(path, "IFC") == ("things with a GlobalId", batch.features.height)
    mapped = apply_mapping(rules, batch.features, schema)
    assert sorted(mapped.records["key"]) == sorted(batch.features["@key"])
    assert sorted(mapped.codes.filter(scheme="ifc")["value"]) == sorted(batch.features["@key"])
    carried = sum(int(count) for note in info.warnings if note.startswith("carried")
                  for count in re.findall(r"(\d+) Ifc", note))  # fmt: skip
    left_out = sum(count for relation, count in info.unsupported.items() if relation.startswith("IfcRel"))
    assert carried + left_out == len(re.findall(r"#\d+\s*=\s*IFCREL[A-Z]+\s*\(", text))


@pytest.mark.process
@pytest.mark.parametrize("name", [*QUICK, pytest.param(FZK, marks=pytest.mark.soak)])
def test_closed_shapes_have_the_volume_that_ifcopenshell_gives_them(shared_data: Path, name: str) -> None:
    model = ifcopenshell.open(shared_data / name)
    _, batch = whole(shared_data / name)
    rows = batch.geometries.join(batch.features.select("@row", "@key"), on="@row")
    ours = dict(zip(rows["@key"], volume(shapely.from_wkb(rows["@geometry"].to_numpy())), strict=True))
    closed = {key: value for key, value in ours.items() if value == value}
    assert len(closed) > 0.5 * len(ours)
    assert rows.filter(pl.col("@key").is_in(list(closed)))["@solid"].all()
    geom: Any = ifcopenshell.geom
    settings = geom.settings()
    for key, value in closed.items():
        shape = geom.create_shape(settings, model.by_guid(key))
        theirs = abs(ifcopenshell.util.shape.get_volume(shape.geometry))
        assert value == pytest.approx(theirs, rel=0.01), key


def test_a_wall_has_all_that_is_said_of_it(tmp_path: Path) -> None:
    _, features, geometries = house(tmp_path)
    assert row_of(features, "IfcWall") == {
        "@row": 5, "@key": "0wall00000000000000001", "@parent": "0storey000000000000001", "@class": "IfcWall",
        "Supertype": "IfcElement", "Name": "Wall", "Tag": "W1", "PredefinedType": "SOLIDWALL",
        "ParentBy": "IfcRelContainedInSpatialStructure", "ContainedIn": "0storey000000000000001",
        "Type": "0walltype0000000000001", "TypeName": "Brick", "Zones": "0zone00000000000000001",
        "Systems": "0system000000000000001", "Classification": "Uniclass:EF_25_10", "Material": "Brick",
        "MaterialLayers": '[{"material":"Brick","thickness":0.2}]',
        "Pset_WallCommon.FireRating": "F90", "Pset_WallCommon.IsExternal": True, "Pset_WallCommon.Gap": 0.02,
        "Qto_WallBaseQuantities.Length": 4.0, "Qto_WallBaseQuantities.NetVolume": 2.0,
        "Qto_WallBaseQuantities.GrossSideArea": pytest.approx(12.0),
    }  # fmt: skip
    wall = shapely.from_wkb(geometries.filter(pl.col("@row") == 5)["@geometry"].to_numpy())
    assert volume(wall).tolist() == pytest.approx([4 * 0.2 * 3 - 1 * 0.2 * 2])
    assert geometries["@lod"].to_list() == ["ifc", "ifc"]


def test_a_door_is_part_of_its_opening_and_contained_in_a_storey(tmp_path: Path) -> None:
    _, features, _ = house(tmp_path)
    door, opening = row_of(features, "IfcDoor"), row_of(features, "IfcOpeningElement")
    assert (door["@parent"], door["ParentBy"], door["ContainedIn"]) == (
        opening["@key"], "IfcRelFillsElement", "0storey000000000000001")  # fmt: skip
    assert (opening["@parent"], opening["ParentBy"]) == ("0wall00000000000000001", "IfcRelVoidsElement")
    assert (door["OverallHeight"], row_of(features, "IfcBuildingStorey")["Elevation"]) == (2.0, 0.5)
    assert row_of(features, "IfcBuilding")["Address"] == "1 Wood Lane, 12345, Ham"


VALUES = [
    ("IFCPROPERTYENUMERATEDVALUE('P',$,(IFCLABEL('NEW')),$)", "P", "NEW"),
    ("IFCPROPERTYENUMERATEDVALUE('P',$,(IFCLABEL('A'),IFCLABEL('B')),$)", "P", '["A","B"]'),
    ("IFCPROPERTYLISTVALUE('P',$,(IFCLENGTHMEASURE(1000.),IFCLENGTHMEASURE(2.)),$)", "P", "[1.0,0.002]"),
    ("IFCPROPERTYBOUNDEDVALUE('P',$,IFCLENGTHMEASURE(3000.),IFCLENGTHMEASURE(1000.),$,$)", "P",
     '{"LowerBoundValue":1.0,"UpperBoundValue":3.0}'),
    ("IFCPROPERTYTABLEVALUE('P',$,(IFCREAL(1.)),(IFCREAL(2.)),$,$,$,$)", "P", "[[1.0],[2.0]]"),
    ("IFCCOMPLEXPROPERTY('P',$,'x',(#77))", "P.Gap", 0.02),
    ("IFCPROPERTYREFERENCEVALUE('P',$,$,#90)", "P", "Brick"),
    ("IFCPROPERTYSINGLEVALUE('P',$,IFCLENGTHMEASURE(2.),#202)", "P", 2.0),
    ("IFCPROPERTYSINGLEVALUE('P',$,IFCPOWERMEASURE(2.),#203)", "P.unit", "KILOWATT"),
    ("IFCPROPERTYSINGLEVALUE('P',$,IFCLOGICAL(.U.),$)", "P", "UNKNOWN"),
    ("IFCPROPERTYSINGLEVALUE('FireRating',$,IFCLABEL('F0'),$)", "FireRating_2", "F0"),
    ("IFCPROPERTYSINGLEVALUE('\\X2\\58C1\\X0\\',$,IFCLABEL('\\X2\\7816\\X0\\'),$)", "壁", "砖"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "expected"), VALUES)
def test_every_kind_of_property_is_a_column(tmp_path: Path, text: str, column: str, expected: object) -> None:
    changes = {
        75: "IFCPROPERTYSET('0set000000000000000002',$,'Pset_WallCommon',$,(#76,#200))", 200: text,
        202: "IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.)", 203: "IFCSIUNIT(*,.POWERUNIT.,.KILO.,.WATT.)",
    }  # fmt: skip
    _, features, _ = house(tmp_path, {**changes, 40: str(HOUSE[40]).replace("#42", "$")})
    assert row_of(features, "IfcWall")[f"Pset_WallCommon.{column}"] == expected


def test_what_belongs_to_itself_has_no_parent(tmp_path: Path) -> None:
    changes = {28: "IFCRELAGGREGATES('0relation0000000000002',$,$,$,#25,(#22))"}
    info, features, _ = house(tmp_path, changes)
    assert any(note.startswith("2 things are wholes of themselves") for note in info.warnings)
    assert "@parent" not in row_of(features, "IfcBuilding")
    assert row_of(features, "IfcWall")["@parent"] == "0storey000000000000001"


def test_relations_without_a_column_are_counted(tmp_path: Path) -> None:
    changes = {200: "IFCRELCONNECTSELEMENTS('0relation0000000000099',$,$,$,$,#40,#60)"}
    assert house(tmp_path, changes)[0].unsupported == {"IfcRelConnectsElements": 1}


def test_properties_that_are_said_of_no_thing_are_counted(tmp_path: Path) -> None:
    changes = {
        78: None, 74: None, 200: "IFCMATERIALPROPERTIES('Pset_MaterialCommon',$,(#77),#90)",
        201: "IFCPROPERTYSETTEMPLATE('0template0000000000001',$,'Pset_Own',$,$,$,(#202))",
        202: "IFCSIMPLEPROPERTYTEMPLATE('0template0000000000002',$,'Colour',$,$,$,$,$,$,$,$,$)",
    }  # fmt: skip
    assert house(tmp_path, changes)[0].unsupported == {
        "IfcMaterialProperties": 1, "IfcPropertySet of no thing": 1, "IfcPropertySetTemplate of no thing": 1,
        "IfcSimplePropertyTemplate of no thing": 1,
    }  # fmt: skip


def test_a_shape_of_lines_is_counted_and_costs_nothing(tmp_path: Path) -> None:
    changes = {43: "IFCSHAPEREPRESENTATION(#5,'Axis','Curve2D',(#48))", 48: "IFCPOLYLINE((#47,#49))",
               49: "IFCCARTESIANPOINT((1.,0.))"}  # fmt: skip
    info, features, geometries = house(tmp_path, changes)
    assert info.unsupported == {"lines, points or text of IfcWall": 1}
    assert (features.height, geometries.height) == (THINGS, 1)


@pytest.mark.parametrize("packing", ["gzip", "zip"])
def test_packed_models_are_read(tmp_path: Path, packing: str) -> None:
    path = tmp_path / "house"
    if packing == "gzip":
        path.write_bytes(gzip.compress(model_text().encode()))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("house.ifc", model_text())
    with read(path) as reading:
        assert sum(batch.features.height for batch in reading.batches) == THINGS


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b'<?xml version="1.0"?><ifcXML xmlns="http://www.buildingsmart-tech.org/ifcXML/IFC4/final"/>', UnknownFormat,
         r"it is ifcXML, which is not read\. Save it as STEP text \(\.ifc\)"),
        (model_text(schema="IFC2X2_FINAL").encode(), UnknownFormat, r"its schema is IFC2X2_FINAL\. Save it as one of"),
        (model_text(schema="IFC5").encode(), UnknownFormat, "its schema is IFC5"),
        (model_text(schema="IFC4X3_ADD1").encode(), UnknownFormat,
         r"its schema is IFC4X3_ADD1\. Save it as one of IFC2X3, IFC4, IFC4X3_ADD2 in"),
        (model_text(schema="IFC2X3_TC1").encode(), UnknownFormat, "its schema is IFC2X3_TC1"),
        (model_text()[:-1].encode() + b"\0\1junk", FileDamaged, "it breaks off: the last line is not END-ISO-10303-21"),
        (b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n", FileDamaged, "names no schema"),
    ],
)  # fmt: skip
def test_what_is_no_whole_model_is_refused_with_the_way_out(
    tmp_path: Path, content: bytes, kind: type[ReaderError], words: str
) -> None:
    path = tmp_path / "house.ifc"
    path.write_bytes(content)
    with pytest.raises(kind, match=words):
        read(path)


def test_step_of_other_schemas_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "part.stp"
    path.write_text(model_text(schema="AUTOMOTIVE_DESIGN"))
    with pytest.raises(UnknownFormat, match="its content is of no known format"):
        read(path)


def test_a_zip_of_several_models_is_left_to_whoever_unpacks_it(tmp_path: Path) -> None:
    path = tmp_path / "houses.ifczip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a.ifc", "b.ifc"):
            archive.writestr(name, model_text())
    with pytest.raises(FileDamaged, match="the ifcZIP holds 2 models, expected one"):
        read(path)


def test_more_columns_than_a_table_may_have_are_refused(tmp_path: Path) -> None:
    keys = range(1000, 1000 + 20_001)
    changes: dict[int, str | None] = {key: f"IFCPROPERTYSINGLEVALUE('P{key}',$,IFCLABEL('x'),$)" for key in keys}
    listed = ",".join(f"#{key}" for key in keys)
    changes[75] = f"IFCPROPERTYSET('0set000000000000000002',$,'Wide',$,({listed}))"
    with pytest.raises(FileDamaged, match=r"make 20,0\d\d columns, at most 20,000 are read"):
        read_here("ifc", write_model(tmp_path / "wide.ifc", changes))
