"""`res3d height` and `res3d heights`: the ground at a place, and the things of a source held against it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from .common import CommandFailed, JsonOption, Opened, WorkspaceOption, opened_workspace
from .output import print_facts, print_json, print_line, print_table

if TYPE_CHECKING:
    from ingest.terrain import TerrainCoverage

_MOST_LINES = 50


def height(
    x: Annotated[float, typer.Argument(help="East or longitude.")],
    y: Annotated[float, typer.Argument(help="North or latitude.")],
    crs: Annotated[
        str | None, typer.Option("--crs", help="Of x and y; else the workspace's own.", show_default=False)
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """The height of the ground at a place, out of the point clouds and elevation rasters that were ingested.

    Negative numbers come after `--`: res3d height -- -71.06 42.36.
    """
    from ingest.terrain import heights_at

    with opened_workspace(workspace) as opened:
        coverages = _coverages(opened)
        system = crs or opened.workspace.storage_crs
        found = heights_at(coverages, [x], [y], system, allowed=opened.workspace.allowed_operations)
    number = int(found.of[0])
    coverage = found.coverages[number] if number >= 0 else None
    metres = None if coverage is None else float(found.metres[0])
    method = None if coverage is None else "inverse distance of ground points" if coverage.is_cloud else "bilinear"
    answer = {
        "x": x,
        "y": y,
        "crs": system,
        "height_m": metres,
        "coverage": None if coverage is None else coverage.name,
        "height_reference": None if coverage is None else coverage.height_reference,
        "method": method,
    }
    if as_json:
        print_json(answer)
    elif metres is None:
        print_line(f"None of {len(coverages)} coverages has a height there.")
    else:
        print_facts([("height", f"{metres:.3f} m"), *((name, answer[name]) for name in
                     ("coverage", "height_reference", "method"))])  # fmt: skip


def heights(
    source: Annotated[str, typer.Argument(help="The data set whose things are compared.")],
    tolerance: Annotated[float, typer.Option("--tolerance", "-t", min=0.0, help="In metres.")] = 1.0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Which things of a data set float above the terrain or are sunk in it, by more than a tolerance."""
    from ingest.terrain import held_against_terrain

    with opened_workspace(workspace) as opened, opened.ledger.reading() as snapshot:
        found = held_against_terrain(
            snapshot,
            opened.schema,
            _coverages(opened),
            source,
            tolerance_m=tolerance,
            allowed=opened.workspace.allowed_operations,
        )
    if as_json:
        print_json({"tolerance_m": tolerance, **asdict(found)})
        return
    median = "" if found.median is None else f", median difference {found.median:+.2f} m"
    print_line(
        f"{found.source}: {found.compared:,} compared{median}; {found.without_terrain:,} lie where no terrain is "
        f"known; {len(found.beyond):,} differ by more than {tolerance:g} m"
    )
    rows = [
        (each.key, each.class_, round(each.height, 2), "stated" if each.is_stated else "lowest corner",
         round(each.terrain, 2), round(each.difference, 2))
        for each in found.beyond[:_MOST_LINES]
    ]  # fmt: skip
    if rows:
        print_table(("key", "class", "height", "which is", "terrain", "difference"), rows)
    if len(found.beyond) > _MOST_LINES:
        print_line(f"... and {len(found.beyond) - _MOST_LINES:,} more; --json gives all.")


def _coverages(opened: Opened) -> tuple[TerrainCoverage, ...]:
    from ingest.terrain import coverages_in

    with opened.ledger.reading() as snapshot:
        found = coverages_in(snapshot, opened.schema)
    if not found:
        raise CommandFailed(
            "No terrain: the workspace has no point cloud or elevation raster; "
            "`res3d ingest` takes LAS, LAZ and GeoTIFF"
        )
    return found
