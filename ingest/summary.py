"""What became of every row of a file: the sums must add up."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace


@dataclass(frozen=True, slots=True)
class FileSummary:
    """The fate of one file's rows; a file that could not be opened has `error` and counts nothing.

    A file of several layers has a summary for each of them.

    >>> FileSummary(path="a.csv", rows=3, taken=2, quarantined=1).rows
    3
    """

    path: str
    layer: str | None = None
    """Of a file that has several; `path` has it, too, after a #."""
    format: str | None = None
    mapping: str | None = None
    source: str | None = None
    rows: int = 0
    taken: int = 0
    changed: int = 0
    unchanged: int = 0
    merged: int = 0
    quarantined: int = 0
    repaired: int = 0
    """Those of the rows that are in whose outline was invalid and is repaired."""
    repairable: int = 0
    """Those of the quarantined that `--repair` would take."""
    ended: int = 0
    linked: int = 0
    relations: int = 0
    joins: int = 0
    """Declared joins of rows that are taken or changed; each is `joined`, or `unlinked` for one of its reasons."""
    joined: int = 0
    unlinked: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    error: str | None = None
    skipped: str | None = None
    """Why a layer, or a file of a folder, was not read: it is nothing that a mapping knows."""

    def __post_init__(self) -> None:
        total = self.taken + self.changed + self.unchanged + self.merged + self.quarantined
        if self.rows != total:
            raise AssertionError(
                f"{self.path}: {self.rows} rows came in, {total} are accounted for - a row was lost, please report this"
            )

        apart = sum(self.unlinked.values())
        if self.joins != self.joined + apart:
            raise AssertionError(
                f"{self.path}: {self.joins} joins were to be made, {self.joined} found a thing and {apart} did not "
                "- one was lost, please report this"
            )
        if self.repaired > self.rows - self.quarantined or self.repairable > self.quarantined:
            raise AssertionError(
                f"{self.path}: more rows are repaired or repairable than there are, please report this"
            )

    def repeated(self) -> "FileSummary":
        """The same file once more: everything that was taken then is unchanged now."""
        was = self.taken + self.changed + self.unchanged
        nothing = replace(self, ended=0, linked=0, relations=0, joins=0, joined=0, unlinked={}, classes={}, seconds=0.0)
        return replace(nothing, taken=0, changed=0, unchanged=was)

    def as_json(self) -> dict[str, object]:
        """The members that the command line prints; `error`, `skipped`, `layer` and joins only where there are such."""
        members = asdict(self)
        members["warnings"] = list(self.warnings)
        joins = () if self.joins else ("joins", "joined", "unlinked")
        for name in ("error", "skipped", "layer", *joins):
            if members[name] is None or name in joins:
                del members[name]
        return members
