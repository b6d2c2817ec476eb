"""The tables of docs/solid-checks.md: every case of val3dity's test suite, and real solids by code.

`python -m tests.solid_table FOLDER` checks them and writes the tables between the page's marks.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from ingest.readers import Batch, Request, get_reader
from ingest.solid import Code, check_bodies, check_geometries
from tests.ingest.solid.by_reader import check_read
from tests.ingest.solid.cases import FOLDER, Case, bodies_of, cases
from tests.pages import put_tables

PAGE = Path(__file__).parents[1] / "docs" / "solid-checks.md"
REAL = (
    "nl-delft-campus/3dbag_v210908_tile5910.city.json",
    "nl-delft-campus/3dbag_later_subset10.city.jsonl",
    "nl-delft-bgt/3dbag_delft_noise_ext.city.jsonl",
    "nl-delft-bgt/3dfier_lod1_v20.city.json",
)
UNSAID = ("cityjson", "cityjsonseq", "gml", "obj", "poly")
"""Folders of the suite for which nothing is expected by name."""


def row_of(cells: Sequence[object]) -> str:
    """One line of a table."""
    return "| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |"


def codes_text(codes: Sequence[int]) -> str:
    """Codes as they are shown; none is valid."""
    return ", ".join(map(str, codes)) or "valid"


def suite_table(checked: Sequence[Case], read: Sequence[Case]) -> Iterator[str]:
    """Every case, expected and found; `read` are the same by way of a CityJSON file and its reader."""
    right = sum(case.is_right for case in checked)
    yield f"{len(checked)} cases, {right} with exactly the expected codes ({right / len(checked):.1%})."
    wrong = [case for case in read if not case.is_right]
    found = [f"`{case.file}`: {codes_text(case.found) if case.found else 'nothing'}" for case in wrong]
    held = len(read) - len(wrong)
    yield f"Written as CityJSON and read again: {held} of {len(read)}; the others are {', '.join(found)}."
    yield ""
    yield row_of(("file", "how", "expected", "found", ""))
    yield "|---|---|---|---|---|"
    for case in checked:
        mark = "" if case.is_right else f"**differs**: {case.text}"
        yield row_of((case.file, case.how, codes_text(case.expected), codes_text(case.found), mark))


def unsaid_table(root: Path) -> Iterator[str]:
    """What is found in files for which nothing is expected."""
    yield row_of(("file", "bodies", "found"))
    yield "|---|---|---|"
    for folder in UNSAID:
        for path in sorted((root / folder).iterdir()):
            name = f"{folder}/{path.name}"
            if path.suffix == ".ply" or name == "obj/nonmanifold.gml":
                continue
            try:
                bodies, together = bodies_of(path)
            except (ValueError, KeyError, IndexError, StopIteration, RuntimeError) as error:
                yield row_of((name, "-", f"not loaded by the tests: {type(error).__name__}"))
                continue
            found = check_bodies(bodies, None, together)["code"].unique().sort().to_list()
            yield row_of((name, len(bodies), codes_text(found)))


def real_table(shared: Path) -> Iterator[str]:
    """Solids with an error in each thousand, by LOD and code, beside what the file says that val3dity found."""
    yield row_of(("file", "LOD", "solids", "with an error", "per thousand by code", "what the file says, per thousand"))
    yield "|---|---|---|---|---|---|"
    for name in REAL:
        path = shared / name
        parts = [part for part in get_reader("cityjson").read(Request(str(path))) if isinstance(part, Batch)]
        features = pl.concat([part.features for part in parts], how="diagonal_relaxed")
        solids = pl.concat([part.geometries for part in parts]).filter(pl.col("@solid").fill_null(value=False))
        for (lod,), rows in sorted(solids.group_by("@lod"), key=lambda group: str(group[0])):
            table = check_geometries(
                rows["@geometry"], rows["@solid"], shells=rows["@shells"], is_composite=rows["@composite"]
            )
            by_code = dict(table.group_by("code").agg(pl.col("row").n_unique()).sort("code").iter_rows())
            said = said_by_file(features, str(lod))
            yield row_of(
                (
                    name,
                    lod,
                    rows.height,
                    table["row"].n_unique(),
                    shares(by_code, rows.height),
                    "-" if said is None else shares(said, rows.height),
                )
            )


def shares(counts: dict[int, int], of: int) -> str:
    """Counts as parts of a thousand."""
    return ", ".join(f"{code}: {1000 * count / of:.3g}" for code, count in counts.items()) or "none"


def said_by_file(features: pl.DataFrame, lod: str) -> dict[int, int] | None:
    """How many buildings the file itself says to have each code."""
    ending = lod.replace(".", "")
    column = next((name for name in features.columns if "val3dity" in name and name.endswith(ending)), None)
    if column is None:
        return None
    codes = [code for text in features[column].drop_nulls() for code in set(json.loads(text))]
    return dict(sorted(Counter(codes).items()))


def code_table() -> Iterator[str]:
    """The codes and their names."""
    yield row_of(("code", "name"))
    yield "|---|---|"
    for code in Code:
        yield row_of((code.value, code.name))


def write(shared: Path, page: Path = PAGE) -> None:
    """Put the tables into the page."""
    tables = {
        "codes": code_table(),
        "suite": suite_table(list(cases(shared)), list(cases(shared, check_read))),
        "unsaid": unsaid_table(shared / FOLDER),
        "real": real_table(shared),
    }
    put_tables(page, tables)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
