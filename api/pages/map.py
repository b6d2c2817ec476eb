"""A small map of an entity as SVG, drawn on the server: its footprints of 2D and 3D records over one another."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from markupsafe import Markup
from numpy.typing import NDArray

WIDTH: Final = 640.0
HEIGHT: Final = 400.0
_MARGIN: Final = 48.0
_METRES_PER_DEGREE: Final = 111_320.0
_SMALLEST: Final = 4.0  # metres: what is shown of a point


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape in longitude and latitude, the CSS class that it is drawn with, and what a reader is told of it."""

    geometry: shapely.Geometry
    css: str
    title: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """From degrees to the drawing: metres on a plane that touches the earth at the middle, then drawing units."""

    west: float
    north: float
    metres_east: float
    metres_north: float
    scale: float
    left: float
    top: float

    def place(self, longitude: float, latitude: float) -> str:
        x = (longitude - self.west) * self.metres_east * self.scale + self.left
        y = (self.north - latitude) * self.metres_north * self.scale + self.top
        return f"{x:.1f} {y:.1f}"


def map_svg(shapes: Sequence[Shape], around: Sequence[Shape], title: str, smallest: float = _SMALLEST) -> Markup | None:
    """The drawing, cut to `shapes` (or to what lies `around`, where there is nothing else); None without any.

    It shows at least `smallest` metres.
    """
    framed = [shape for shape in shapes or around if not shapely.is_empty(shape.geometry)]
    if not framed:
        return None
    frame = _frame(framed, smallest)
    body = Markup("").join(_drawn(shape, frame) for shape in (*around, *shapes))
    head = Markup('<svg class="map" viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">').format(WIDTH, HEIGHT, title)
    return head + body + _scale_bar(frame) + _north() + Markup("</svg>")


def _frame(shapes: Sequence[Shape], smallest: float) -> _Frame:
    west, south, east, north = shapely.total_bounds([shape.geometry for shape in shapes])
    metres_east = _METRES_PER_DEGREE * max(math.cos(math.radians((south + north) / 2)), 0.01)
    width = max((east - west) * metres_east, smallest)
    height = max((north - south) * _METRES_PER_DEGREE, smallest)
    scale = min((WIDTH - 2 * _MARGIN) / width, (HEIGHT - 2 * _MARGIN) / height)
    left = (WIDTH - (east - west) * metres_east * scale) / 2
    top = (HEIGHT - (north - south) * _METRES_PER_DEGREE * scale) / 2
    return _Frame(west, north, metres_east, _METRES_PER_DEGREE, scale, left, top)


def _drawn(shape: Shape, frame: _Frame) -> Markup:
    parts = [part for part in shapely.get_parts([shape.geometry]) if not shapely.is_empty(part)]
    drawn = Markup("").join(_part(part, frame) for part in parts)
    return Markup('<g class="{}"><title>{}</title>{}</g>').format(shape.css, shape.title, drawn)


def _part(part: shapely.Geometry, frame: _Frame) -> Markup:
    if isinstance(part, shapely.Point):
        x, y = frame.place(part.x, part.y).split()
        return Markup('<circle cx="{}" cy="{}" r="5"/>').format(x, y)
    if isinstance(part, shapely.Polygon):
        rings = " ".join(_line(ring.coords, frame) + "Z" for ring in (part.exterior, *part.interiors))
        return Markup('<path fill-rule="evenodd" d="{}"/>').format(rings)
    return Markup('<path fill="none" d="{}"/>').format(_line(shapely.get_coordinates(part), frame))


def _line(coordinates: Iterable[Sequence[float]] | NDArray[np.float64], frame: _Frame) -> str:
    return "M" + "L".join(_steps(coordinates, frame))


def _steps(coordinates: Iterable[Sequence[float]] | NDArray[np.float64], frame: _Frame) -> Iterator[str]:
    """Places along a line; those that the drawing can't tell apart are drawn once."""
    last = None
    for coordinate in coordinates:
        place = frame.place(coordinate[0], coordinate[1])
        if place != last:
            yield place
        last = place


def _scale_bar(frame: _Frame) -> Markup:
    metres = _round_length(120 / frame.scale)
    end = 24 + metres * frame.scale
    label = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    line = Markup('<path d="M24 {0}v6H{1:.1f}v-6"/>').format(HEIGHT - 26, end)
    text = Markup('<text x="{:.1f}" y="{}">{}</text>').format(end + 8, HEIGHT - 19, label)
    return Markup('<g class="scale">{}{}</g>').format(line, text)


def _round_length(metres: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above a length.

    >>> _round_length(34.0), _round_length(0.7)
    (20.0, 0.5)
    """
    power: float = 10.0 ** math.floor(math.log10(metres))
    return next(step * power for step in (5, 2, 1) if step * power <= metres * 1.0000001)


def _north() -> Markup:
    return Markup('<g class="scale"><path d="M{0} 44V22m-6 9l6-9 6 9"/><text x="{1}" y="60">N</text></g>').format(
        WIDTH - 30, WIDTH - 35
    )
