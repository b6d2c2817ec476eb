"""Shells of a soup: closed, one surface in one piece, turned one way, without crossing itself."""

from dataclasses import dataclass

import numpy as np

from ..connected import connected
from .codes import Code, Tolerances
from .crossing import crossing_pairs
from .findings import Findings, any_by
from .polygons import Surfaces, points_of_ids
from .soup import Bools, Floats, Ints, Kind, Soup, starts


@dataclass(frozen=True, slots=True)
class Shells:
    """What is known of the shells after they were checked."""

    is_bad: Bools
    """It has an error, or a polygon of it has."""
    volume: Floats
    """Signed: negative where the polygons look inwards; NaN of shells that are bad or no solids."""
    triangles: Floats
    """Three corners each, of the shells that are not bad."""
    shell_of_triangle: Ints


@dataclass(frozen=True, slots=True)
class _Edges:
    """The edges of a soup, each once: where they begin among `places` of directed ones, and how often they are used."""

    places: Ints  # points at which a directed edge begins, those of an edge together
    first: Ints  # of each edge, in `places`
    count: Ints
    forward: Ints  # how many of them run from the smaller to the larger id


def check_shells(soup: Soup, surfaces: Surfaces, tolerances: Tolerances, findings: Findings) -> Shells:
    """Check all shells whose polygons are sound; each test only where those before it found nothing."""
    count = len(soup.solid)
    kind = soup.kind[soup.row_of_shell]
    is_surface = kind == Kind.COMPOSITE_SURFACE
    is_closed_kind = kind >= Kind.SOLID
    is_bad = any_by(soup.shell, surfaces.is_bad, count)
    is_checked = ~is_bad & (is_surface | is_closed_kind)

    def note(code: Code, is_so: Bools, text: str, points: Floats | None = None) -> None:
        shells = np.flatnonzero(is_so)
        findings.at_shells(code, shells, text, None if points is None else points[shells])
        is_bad[shells] = True
        is_checked[shells] = False

    few = np.bincount(soup.shell, minlength=count) < 4
    note(Code.TOO_FEW_POLYGONS, is_checked & is_closed_kind & few, "a shell has less than 4 polygons")

    edges = _edges(soup)
    shell_of_edge = soup.shell_of_point[edges.places[edges.first]]
    middle = _middles(soup, edges)

    def by_edge(is_so: Bools) -> tuple[Bools, Floats]:
        points = np.zeros((count, 3))
        points[shell_of_edge[is_so][::-1]] = middle[is_so][::-1]
        return any_by(shell_of_edge, is_so, count), points

    has, where = by_edge(edges.count > 2)
    note(Code.NON_MANIFOLD_CASE, is_checked & has, "an edge is of more than two polygons", where)
    joined = _joined(edges)
    shared, where = _shared_corners(soup, edges, joined, is_surface)
    note(Code.NON_MANIFOLD_CASE, is_checked & shared, "the polygons around a point are not one fan", where)
    loose = _in_pieces(soup, joined, edges, is_surface)
    note(Code.MULTIPLE_CONNECTED_COMPONENTS, is_checked & loose, "a shell is in more than one piece")
    has, where = by_edge((edges.count == 2) & (edges.forward != 1))
    note(Code.POLYGON_WRONG_ORIENTATION, is_checked & has, "two neighbours are turned against each other", where)
    has, where = by_edge(edges.count == 1)
    note(Code.SHELL_NOT_CLOSED, is_checked & is_closed_kind & has, "an edge is of one polygon only", where)

    of_triangle = soup.shell[surfaces.polygon_of_triangle]
    use = is_checked[of_triangle]
    triangles, owner = surfaces.triangles[use], surfaces.polygon_of_triangle[use]
    points = points_of_ids(soup)
    crossing = crossing_pairs(points, triangles, owner, soup.shell[owner], tolerances.most_pairs)
    where = np.zeros((count, 3))
    where[crossing.shells[::-1]] = crossing.points[::-1]
    crosses = np.zeros(count, dtype=bool)
    crosses[crossing.shells] = True
    note(Code.SHELL_SELF_INTERSECTION, is_checked & crosses, "a shell crosses or touches itself", where)
    findings.at_shells(Code.NOT_CHECKED, crossing.too_many, "too many triangles near each other to compare them all")

    corners = points[triangles]
    six_fold = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
    volume = np.bincount(soup.shell[owner], weights=six_fold, minlength=count) / 6
    volume = np.where(is_bad | ~is_closed_kind, np.nan, volume)
    is_sound = ~is_bad[soup.shell[owner]]
    return Shells(is_bad, volume, corners[is_sound], soup.shell[owner[is_sound]])


