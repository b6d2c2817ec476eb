"""CityGML: reference systems, attributes, keys and appearances."""

import json
from pathlib import Path

import pytest

from .citygml_samples import BOUNDS, building, city, city_text, lod2, polygon, ring_of, shapes, surfaces
from .suite import read_here

MUSEUM = "35.2596 139.7389 10 35.2597 139.7389 10 35.2597 139.7390 10 35.2596 139.7389 10"
MUSEUM_TURNED = "139.7389 35.2596 10 139.7389 35.2597 10 139.7390 35.2597 10 139.7389 35.2596 10"


@pytest.mark.parametrize(
    ("srs", "ring", "first", "remark"),
    [
        ("http://www.opengis.net/def/crs/EPSG/0/6697", MUSEUM, (139.7389, 35.2596), None),
        ("urn:ogc:def:crs:EPSG::6697", MUSEUM, (139.7389, 35.2596), None),
        ("EPSG:6697", MUSEUM_TURNED, (139.7389, 35.2596), None),
        ("EPSG:6697", MUSEUM, (139.7389, 35.2596), "read as north, east"),
        ("http://www.opengis.net/def/crs/EPSG/0/6697", MUSEUM_TURNED, (139.7389, 35.2596), "read as east, north"),
        ("urn:ogc:def:crs:EPSG::31466", "2523800 5705800 1 2523801 5705800 1 2523801 5705801 1 2523800 5705800 1",
         (2523800, 5705800), "read as east, north"),
        ("urn:ogc:def:crs:EPSG::31466", "5705800 2523800 1 5705800 2523801 1 5705801 2523801 1 5705800 2523800 1",
         (2523800, 5705800), None),
        ("EPSG:25832", "457842 5439083 1 457852 5439083 1 457852 5439093 1 457842 5439083 1", (457842, 5439083), None),
        ("urn:adv:crs:ETRS89_UTM32*DE_DHHN92_NH", "457842 5439083 1 457852 5439083 1 457852 5439093 1 457842 5439083 1",
         (457842, 5439083), None),
    ],
)  # fmt: skip
def test_east_comes_first_whatever_the_file_does(
    tmp_path: Path, srs: str, ring: str, first: tuple[float, float], remark: str | None
) -> None:
    info, batch = city(tmp_path, building(lod2(polygon(ring))), srs=srs)
    assert shapes(batch)[0].geoms[0].exterior.coords[0][:2] == first
    assert [remark in warning for warning in info.warnings] == [True] if remark else info.warnings == ()


def test_the_system_is_found_on_a_geometry_when_nothing_else_names_it(tmp_path: Path) -> None:
    named = surfaces(polygon(MUSEUM)).replace(
        "<gml:MultiSurface>", '<gml:MultiSurface srsName="urn:ogc:def:crs:EPSG::6668">'
    )
    info, batch = city(tmp_path, building(f"<bldg:lod2MultiSurface>{named}</bldg:lod2MultiSurface>"), srs=None)
    assert info.declared_crs == "urn:ogc:def:crs:EPSG::6668"
    assert shapes(batch)[0].bounds[0] > 139


def test_the_envelope_of_a_thing_holds_for_all_within_it(tmp_path: Path) -> None:
    inside = BOUNDS.format(srs="EPSG:28992") + lod2(polygon())
    assert city(tmp_path, building(inside), srs=None)[0].declared_crs == "EPSG:28992"


def words_of(tmp_path: Path, inside: str) -> dict[str, object]:
    row = city(tmp_path, building(inside))[1].features.to_dicts()[0]
    return {name: value for name, value in row.items() if name[0] != "@" and value is not None}


def test_simple_words_keep_unit_and_code_space(tmp_path: Path) -> None:
    inside = (
        "<gml:name>A</gml:name><creationDate>2020-01-02</creationDate>"
        '<bldg:function codeSpace="f.xml">1000</bldg:function>'
        '<bldg:measuredHeight uom="m">6.5</bldg:measuredHeight><bldg:storeysAboveGround>2</bldg:storeysAboveGround>'
        "<bldg:roofType/>"
    )
    assert words_of(tmp_path, inside) == {
        "name": "A", "creationDate": "2020-01-02", "function": "1000", "function@codeSpace": "f.xml",
        "measuredHeight": 6.5, "measuredHeight@uom": "m", "storeysAboveGround": 2,
    }  # fmt: skip


def test_what_repeats_itself_is_a_list(tmp_path: Path) -> None:
    inside = "<gml:name>A</gml:name><gml:name>B</gml:name><bldg:usage>1</bldg:usage><bldg:usage>2</bldg:usage>"
    assert words_of(tmp_path, inside) == {"name": '["A","B"]', "usage": '["1","2"]'}


def test_generic_attributes_are_typed_and_meet_no_other_name(tmp_path: Path) -> None:
    def generic(kind: str, name: str, value: str, more: str = "") -> str:
        return f'<gen:{kind}Attribute name="{name}"><gen:value{more}>{value}</gen:value></gen:{kind}Attribute>'

    inside = (
        "<gml:name>A</gml:name>" + generic("string", "name", "B") + generic("int", "n", "7")
        + generic("double", "d", "0.5")
        + generic("measure", "m", "42", ' uom="m2"') + generic("date", "t", "2020-01-02") + generic("uri", "u", "http://a")
        + generic("int", "bad", "1_0") + generic("string", "@row", "x")
        + f'<gen:genericAttributeSet name="s">{generic("int", "n", "8")}</gen:genericAttributeSet>'
    )  # fmt: skip
    assert words_of(tmp_path, inside) == {
        "name": "A", "gen:name": "B", "gen:n": 7, "gen:d": 0.5, "gen:m": 42.0, "gen:m@uom": "m2", "gen:t": "2020-01-02",
        "gen:u": "http://a", "gen:bad": "1_0", "gen:@row": "x", "gen:s.n": 8,
    }  # fmt: skip


