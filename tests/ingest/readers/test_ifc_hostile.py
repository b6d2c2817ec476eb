"""IFC files made to harm: each ends in a `ReaderError` or in a report; the kernel may crash, attributes stay."""

import random
import time
from pathlib import Path

import psutil
import pytest

from ingest.readers import Batch, FileDamaged, FileInfo, Limits, ParserDied, Problem, ReaderError, read

from .ifc_models import END, HEADER, THINGS, model_text, write_model
from .suite import all_batches

_LIMITS = Limits(memory_bytes=2**31, seconds=240.0, seconds_without_progress=200.0)


def limited(path: Path) -> tuple[FileInfo, Batch]:
    with read(path, limits=_LIMITS) as reading:
        batches = list(reading.batches)
        return reading.info, all_batches(batches)


def outcome(path: Path) -> ReaderError | None:
    """The error in which the reading ends; None for one that has warnings, which every report of ours has."""
    try:
        with read(path, limits=_LIMITS) as reading:
            rows = sum(batch.features.height for batch in reading.batches)
    except ReaderError as error:
        return error
    assert reading.info.rows == rows
    assert reading.info.warnings
    return None


@pytest.mark.parametrize("share", [step / 20 for step in range(20)])
def test_a_file_that_breaks_off_is_said_to(tmp_path: Path, share: float) -> None:
    text = model_text()
    path = tmp_path / "cut.ifc"
    path.write_text(text[: int(len(text) * share)])
    with pytest.raises(ReaderError, match=r"breaks off|names no schema|is empty|no known format"):
        read(path)


CRASHES: dict[str, dict[int, str | None]] = {
    "a placement in itself": {41: "IFCLOCALPLACEMENT(#41,#2)"},
    "placements in a circle": {23: "IFCLOCALPLACEMENT(#26,#2)"},
    "a boolean of itself": {44: "IFCBOOLEANRESULT(.UNION.,#44,#44)"},
    "a mapping of itself": {
        43: "IFCSHAPEREPRESENTATION(#5,'Body','MappedRepresentation',(#44))", 44: "IFCMAPPEDITEM(#45,#46)",
        45: "IFCREPRESENTATIONMAP(#2,#43)", 46: "IFCCARTESIANTRANSFORMATIONOPERATOR3D($,$,#3,$,$)", 55: None,
    },
}  # fmt: skip


@pytest.mark.process
@pytest.mark.parametrize("changes", CRASHES.values(), ids=CRASHES)
def test_a_crash_of_the_kernel_costs_the_shape_alone(tmp_path: Path, changes: dict[int, str | None]) -> None:
    info, batch = limited(write_model(tmp_path / "house.ifc", changes))
    assert batch.features.height == THINGS
    assert batch.geometries["@problem"][0] == Problem.UNREADABLE
    assert any(note.startswith("the geometry kernel crashed") for note in info.warnings)


@pytest.mark.process
def test_a_good_product_beside_a_crashing_one_keeps_its_shape(tmp_path: Path) -> None:
    _, batch = limited(write_model(tmp_path / "house.ifc", CRASHES["a boolean of itself"]))
    assert batch.geometries["@problem"].to_list() == [Problem.UNREADABLE, None]


@pytest.mark.process
@pytest.mark.parametrize(
    "changes",
    [
        {45: "IFCRECTANGLEPROFILEDEF(.AREA.,$,#46,1.E308,200.)"},
        {3: "IFCCARTESIANPOINT((1.E308,-1.E308,1.E308))"},
        {44: "IFCEXTRUDEDAREASOLID(#45,$,#4,-1.E308)"},
    ],
)
def test_numbers_at_the_end_of_all_numbers_make_problems(tmp_path: Path, changes: dict[int, str | None]) -> None:
    info, batch = limited(write_model(tmp_path / "house.ifc", changes))
    assert batch.features.height == THINGS
    assert batch.geometries["@problem"].null_count() < batch.geometries.height
    assert any(note.endswith(": without geometry") for note in info.warnings)


REPORTS: dict[str, tuple[dict[int, str | None], str]] = {
    "an absent entity": ({44: None}, "1 x reference to an entity that is absent"),
    "an unknown entity": ({300: "IFCFOO('a')"}, "1 x entity IFCFOO unknown to the schema"),
    "too few attributes": ({60: "IFCDOOR('0door00000000000000001')"}, "1 x entity with too few or too many attributes"),
    "a circle of wholes": (
        {28: "IFCRELAGGREGATES('0relation0000000000002',$,$,$,#25,(#22))"}, "2 things are wholes of themselves"),
    "a wrong literal": ({40: "IFCWALL('0wall00000000000000001',$,'Wall',$,$,#41,#42,'W1',.Q.)"}, "literal 'Q'"),
    "a line of junk": ({300: "\0\1\2 IFC"}, "line that begins like an entity and gave none"),
}  # fmt: skip


