"""VCT that is wrong anywhere: it is refused with a place, or costs a row its geometry."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.readers import FileDamaged, ReaderError, UnknownFormat, read

from .suite import read_here
from .vct_samples import EXAMPLE, changed, taken, written
from .vct_writer import Spelling, parcels


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ("Version:3.0", "Version:1.0", UnknownFormat, "VCT version is 1.0"),
        ("Version:3.0", "", UnknownFormat, "not named"),
        ("LANDUSE-VCT", "OTHER", UnknownFormat, "names the data OTHER"),
        ("Dim:2", "Dim:5", FileDamaged, "Dim:5"),
        ("Separator:,", "Separator:1", FileDamaged, "can't part values"),
        ("6001010000,宗地,Polygon,ZDJBXX", "6001010000,宗地", FileDamaged, "line 13"),
        ("ZDDM,Char,19", "ZDDM", FileDamaged, "line 17"),
        ("TableEnd\n", "", FileDamaged, "no TableEnd"),
        ("LineEnd", "Lineend", FileDamaged, "section Line has no end"),
        ("PolygonBegin", "Polygonbegin", FileDamaged, "PolygonEnd has no PolygonBegin"),
        ("10\n6001010000\n0\n100", "10\n6001010000\n0\nhundred", FileDamaged, "record of Polygon '10'"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, old: str, new: str, error: type[ReaderError], words: str
) -> None:
    with pytest.raises(error, match=words):
        changed(tmp_path, old, new)


@pytest.mark.parametrize("name", ["Head", "FeatureCode", "TableStructure", "Attribute"])
def test_a_section_that_must_be_there_is_missed(tmp_path: Path, name: str) -> None:
    begin, end = EXAMPLE.index(f"{name}Begin"), EXAMPLE.index(f"{name}End") + len(name) + 4
    with pytest.raises(FileDamaged, match=f"section {name} is missing"):
        taken(written(tmp_path, EXAMPLE[:begin] + EXAMPLE[end:]))


def test_sections_that_are_not_read_are_named(tmp_path: Path) -> None:
    info, batch = changed(tmp_path, "AttributeBegin", "AnnotationBegin\n5\nPointBegin\nAnnotationEnd\nAttributeBegin")
    assert (info.unsupported, len(batch.features)) == ({"section Annotation": 1}, 1)


def test_values_that_are_not_of_their_type_are_counted(tmp_path: Path) -> None:
    info, batch = changed(tmp_path, ",50.00\n", ",fifty\n11,A\n12,B,7\n")
    assert batch.features.select("@key", "ZDDM", "ZDMJ").rows() == [
        ("10", "340123002004GB00011", None), ("11", None, None), ("12", "B", 7.0),
    ]  # fmt: skip
    assert info.unsupported == {"row that has not 2 values and an id": 1, "value of ZDMJ that is no float": 1}


def test_a_wrong_number_of_columns_is_said(tmp_path: Path) -> None:
    info, batch = changed(tmp_path, "ZDJBXX,2", "ZDJBXX,3")
    assert any("has 3 columns, 2 are described" in warning for warning in info.warnings)
    assert batch.features["ZDMJ"].to_list() == [50.0]


def test_a_table_that_is_not_described_is_said_to_be_left_out(tmp_path: Path) -> None:
    info, _ = changed(tmp_path, "AttributeEnd", "ZRZ\n1,2\nTableEnd\nAttributeEnd")
    assert any("table ZRZ is not described" in warning for warning in info.warnings)


def test_text_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "town.vct"
    path.write_bytes(EXAMPLE.replace("宗地", "@").encode().replace(b"@", b"\xff\xfe\xfd"))
    with pytest.raises(FileDamaged, match=r"neither UTF-8 nor GB 18030.*line 13"):
        taken(path)
    path.write_bytes(EXAMPLE.encode("utf-16"))
    with pytest.raises(FileDamaged, match="UTF-16"):
        read(path)


@pytest.mark.parametrize("how", [Spelling(), Spelling(pieces=3, turned=True)], ids=["direct", "by lines"])
def test_a_file_that_breaks_off_never_passes_for_a_whole_one(tmp_path: Path, how: Spelling) -> None:
    content = parcels(8, 5).text(how).encode("gb18030")
    whole = taken(written(tmp_path, parcels(8, 5).text(how)))[1]
    for percent in range(0, 100, 5):
        path = tmp_path / "cut.vct"
        path.write_bytes(content[: len(content) * percent // 100])
        with pytest.raises(FileDamaged):
            taken(path)
    for lost in range(1, 20):  # only the last line end may be lost
        path.write_bytes(content[:-lost])
        if lost == 1:
            assert taken(path)[1].features.equals(whole.features)
        else:
            with pytest.raises(FileDamaged):
                taken(path)


def edits() -> dict[str, Callable[[random.Random, list[str]], None]]:
    def drop(chance: random.Random, lines: list[str]) -> None:
        del lines[chance.randrange(len(lines))]

    def double(chance: random.Random, lines: list[str]) -> None:
        at = chance.randrange(len(lines))
        lines.insert(at, lines[at])

    def swap(chance: random.Random, lines: list[str]) -> None:
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]

    def replace(chance: random.Random, lines: list[str]) -> None:
        bad = ["1e308,1e308", "-1", "99999999", "", "0", "NaN,NaN", "\x00", "2", "1,2,3,4,5", "AttributeEnd", "11"]
        lines[chance.randrange(len(lines))] = chance.choice(bad)

    return {"drop": drop, "double": double, "swap": swap, "replace": replace}


@pytest.mark.parametrize("kind", ["drop", "double", "swap", "replace"])
def test_a_wrong_line_anywhere_is_an_error_or_a_problem_of_a_row(tmp_path: Path, kind: str) -> None:
    chance = random.Random(kind)
    lines = parcels(4, 2).text(Spelling(pieces=2, turned=True)).splitlines()
    ends = []
    for _ in range(150):
        changed_lines = list(lines)
        edits()[kind](chance, changed_lines)
        try:
            batch = taken(written(tmp_path, "\n".join(changed_lines)))[1]
        except ReaderError as error:
            ends.append(type(error).__name__)
        else:
            ends.append("read")
            assert batch.features["@row"].to_list() == list(range(1, len(batch.features) + 1))
    assert {"read", "FileDamaged"} <= set(ends)


@pytest.mark.process
def test_a_long_file_needs_little_memory(tmp_path: Path) -> None:
    from ingest.readers import Limits

    path = written(tmp_path, parcels(100, 100).text(Spelling(pieces=4, turned=True)))
    with read(path, limits=Limits(memory_bytes=400 * 2**20), batch_rows=2000) as reading:
        rows = [batch.geometries["@problem"].null_count() for batch in reading.batches]
    assert sum(rows) == 10_000
    assert len(rows) == 5


def test_the_vector_reader_leaves_it(tmp_path: Path) -> None:
    assert read_here("vct", written(tmp_path, EXAMPLE))[0].rows == 1