def _edges(soup: Soup) -> _Edges:
    low = np.minimum(soup.ids, soup.ids[soup.following])
    high = np.maximum(soup.ids, soup.ids[soup.following])
    key = low * (int(soup.ids.max(initial=0)) + 1) + high
    places = np.argsort(key, kind="stable")
    first = starts(key[places])
    runs_up = (soup.ids == low)[places].astype(np.int64)
    count = np.diff(np.r_[first, len(places)])
    forward = np.add.reduceat(runs_up, first) if len(first) else first
    return _Edges(places, first, count, forward)


def _middles(soup: Soup, edges: _Edges) -> Floats:
    begin = edges.places[edges.first]
    return np.asarray((soup.points[begin] + soup.points[soup.following[begin]]) / 2)


def _joined(edges: _Edges) -> tuple[Ints, Ints, Bools]:
    """(one directed edge, the other one, whether they run against each other) of each edge that is used twice."""
    twice = edges.count == 2
    one, other = edges.places[edges.first[twice]], edges.places[edges.first[twice] + 1]
    return one, other, edges.forward[twice] == 1


def _shared_corners(
    soup: Soup, edges: _Edges, joined: tuple[Ints, Ints, Bools], is_surface: Bools
) -> tuple[Bools, Floats]:
    """Shells with a point around which the polygons' corners do not hang together by edges, and such a point.

    Where all fans of a point are open, the shell of a solid is first of all not closed; a surface may be open.
    """
    one, other, is_against = joined
    after_one, after_other = soup.following[one], soup.following[other]
    at_begin = np.where(is_against, after_other, other)
    at_end = np.where(is_against, other, after_other)
    fan = connected(len(soup.ring), np.r_[one, after_one], np.r_[at_begin, at_end])
    border = edges.places[edges.first[edges.count == 1]]
    is_open = np.zeros(len(fan), dtype=bool)
    is_open[fan[np.r_[border, soup.following[border]]]] = True
    heads = np.flatnonzero(fan == np.arange(len(fan)))
    fans = np.bincount(soup.ids[heads], minlength=len(soup.ids))
    closed_fans = np.bincount(soup.ids[heads[~is_open[heads]]], minlength=len(soup.ids))
    counts = (fans > 1)[soup.ids[heads]] & ((closed_fans > 0)[soup.ids[heads]] | is_surface[soup.shell_of_point[heads]])
    several = heads[counts]
    shells = soup.shell_of_point[several]
    points = np.zeros((len(soup.solid), 3))
    points[shells[::-1]] = soup.points[several][::-1]
    found = np.zeros(len(soup.solid), dtype=bool)
    found[shells] = True
    return found, points


def _in_pieces(soup: Soup, joined: tuple[Ints, Ints, Bools], edges: _Edges, is_surface: Bools) -> Bools:
    """Shells of several pieces; of a solid, one of them has to be closed, else the shell is first of all not closed."""
    polygon = soup.polygon_of_point
    part = connected(len(soup.shell), polygon[joined[0]], polygon[joined[1]])
    heads = np.flatnonzero(part == np.arange(len(part)))
    is_open = np.zeros(len(part), dtype=bool)
    is_open[part[polygon[edges.places[edges.first[edges.count == 1]]]]] = True
    pieces = np.bincount(soup.shell[heads], minlength=len(soup.solid))
    closed = np.bincount(soup.shell[heads[~is_open[heads]]], minlength=len(soup.solid))
    return np.asarray((pieces > 1) & ((closed > 0) | is_surface))
