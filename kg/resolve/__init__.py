"""What the ledger knows about a code or an entity; the service and the command line ask here."""

from .answer import Json, resolution_json
from .resolver import Found, Resolver
from .values import Candidate, NearMiss, Place, Resolution, Rung, Succession, Thing

__all__ = [
    "Candidate",
    "Found",
    "Json",
    "NearMiss",
    "Place",
    "Resolution",
    "Resolver",
    "Rung",
    "Succession",
    "Thing",
    "resolution_json",
]
