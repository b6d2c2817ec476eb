"""The register: who may issue codes, applications step by step, and what issuing does to things and their codes."""

from .applications import Application, Wish, applications, apply, approve, issue, read_application, refuse
from .cases import Case, Claim, cases, decide, unite
from .errors import NotAllowed, RegisterError, UnknownEntry, WrongState
from .issuers import Delegation, Issuer, delegate, read_issuer, write_issuer

__all__ = [
    "Application",
    "Case",
    "Claim",
    "Delegation",
    "Issuer",
    "NotAllowed",
    "RegisterError",
    "UnknownEntry",
    "Wish",
    "WrongState",
    "applications",
    "apply",
    "approve",
    "cases",
    "decide",
    "delegate",
    "issue",
    "read_application",
    "read_issuer",
    "refuse",
    "unite",
    "write_issuer",
]
