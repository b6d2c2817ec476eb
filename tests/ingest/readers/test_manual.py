"""The reader that the manual shows: installed as a plug-in it is found, read in a child, and keeps the rules."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.readers import FileDamaged, detect, read

MANUAL = Path(__file__).parents[3] / "docs" / "formats.md"


@pytest.fixture
def survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The manual's module as an installed package, on the path of this process and of children."""
    (code,) = re.findall(r"```python\n(.*?)```", MANUAL.read_text(encoding="utf-8"), flags=re.DOTALL)
    place = tmp_path / "site"
    (place / "survey-1.0.dist-info").mkdir(parents=True)
    (place / "survey.py").write_text(code, encoding="utf-8")
    (place / "survey-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: survey\nVersion: 1.0\n")
    (place / "survey-1.0.dist-info" / "entry_points.txt").write_text("[res3d.readers]\nsurvey = survey:READER\n")
    monkeypatch.syspath_prepend(place)
    path = tmp_path / "points.txt"
    lines = [f"P{number} {500_000 + number} {3_500_000 + number} {number / 10}" for number in range(250)]
    path.write_text("\n".join(["SURVEY EPSG:4548", *lines, ""]), encoding="utf-8")
    return path


def test_the_manuals_reader_is_found_and_reads(survey: Path) -> None:
    assert detect(survey).name == "survey"
    with read(survey, batch_rows=100) as reading:
        batches = list(reading.batches)
    assert (reading.info.format, reading.info.crs, reading.info.rows) == ("Survey", "EPSG:4548", 250)
    assert len(batches) > 1
    rows = [row for batch in batches for row in batch.features["@row"]]
    assert rows == list(range(1, 251))
    assert batches[0].geometries["@dimension"].unique().to_list() == [3]


def test_its_errors_are_readers_errors(survey: Path) -> None:
    survey.write_text("SURVEY EPSG:4548\nP1 1 2\n")
    with pytest.raises(FileDamaged, match="a line has not four values"), read(survey) as reading:
        list(reading.batches)


def test_the_manuals_code_is_clean(survey: Path) -> None:
    code = survey.parent / "site" / "survey.py"
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", str(code)],
        capture_output=True, text=True, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
