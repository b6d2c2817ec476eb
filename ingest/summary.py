"""What became of every row of a file: the sums must add up."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, cast

MOST_NAMED: Final = 20
"""Attributes without a property that a summary names; the count has all."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """How far a mapping reaches: the source's own attributes, and those of them that no rule of it reads."""

    source: int
    """Columns of the source, without the structural ones (`@key`...), which every file has."""
    mapped: int
    """Those that some rule reads: into a property, a key, a class, a condition or a join."""
    kept: int
    """The others: they stay with their records, under the source's own names and without a meaning."""
    not_mapped: tuple[str, ...] = ()
    """Names of the kept, in the order of the file; the first of them where there are many."""

    @classmethod
    def of(cls, columns: Iterable[str], read: Collection[str]) -> "Attributes":
        """Of the columns of a file, and those that a mapping reads.

        >>> Attributes.of(["@key", "height", "colour"], {"@key", "height", "storeys"})
        Attributes(source=2, mapped=1, kept=1, not_mapped=('colour',))
        """
        own = [name for name in columns if not name.startswith("@")]
        kept = [name for name in own if name not in read]
        return cls(len(own), len(own) - len(kept), len(kept), tuple(kept[:MOST_NAMED]))

    @property
    def gap(self) -> str:
        """The names of the kept as one text, which says so when it has not all."""
        more = self.kept - len(self.not_mapped)
        return ", ".join(self.not_mapped) + (f" and {more:,} more" if more else "")


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
    attributes: Attributes | None = None
    """What of the source's attributes the mapping reads; None for a file that was not taken."""
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

    @classmethod
    def from_json(cls, members: Mapping[str, object]) -> "FileSummary":
        """The summary that `as_json` made these of; what a version before this did not have stays empty."""
        given: dict[str, Any] = {**members, "warnings": tuple(cast("list[str]", members["warnings"]))}
        if (reach := given.get("attributes")) is not None:
            given["attributes"] = Attributes(**{**reach, "not_mapped": tuple(reach["not_mapped"])})
        return cls(**given)

    def as_json(self) -> dict[str, object]:
        """The members that the command line prints.

        `error`, `skipped`, `layer`, `attributes` and joins are there only where there are such.
        """
        members = asdict(self)
        members["warnings"] = list(self.warnings)
        if self.attributes is not None:
            members["attributes"]["not_mapped"] = list(self.attributes.not_mapped)
        joins = () if self.joins else ("joins", "joined", "unlinked")
        for name in ("error", "skipped", "layer", "attributes", *joins):
            if members[name] is None or name in joins:
                del members[name]
        return members
