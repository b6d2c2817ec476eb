"""The cases of the shared test suite `bad-val3dity`: what is loaded, how it is checked, which codes are expected."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingest.solid import Body, Kind, Tolerances, check_bodies
from ingest.solid.indoor import check_cells
from ingest.solid.soup import from_bodies

from . import loading

FOLDER = "bad-val3dity"
Check = Callable[[Sequence[Body], Tolerances, pl.Series | None], pl.DataFrame]
"""What finds the errors of bodies, of which those with an equal number are parts of one thing."""
_EXPECTED_BY_DESCRIPTION = {
    "test_geometry_generic/302_2.gml": [302],
    "test_cityjson/cube_v10.city.json": [],
    "test_cityjson/cube_v11.city.json": [],
    "test_cityjson/geomtemplate_1.json": [],
    "test_cityjson/geomtemplate_2.json": [203],
    "test_cityjson/several_lods_invalid.json": [601],
    "test_cityjson/several_lods_valid.json": [],
    "test_cityjson/torus.city.json": [],
    "test_cjseq/denhaag_random_5.city.jsonl": [203, 601],
    "test_valid/composite_solid.json": [],
    "test_valid/basecube.poly": [],
    "test_valid/basecube.off": [],
    "test_valid/basecube.obj": [],
    "test_jsonfg/building.fg.json": [],
    "test_jsonfg/cubes.fg.json": [],
    "test_jsonfg/e103.fg.json": [103],
    "test_tu3djson/cube.json": [],
    "test_tu3djson/cube2.json": [],
    "test_indoorgml/igml_v1.gml": [],
    "test_indoorgml/igml_v2.gml": [],
    "test_indoorgml/igml_701.gml": [701],
    "test_indoorgml/igml_702.gml": [702],
    "test_indoorgml/igml_703_1.gml": [703],
    "test_indoorgml/igml_703_2.gml": [703],
    "test_indoorgml/igml_704_1.gml": [],
    "test_indoorgml/igml_704_2.gml": [704],
}
"""Files without a row in expected_errors.csv, by their names and test_metadata.yml."""
_SNAPPED = {
    f"test_duplicates/cube_tol_1.{ending}": {1e-1: [], 1e-2: [], 1e-3: [], 1e-5: [302], 1e-12: [302]}
    for ending in ("json", "obj", "off")
}
"""A cube with a point twice, less than 0.0001 apart."""


@dataclass(frozen=True, slots=True)
class Case:
    """One check: of a file, with cavities or tolerances, and what is expected."""

    file: str
    expected: tuple[int, ...]
    how: str
    tolerances: Tolerances
    found: tuple[int, ...]
    text: str

    @property
    def is_right(self) -> bool:
        return self.expected == self.found


def cases(shared: Path, check: Check = check_bodies) -> Iterator[Case]:
    """All cases whose files are there, checked."""
    root = shared / FOLDER
    with (root / "expected_errors.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if (root / row["file"]).is_file()]
    is_second = [
        place > 0
        and row["file"].endswith("/inner_shell.poly")
        and row["test_fixture"] == rows[place - 1]["test_fixture"]
        for place, row in enumerate(rows)
    ]
    for place, row in enumerate(rows):
        name, fixture = row["file"], row["test_fixture"]
        if is_second[place]:
            continue
        has_second = place + 1 < len(rows) and is_second[place + 1] and fixture != "" and _takes_second(name)
        expected = (
            [] if row["expected_error_code"] == "valid" or "_valid" in name else [int(row["expected_error_code"])]
        )
        if fixture.endswith("_overlap"):
            for overlap in (0.01, 0.1, 1.0):
                yield _case(check, root, name, [], Tolerances(overlap=overlap), f"overlap {overlap:g}")
        elif fixture in ("data_401", "data_402_1", "data_403", "data_404", "data_inner_shell"):
            yield _with_cavities(check, root, name, expected, second=has_second)
        elif fixture == "data_303_cs":
            yield _case(check, root, name, expected, Tolerances(), "as CompositeSurface", Kind.COMPOSITE_SURFACE)
        else:
            yield _case(check, root, name, expected, Tolerances(), "")
    for name, codes in _EXPECTED_BY_DESCRIPTION.items():
        if (root / name).is_file():
            yield _case(check, root, name, codes, Tolerances(), "by its description")
    for name, by_snap in _SNAPPED.items():
        for snap, codes in by_snap.items():
            yield _case(check, root, name, codes, Tolerances(snap=snap), f"snap {snap:g}")


def _takes_second(name: str) -> bool:
    """Whether the next line of the list, an inner shell, is a second cavity of the same test rather than a test."""
    return name.rsplit("/", 1)[1] not in ("inner_shell.poly", "401_1.poly", "401.poly")


def _with_cavities(check: Check, root: Path, name: str, expected: list[int], *, second: bool) -> Case:
    """A unit cube with one or two cavities."""
    cavities = [loading.poly(root / name)]
    if second:
        cavities.append(loading.poly((root / name).parent / "inner_shell.poly"))
    cube = loading.poly(root / "test_valid" / "basecube.poly")
    how = "cavity of basecube" + (" beside inner_shell" if second else "")
    table = check([Body(Kind.SOLID, [[cube, *cavities]])], Tolerances(), None)
    return _made(name, expected, how, Tolerances(), table)


def _case(
    check: Check,
    root: Path,
    name: str,
    expected: list[int],
    tolerances: Tolerances,
    how: str,
    kind: Kind | None = None,
) -> Case:
    if "indoorgml" in name:
        cells, network = loading.indoor(root / name)
        alone = check_bodies(cells, tolerances)
        between = check_cells(network, from_bodies(cells, tolerances.snap), tolerances)
        return _made(name, expected, how, tolerances, pl.concat([alone, between], how="diagonal"))
    bodies, together = bodies_of(root / name)
    if kind is not None:
        bodies = [Body(kind, body.solids) for body in bodies]
    return _made(name, expected, how, tolerances, check(bodies, tolerances, together))


def _made(name: str, expected: list[int], how: str, tolerances: Tolerances, table: pl.DataFrame) -> Case:
    text = "; ".join(table["text"].unique(maintain_order=True))
    return Case(name, tuple(expected), how, tolerances, tuple(table["code"].unique().sort()), text)


def bodies_of(path: Path) -> tuple[list[Body], pl.Series | None]:
    """The bodies of a file; of CityJSON also which are parts of one thing, at one level of detail."""
    name = path.name
    if name.endswith(".poly"):
        return [Body(Kind.SOLID, [[loading.poly(path)]])], None
    if name.endswith(".off"):
        shell = loading.off(path)
        return [Body(Kind.SOLID if len(shell) > 1 else Kind.MULTI_SURFACE, [[shell]])], None
    if name.endswith(".obj"):
        return [Body(Kind.SOLID, [[shell]]) for shell in loading.obj(path)], None
    if name.endswith(".gml"):
        return loading.gml(path), None
    if "jsonfg" in str(path):
        return loading.json_fg(path), None
    if "tu3djson" in str(path):
        return loading.tu3djson(path), None
    objects, parents = loading.cityjson(path), loading.parents(path)
    keys = [f"{parents.get(key, key)} {lod}" for key, mine in objects.items() for lod, _ in mine]
    together = pl.Series(keys).rank("dense").cast(pl.Int64)
    return [body for mine in objects.values() for _, body in mine], together
