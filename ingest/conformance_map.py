"""What lies around the places of a report of conformance, so that its map shows where they are."""

from typing import Final

import numpy as np
import shapely
from sqlalchemy import func, select

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t

from .conformance_table import Conformance
from .datum import to_degrees

_MOST: Final = 1_500


def surroundings(snapshot: Snapshot, found: Conformance) -> list[shapely.Geometry]:
    """Outlines, lines and points of the data set in longitude and latitude; of a large one evenly some of all."""
    g = t.geometry
    known = (in_force(g), g.c.source == found.source, ~g.c.withdrawn)
    number = int(snapshot.connection.execute(select(func.count()).select_from(g).where(*known)).scalar_one())
    every = max(1, -(-number // _MOST))
    shape = func.coalesce(g.c.footprint, g.c.geometry).label("shape")
    rows = snapshot.read(select(shape, g.c.crs).where(*known, g.c.fid % every == 0))
    shapes: list[shapely.Geometry] = []
    for (crs,), group in rows.group_by("crs", maintain_order=True):
        degrees = to_degrees(str(crs))
        moved = shapely.transform(
            shapely.force_2d(shapely.from_wkb(group["shape"].to_numpy())),
            lambda xy, degrees=degrees: np.stack(degrees.transform(xy[:, 0], xy[:, 1]), axis=1),  # type: ignore[misc]
        )
        shapes += list(moved)
    return shapes
