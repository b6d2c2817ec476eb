"""What the ledger knows about a code or an entity; the service and the command line ask here."""

from .answer import Json, resolution_json
from .column import COLUMNS, resolve_column
from .moment import NoSuchMoment
from .resolver import Found, Resolver
from .values import Candidate, NearMiss, Place, Resolution, Rung, Succession, Thing

__all__ = [
    "COLUMNS",
    "Candidate",
    "Found",
    "Json",
    "NearMiss",
    "NoSuchMoment",
    "Place",
    "Resolution",
    "Resolver",
    "Rung",
    "Succession",
    "Thing",
    "resolution_json",
    "resolve_column",
]
