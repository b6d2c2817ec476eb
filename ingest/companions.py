"""Which files belong to another one: what a format keeps in several files is one data set, named by one of them.

A file belongs to another only by its name (the same stem) and an ending that the format of the other truly uses. All
else that lies in a folder is a file of its own: a lone `.dbf` is a table.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_PARTS: Final = {
    ".shp": (".dbf", ".shx", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id", ".ind", ".dbf"),
    ".mif": (".mid",),
    ".tif": (".tfw", ".prj", ".aux.xml", ".msk"),
    ".tiff": (".tfw", ".tiffw", ".prj", ".aux.xml", ".msk"),
    ".asc": (".prj", ".aux.xml"),
    ".img": (".prj", ".ige", ".rrd", ".aux.xml"),
    ".grd": (".prj", ".aux.xml"),
}
"""By the ending of the file that is read: endings of what holds a part of the data, or says where it lies."""
_ASIDE: Final = {
    ".shp": (".sbn", ".sbx", ".qix", ".qpj", ".idm", ".idx", ".ind", ".atx", ".shp.xml", ".aux"),
    ".gml": (".gfs", ".xsd"),
    ".xml": (".gfs", ".xsd"),
    ".tif": (".ovr", ".aux"),
    ".tiff": (".ovr", ".aux"),
    ".asc": (".ovr", ".aux"),
    ".img": (".ovr", ".aux"),
    ".grd": (".ovr", ".aux"),
    ".las": (".lax", ".prj"),
    ".laz": (".lax", ".prj"),
}
"""Indexes, overviews and schemas: made anew from the data, so that a data set is the same without them."""
_EDIGEO: Final = (".vec", ".dic", ".gen", ".geo", ".qal", ".scd")
_LOT: Final = re.compile(rb"^LONSA\d\d:([\w-]+)", re.MULTILINE)
"""The name of a lot, with which the names of its files begin (EDIGEO, NF Z 52000, annex of the .THF)."""
_MOST_OF_THF: Final = 1024**2


def parts_of(path: Path) -> list[Path]:
    """The other files without which the data of a file are not whole, in order of their names.

    A delivery is known by the content of all of them: a table changes where the outlines beside it do not.
    """
    main = path.suffix.lower()
    if main == ".thf":
        lots = _lots_of(path)
        return sorted(each for each in path.parent.iterdir() if _is_of_lot(each.name.lower(), lots))
    found = [_beside(path, stem, ending) for ending in _PARTS.get(main, ()) for stem in (path.stem, path.name)]
    return sorted(each for each in found if each is not None)


class Folder:
    """The names in one folder, asked for what belongs to another file of it."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = {path.name.lower(): path for path in paths}
        self._lots: tuple[str, ...] | None = None

    def has_owner(self, path: Path) -> bool:
        """Whether a file belongs to another one of the folder."""
        name = path.name.lower()
        if name.endswith(_EDIGEO):
            if self._lots is None:
                catalogues = [each for other, each in self._paths.items() if other.endswith(".thf")]
                self._lots = tuple(lot for each in catalogues for lot in _lots_of(each))
            return _is_of_lot(name, self._lots)
        return any(
            f"{stem}{main}" in self._paths or (stem.endswith(main) and stem in self._paths)  # dem.prj, dem.asc.aux.xml
            for table in (_PARTS, _ASIDE)
            for main, endings in table.items()
            for ending in endings
            if (stem := name.removesuffix(ending)) != name
        )


def _beside(path: Path, stem: str, ending: str) -> Path | None:
    """The file of a stem and an ending, in small or capital letters."""
    both = (path.with_name(f"{stem}{each}") for each in (ending, ending.upper()))
    return next((each for each in both if each.is_file()), None)


def _is_of_lot(name: str, lots: tuple[str, ...]) -> bool:
    return name.endswith(_EDIGEO) and name.startswith(lots)


def _lots_of(catalogue: Path) -> tuple[str, ...]:
    """The lots that a .THF names, in lower case; none of one that can't be read, of which its reader tells."""
    try:
        with catalogue.open("rb") as file:
            found = _LOT.findall(file.read(_MOST_OF_THF))
    except OSError:
        return ()
    return tuple(lot.decode("latin-1").lower() for lot in found)
