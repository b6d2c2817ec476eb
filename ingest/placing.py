"""Whether the geometries of a delivery have a place on Earth, and how sure it is."""

from collections.abc import Iterable, Iterator

from .context import Context
from .datum import DatumError
from .plausible import doubts
from .readers import Batch, FileInfo


class Placing:
    """Looks at the batches of one delivery on their way; `label` is what its file is called."""

    def __init__(self, context: Context, info: FileInfo, label: str) -> None:
        self._context, self._is_local, self._label = context, info.is_local, label
        self._doubt: str | None = None
        self._nowhere = 0
        self._is_first = True

    def checked(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The batches; without geometries where a local system is not placed. Raises DatumError for lack of a CRS."""
        context = self._context
        for batch in batches:
            placed = batch.geometries.height - batch.geometries["@geometry"].null_count()
            if context.crs is not None and self._is_first:
                self._doubt = doubts(context.crs, batch.geometries)
            self._is_first = False
            if context.operation is None and placed and self._is_local:
                self._nowhere += placed
                yield Batch(batch.features, batch.geometries.clear())
                continue
            if context.operation is None and placed:
                raise DatumError(
                    f"{self._label} names no coordinate reference system: give one with --crs EPSG:n, "
                    "or set `crs` in the mapping"
                )
            yield batch

    def warnings(self) -> list[str]:
        """What is to be said of the places, after the last batch."""
        said = [self._doubt] if self._doubt else []
        operation = self._context.operation
        if operation and operation.is_ballpark:
            said.append(
                f"{operation.source} -> {operation.target} is a ballpark operation that the workspace "
                f"allows; positions are uncertain by {operation.accuracy_m:g} m"
            )
        if self._nowhere:
            said.append(
                f"{self._nowhere} geometries have no place on Earth and were left out: give a CRS with --crs EPSG:n"
            )
        return said
