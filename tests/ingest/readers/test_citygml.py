"""CityGML made for one question each: geometry, links, words, placed prototypes, axes; the contract on real files."""

import gzip
from pathlib import Path

import pytest

from ingest.readers import FileDamaged, UnknownFormat, detect

from .citygml_samples import NAMESPACES, building, city, city_text, lod2, polygon
from .suite import ReaderSuite, read_here


def damaged(tmp_path: Path, text: str | bytes, name: str = "bad.gml") -> FileDamaged:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FileDamaged) as caught:
        read_here("citygml", path)
    return caught.value


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("trap", [LAUGHS, OUTSIDE, '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'])
@pytest.mark.parametrize("ahead", [0, 70_000])
def test_a_document_type_is_refused(tmp_path: Path, trap: str, ahead: int) -> None:
    text = city_text(building("<gml:name>&a;&c;</gml:name>" if "ENTITY c" in trap else "<gml:name>A</gml:name>"))
    error = damaged(tmp_path, text.replace("?>", f"?><!--{' ' * ahead}-->{trap}", 1))
    assert ("document type" if not ahead else "no XML element begins in its first 65,536 bytes") in str(error)


def test_an_entity_that_nobody_defined_is_an_error_with_a_place(tmp_path: Path) -> None:
    error = damaged(tmp_path, city_text(building("<gml:name>&lol;</gml:name>")))
    assert "the XML is broken: Entity 'lol' not defined (line 1, column 704)" in str(error)


def test_depth_has_an_end(tmp_path: Path) -> None:
    deep = "<bldg:consistsOfBuildingPart><bldg:BuildingPart>" * 200
    shallow = deep + "</bldg:BuildingPart></bldg:consistsOfBuildingPart>" * 200
    assert "depth" in str(damaged(tmp_path, city_text(building(shallow)))).lower()
    _, batch = city(tmp_path, building(("<uro:a><uro:A>" * 110) + "x" + ("</uro:A></uro:a>" * 110)))
    assert batch.features.height == 1


def test_a_text_without_end_has_an_end(tmp_path: Path) -> None:
    assert "the XML is broken" in str(
        damaged(tmp_path, city_text(building(f"<gml:name>{'x' * 10_000_001}</gml:name>")))
    )


def test_too_many_different_words_are_refused(tmp_path: Path) -> None:
    words = "".join(f'<gen:intAttribute name="{n}"><gen:value>1</gen:value></gen:intAttribute>' for n in range(20_001))
    assert "more than 20,000 different attributes" in str(damaged(tmp_path, city_text(building(words))))


def test_a_packing_that_breaks_off_is_damaged(tmp_path: Path) -> None:
    packed = gzip.compress(city_text(*(building(lod2(polygon()), key=f"b{n}") for n in range(5000))).encode())
    assert "the gzip packing is broken" in str(damaged(tmp_path, packed[:-2000], "town.gml.gz"))


def test_an_encoding_that_is_not_there_is_damaged(tmp_path: Path) -> None:
    assert damaged(tmp_path, city_text(building("")).replace("UTF-8", "UTF-99"))
    assert damaged(tmp_path, city_text(building("<gml:name>ä</gml:name>")).encode("latin-1"))


def test_an_empty_model_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "empty.gml"
    path.write_text(city_text())
    assert read_here("citygml", path)[0].rows == 0
    path.write_text(city_text().replace("</CityModel>", "<buildings/></CityModel>"))
    with pytest.raises(FileDamaged, match="no city object or cell space, but buildings"):
        read_here("citygml", path)


@pytest.mark.parametrize("namespace", ["http://www.opengis.net/citygml/4.0", "http://www.opengis.net/citygml/0.4"])
def test_other_versions_are_refused_with_the_way_out(tmp_path: Path, namespace: str) -> None:
    path = tmp_path / "new.gml"
    path.write_text(f'<CityModel xmlns="{namespace}"/>')
    with pytest.raises(UnknownFormat, match=r"its CityGML version is \d\.\d\. Convert it to one of 1\.0, 2\.0, 3\.0"):
        read_here("citygml", path)


def test_a_collection_of_gml_with_city_objects_is_ours(tmp_path: Path) -> None:
    head = f"<gml:FeatureCollection {NAMESPACES.replace('xmlns=', 'xmlns:core=')}>"
    member = f"<gml:featureMember>{building(lod2(polygon()))}</gml:featureMember>"
    path = tmp_path / "wfs.gml"
    path.write_text(f"{head}{member}</gml:FeatureCollection>")
    assert detect(path).name == "citygml"
    info, batches = read_here("citygml", path)
    assert (info.format, info.format_version, info.rows) == ("CityGML", "2.0", 1)
    assert batches[0].geometries["@problem"].to_list() == [None]


@pytest.mark.parametrize(
    "name",
    [
        "eu-inspire-cp/cadastralparcels.xml", "eu-inspire-cp/inspire_addresses1.gml",
        "es-catastro-tenerife/building.gml",
        "de-alkis-neuwerk/ALKIS_NeuwScharh_0003_noslopes.xml.gz", "at-dkm-cadastre/KA_14168_EPSG25833.gml",
        "jp-plateau-samples/numazu-shi/codelists/Road_class.xml", "bad-val3dity/gml/csol1b.gml",
    ],
)  # fmt: skip
def test_other_gml_is_left_to_others(shared_data: Path, name: str) -> None:
    assert detect(shared_data / name).name == "vector"


class TestPlateau(ReaderSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "jp-plateau-samples/yokosuka-shi/udx/bldg/52397519_bldg_6697_op.gml"

    @pytest.fixture
    def reader_name(self) -> str:
        return "citygml"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 13 + 2 + 3 + 3 + 3  # buildings, parts; ground, roof and wall surfaces, by grep

    @pytest.fixture
    def expected_crs(self) -> str | None:
        return "EPSG:6668"


class TestCityGML3(TestPlateau):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "citygml-spec-examples/citygml3/Building/BuildingUnits_Storeys_xlink.gml"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 41

    @pytest.fixture
    def expected_crs(self) -> str | None:
        return "EPSG:25832"


class TestIndoorGML(TestPlateau):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "de-fzk-haus/FZK-Haus_full_val3dity.gml"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 24 + 24 + 24 + 1  # spaces, states, transitions, the layer

    @pytest.fixture
    def expected_crs(self) -> str | None:
        return None
