"""What of the source's attributes a mapping reads is told for each file, and what it does not read is named."""

import csv
import json
import re
from pathlib import Path

from ingest.mappings import known_mappings
from ingest.pipeline import Options, ingest_files
from ingest.summary import MOST_NAMED, Attributes, FileSummary

from .deliveries import MAPPING, Desk, square, write_squares

SAMPLES = Path(__file__).parents[2] / "ingest" / "sample" / "registration"


def test_a_gap_of_the_mapping_has_its_names_and_is_in_the_ledger_too(desk: Desk) -> None:
    squares = [square("a", 0, colour="red", storeys=2), square("b", 20, colour="blue", storeys=3)]
    first = desk.hand_in(squares)
    told = Attributes(source=6, mapped=4, kept=2, not_mapped=("colour", "storeys"))
    assert (first.taken, first.attributes) == (2, told)
    again = desk.hand_in(squares)
    assert (again.unchanged, again.attributes) == (2, told)


def test_what_decides_whether_a_row_is_taken_is_read(desk: Desk, tmp_path: Path) -> None:
    condition = "condition: {function: equal, parameters: [[a, $(colour)], [b, red]]}\n    po:"
    text = MAPPING.replace("s: record/SOURCE/$(name)\n    po:", f"s: record/SOURCE/$(name)\n    {condition}")
    squares = [square("a", 0, colour="red", storeys=2), square("b", 20, colour="blue", storeys=3)]
    path = write_squares(tmp_path / "squares.geojson", squares)
    mapping = desk.mapping("town", text=text)
    summary = ingest_files(desk.workspace, desk.ledger, desk.schema, [path], Options(mapping=mapping))[0]
    assert (summary.taken, summary.quarantined) == (1, 1)
    assert summary.attributes == Attributes(6, 5, 1, ("storeys",))


def test_columns_of_every_part_of_a_file_count_once(desk: Desk, tmp_path: Path) -> None:
    """A sequence has another set of attributes in each line."""
    head = {
        "type": "CityJSON",
        "version": "1.1",
        "transform": {"scale": [1, 1, 1], "translate": [0, 0, 0]},
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/4548"},
        "CityObjects": {},
        "vertices": [],
    }
    lines = [head]
    for number, said in enumerate(({"year": 1990, "wood": 1}, {"year": 1991}, {"wood": 2, "brick": 3})):
        one = {"type": "Building", "attributes": said, "geometry": []}
        lines.append(
            {"type": "CityJSONFeature", "id": f"f{number}", "CityObjects": {f"f{number}": one}, "vertices": []}
        )
    path = tmp_path / "three.city.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    text = MAPPING.replace("scale_level: city", "geometry: optional").replace("$(name)", "$(@key)")
    mapping = desk.mapping("town", text=text)
    options = Options(mapping=mapping, batch_rows=1)
    summary = ingest_files(desk.workspace, desk.ledger, desk.schema, [path], options)[0]
    assert (summary.error, summary.taken) == (None, 3)
    assert summary.attributes == Attributes(3, 1, 2, ("wood", "brick"))


def test_the_sample_registers_have_what_their_heads_and_mappings_say(desk: Desk) -> None:
    """Beside the head of the table and the text of the mapping file."""
    by_name = {each.name: each.text for each in known_mappings(desk.workspace, desk.schema, None)}
    compared = 0
    for path in sorted(SAMPLES.glob("*.csv")):
        summary = ingest_files(desk.workspace, desk.ledger, desk.schema, [path], Options())[0]
        with path.open(encoding="utf-8", newline="") as lines:
            columns = next(csv.reader(lines))
        assert summary.mapping is not None
        read = set(re.findall(r"\$\(([^()]+)\)", by_name[summary.mapping]))
        kept = [name for name in columns if name not in read]
        found = summary.attributes
        assert found is not None
        assert (found.source, found.kept, list(found.not_mapped)) == (len(columns), len(kept), kept)
        compared += 1
    assert compared >= 2


def test_of_many_names_the_first_are_told_and_all_are_counted() -> None:
    names = [f"c{number}" for number in range(1_000)]
    found = Attributes.of(["@row", *names], {"c0"})
    assert (found.source, found.mapped, found.kept) == (1_000, 1, 999)
    assert found.not_mapped == tuple(names[1 : MOST_NAMED + 1])
    assert found.gap.endswith(f"c{MOST_NAMED} and {999 - MOST_NAMED} more")


def test_a_summary_of_before_and_one_of_a_file_that_failed_have_none() -> None:
    failed = FileSummary(path="a.csv", error="broken").as_json()
    assert "attributes" not in failed
    assert FileSummary.from_json(failed).attributes is None
    whole = FileSummary(path="a.csv", attributes=Attributes(2, 1, 1, ("b",)))
    assert FileSummary.from_json(json.loads(json.dumps(whole.as_json()))) == whole