def test_words_of_extensions_are_kept_by_path(tmp_path: Path) -> None:
    one = "<uro:BuildingIDAttribute><uro:buildingID>13-1</uro:buildingID></uro:BuildingIDAttribute>"
    risk = "<uro:{kind}><uro:depth uom='m'>{depth}</uro:depth></uro:{kind}>"
    inside = (
        f"<uro:buildingIDAttribute>{one}</uro:buildingIDAttribute>"
        f"<uro:risk>{risk.format(kind='River', depth=1.5)}</uro:risk>"
        f"<uro:risk>{risk.format(kind='Tsunami', depth=2)}</uro:risk><uro:note>plain</uro:note>"
    )
    found = words_of(tmp_path, inside)
    assert found["uro:buildingIDAttribute.buildingID"] == "13-1"
    assert found["uro:note"] == "plain"
    assert json.loads(str(found["uro:risk"])) == [
        {"@type": "River", "depth": {"@uom": "m", "value": 1.5}},
        {"@type": "Tsunami", "depth": {"@uom": "m", "value": 2.0}},
    ]  # fmt: skip


def test_addresses_and_external_references_are_columns(tmp_path: Path) -> None:
    inside = (
        "<externalReference><informationSystem>http://x</informationSystem><externalObject><name>K1</name></externalObject>"
        '</externalReference><bldg:address><Address gml:id="adr"><xalAddress><xAL:AddressDetails><xAL:Country>'
        "<xAL:CountryName>D</xAL:CountryName><xAL:Locality><xAL:LocalityName>Town</xAL:LocalityName><xAL:Thoroughfare>"
        "<xAL:ThoroughfareNumber>5</xAL:ThoroughfareNumber><xAL:ThoroughfareName>Way</xAL:ThoroughfareName>"
        "</xAL:Thoroughfare></xAL:Locality></xAL:Country></xAL:AddressDetails></xalAddress></Address></bldg:address>"
    )
    assert words_of(tmp_path, inside) == {
        "externalReference.informationSystem": "http://x", "externalReference.externalObject.name": "K1",
        "address@id": "adr", "address.xalAddress@type": "AddressDetails", "address.CountryName": "D",
        "address.LocalityName": "Town", "address.ThoroughfareNumber": "5", "address.ThoroughfareName": "Way",
    }  # fmt: skip


def test_things_without_an_id_have_a_key_by_their_place(tmp_path: Path) -> None:
    door = "<bldg:opening><bldg:Door/></bldg:opening>"
    wall = f"<bldg:boundedBy><bldg:WallSurface>{door}{door}</bldg:WallSurface></bldg:boundedBy>"
    _, batch = city(tmp_path, building(wall + wall), "<bldg:Building/>")
    assert batch.features["@key"].to_list() == [
        "b", "b/WallSurface-1", "b/WallSurface-1/Door-1", "b/WallSurface-1/Door-2", "b/WallSurface-2",
        "b/WallSurface-2/Door-1", "b/WallSurface-2/Door-2", "town/Building-1",
    ]  # fmt: skip
    assert batch.features["@parent"].to_list()[1:4] == ["b", "b/WallSurface-1", "b/WallSurface-1"]


def test_relief_has_the_level_of_detail_that_it_says(tmp_path: Path) -> None:
    triangle = f"<gml:Triangle><gml:exterior>{ring_of('0 0 0 1 0 0 0 1 0 0 0 0')}</gml:exterior></gml:Triangle>"
    tin = (
        f"<gml:TriangulatedSurface><gml:trianglePatches>{triangle * 2}</gml:trianglePatches></gml:TriangulatedSurface>"
    )
    relief = (
        '<dem:ReliefFeature gml:id="f"><dem:lod>1</dem:lod><dem:reliefComponent>'
        '<dem:TINRelief gml:id="t"><dem:lod>1</dem:lod>'
        f"<dem:extent>{polygon()}</dem:extent><dem:tin>{tin}</dem:tin></dem:TINRelief></dem:reliefComponent></dem:ReliefFeature>"
    )
    info, batch = city(tmp_path, relief)
    assert batch.geometries.select("@row", "@lod").rows() == [(2, "1")]
    assert len(shapes(batch)[0].geoms) == 2
    assert info.unsupported == {"extent": 1}


def appearance(*targets: str) -> str:
    inside = "".join(f"<app:target>{target}</app:target>" for target in targets)
    material = f"<app:X3DMaterial>{inside}</app:X3DMaterial>"
    return f"<app:Appearance><app:surfaceDataMember>{material}</app:surfaceDataMember></app:Appearance>"


def test_appearances_are_counted_and_their_lost_targets_named(tmp_path: Path) -> None:
    house = building(lod2(polygon(key="p1")) + f"<app:appearance>{appearance('#p1', '#gone')}</app:appearance>")
    text = city_text(house).replace(
        "</CityModel>", f"<app:appearanceMember>{appearance('#p1')}</app:appearanceMember></CityModel>"
    )
    path = tmp_path / "town.gml"
    path.write_text(text, encoding="utf-8")
    info, _ = read_here("citygml", path)
    assert info.unsupported == {"Appearance": 2}
    assert info.warnings == ("1 targets of appearances are no surface of the file, such as #gone",)
