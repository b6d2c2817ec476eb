"""The page about the quality of data sets: what became of files, what fails where, on a map; it stands by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

import shapely

from api.pages import Pages
from api.pages.map import Shape, map_svg
from ingest.conformance_table import IN_CHINESE
from ingest.reasons import HINTS

if TYPE_CHECKING:
    from ingest.conformance_table import Conformance
    from ingest.summary import FileSummary

Around = Mapping[str, Sequence[shapely.Geometry]]
_SMALLEST = 60.0  # metres that a map shows at least, so that one place is seen among its neighbours


def quality_page(
    found: Sequence[Conformance], around: Around, languages: Sequence[str], summaries: Sequence[FileSummary] = ()
) -> str:
    """HTML without scripts and without anything from elsewhere; `around`: what else is drawn, by source."""
    language = languages[0] if languages else "en"
    drawings = {}
    for each in found:
        places = [
            Shape(shapely.Point(place.longitude, place.latitude), place.fault, f"{place.key or ''} {place.reason}")
            for place in each.places
        ]
        near = [Shape(shape, "around", "") for shape in around.get(each.source, ())]
        drawings[each.source] = map_svg(places, near, each.title, _SMALLEST) if places else None
    style = files("api.pages").joinpath("static", "style.css").read_text(encoding="utf-8")
    return Pages((language,)).text(
        "conformance.html",
        language,
        found=found,
        drawings=drawings,
        style=style,
        chinese=IN_CHINESE,
        summaries=summaries,
        hints={str(reason): hint for reason, hint in HINTS.items()},
    )