@pytest.mark.process
@pytest.mark.parametrize(("changes", "words"), REPORTS.values(), ids=REPORTS)
def test_what_is_broken_is_reported(tmp_path: Path, changes: dict[int, str | None], words: str) -> None:
    info, batch = limited(write_model(tmp_path / "house.ifc", changes))
    assert batch.features.height == THINGS
    assert any(words in note for note in info.warnings), info.warnings


@pytest.mark.process
@pytest.mark.parametrize(
    "changes",
    [
        {40: "IFCWALL(1,2,3,#1,(((#2))),'x',.Q.,*,$)"},
        {62: "IFCRELCONTAINEDINSPATIALSTRUCTURE('0relation0000000000006',$,$,$,(#40,#60),7.)"},
        {28: "IFCRELAGGREGATES('0relation0000000000002',$,$,$,'x',(#22))"},
        {5: "IFCWALL('0wall00000000000000002',$,'Wall',$,$,#41,#42,'W1',.SOLIDWALL.)"},
        {75: "IFCPROPERTYSET(1.,$,7,$,(#76,#77))"},
        {20: "IFCSITE('0site00000000000000001',$,'Grounds',$,$,#21,$,$,.ELEMENT.,(1.5,'x'),(#2),#3,$,$)"},
        {11: "IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,#3)"},
        {47: "IFCCARTESIANPOINT((1.E400,0.))"},
    ],
)
def test_values_of_a_wrong_kind_are_an_error_or_a_report(tmp_path: Path, changes: dict[int, str | None]) -> None:
    path = write_model(tmp_path / "house.ifc", changes)
    error = outcome(path)
    assert error is None or isinstance(error, FileDamaged)


@pytest.mark.parametrize(
    "content",
    [
        b"ISO-10303-21;" + bytes(range(256)) * 3000,
        HEADER.format(schema="IFC4").encode() + bytes(range(256)) * 300 + END.encode(),
        (HEADER.format(schema="IFC4") + "#1=IFCPROPERTYSINGLEVALUE('a',$," + "(" * 200_000 + ",$);\n" + END).encode(),
        (HEADER.format(schema="IFC4") + "#1=IFCPROJECT('0project00000000000001',$,'aaa\n" + END).encode(),
        b"PK\3\4" + b"\0" * 22 + b"\5\0\0\0a.ifc" + b"junk" * 99,
    ],
    ids=["junk", "junk as data", "deep lists", "an open string", "half a zip"],
)
@pytest.mark.process
def test_junk_ends_in_an_error_or_a_report(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "junk.ifc"
    path.write_bytes(content)
    outcome(path)


@pytest.mark.process
@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40))
def test_any_bytes_changed_end_in_an_error_or_a_report(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(model_text().encode())
    for _ in range(chance.randrange(1, 30)):
        content[chance.randrange(250, len(content))] = chance.randrange(256)
    path = tmp_path / "changed.ifc"
    path.write_bytes(content)
    error = outcome(path)
    assert not isinstance(error, ParserDied) or error.detail is not None


@pytest.mark.process
@pytest.mark.soak
def test_many_entities_of_one_kind_keep_the_limits(tmp_path: Path) -> None:
    path = tmp_path / "points.ifc"
    with path.open("w") as out:
        out.write(HEADER.format(schema="IFC4"))
        for first in range(1, 6_000_000, 1000):
            out.writelines(f"#{key}=IFCCARTESIANPOINT((1.,2.,3.));\n" for key in range(first, first + 1000))
        out.write(END)
    with pytest.raises(ReaderError, match=r"memory|crashed"):
        list(read(path, limits=Limits(memory_bytes=2**29, seconds=240.0)).batches)


@pytest.mark.process
def test_the_process_of_shapes_ends_with_the_reading(shared_data: Path) -> None:
    reading = read(shared_data / "de-fzk-haus" / "AC20-FZK-Haus.ifc", limits=_LIMITS)
    ours = [one for one in psutil.Process().children(recursive=True) if "ifc_shapes" in " ".join(one.cmdline())]
    assert len(ours) == 1
    reading.close()
    deadline = time.monotonic() + 60
    while ours[0].is_running() and ours[0].status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not ours[0].is_running() or ours[0].status() == psutil.STATUS_ZOMBIE
