"""Which state of the ledger a view shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """The last changeset that a view holds, the digest up to there, and the version of the ontology in force."""

    changeset: int
    digest: str
    schema: str
