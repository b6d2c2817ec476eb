"""What can be wrong with an ontology, or with a name that is looked up in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with an ontology; an error keeps it from being compiled, a warning does not.

    >>> print(Finding(severity="warning", code="no-definition", term="Quay", file="port.ttl", line=7,
    ...               message="has no skos:definition; add one in English"))
    port.ttl:7: warning no-definition: Quay has no skos:definition; add one in English
    """

    severity: Severity
    code: str
    term: str
    file: str
    """Name of the text; empty when the finding is about compiled schemas."""
    message: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}{': ' if place else ''}{self.severity} {self.code}: {self.term} {self.message}"


class OntologyError(ValueError):
    """The ontology texts can't be compiled; `findings` has every reason, the first with its place in the message."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))

    @property
    def file(self) -> str:
        """Name of the text with the first reason."""
        return self.findings[0].file

    @property
    def line(self) -> int | None:
        """Line of the first reason, 1-based, where it is known."""
        return self.findings[0].line

    @property
    def column(self) -> int | None:
        """Column of the first reason, 1-based, where it is known."""
        return self.findings[0].column


class UnknownTerm(LookupError):
    """A name that the ontology does not have; the message lists the names that look like it."""

    def __init__(self, given: str, what: str, known: Sequence[str]) -> None:
        self.given = given
        self.near = tuple(get_close_matches(given.rpartition("#")[2] or given, known, n=5, cutoff=0.5))
        hint = f"did you mean {', '.join(self.near)}?" if self.near else f"known are {_listed(known)}"
        super().__init__(f"the ontology has no {what} {given!r}; {hint}")


def _listed(names: Sequence[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
