"""Decides from Neo4j's own plan of a statement whether it only reads the graph."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from .errors import QueryRefused

PROCEDURES = frozenset(
    {
        "db.labels",
        "db.propertyKeys",
        "db.relationshipTypes",
        "db.schema.nodeTypeProperties",
        "db.schema.relTypeProperties",
        "db.schema.visualization",
    }
)
"""The only procedures that may be called: they describe the graph."""
KINDS = {"w": "writes", "rw": "writes", "s": "administers the database"}
ALLOWED = "only statements that read the graph are answered (MATCH ... RETURN ...)"

_CALLED = re.compile(r"(?:^|ResolvedCall\()([\w.]+)\(")
"""A procedure's name in the details of a ProcedureCall, and within an expression, where a subquery has no operator."""

Plan = Mapping[str, Any]
"""The driver's form of a plan: operatorType, args, children; what args hold depends on the operator."""


def check_plan(query_type: str | None, plan: Plan | None, database: str | None) -> None:
    """Raise QueryRefused unless every part of the plan is known to read only, and only this database if it is named."""
    if query_type != "r" or plan is None:
        raise QueryRefused(f"the statement {KINDS.get(query_type or '', 'does more than read')}; {ALLOWED}")
    known = read_operators()
    for operator, place, details in _operators(plan):
        if database and place not in {"", database}:
            raise QueryRefused(f"the statement reads the database {place}; only {database} is open")
        if operator not in known:
            raise QueryRefused(f"the statement needs {operator}; {ALLOWED}")
        if "LOAD CSV" in details:
            raise QueryRefused(f"the statement loads files; {ALLOWED}")
        called = set(_CALLED.findall(details)) if operator == "ProcedureCall" or "ResolvedCall(" in details else set()
        for procedure in sorted(called - PROCEDURES):
            raise QueryRefused(
                f"the statement calls {procedure}; {ALLOWED}, and of the procedures: {', '.join(sorted(PROCEDURES))}"
            )


@cache
def read_operators() -> frozenset[str]:
    """The plan operators that only read or compute.

    >>> "NodeByLabelScan" in read_operators(), "LoadCSV" in read_operators()
    (True, False)
    """
    text = resources.files(__package__).joinpath("read_operators.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _operators(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Name, database and details of each operator: ("Expand", "neo4j", "(a)-->(b)") for Expand(All)@neo4j."""
    pending = [plan]
    while pending:
        part = pending.pop()
        pending += part.get("children", [])
        name, _, database = str(part["operatorType"]).partition("@")
        yield name.partition("(")[0].removeprefix("Partitioned"), database, str(part["args"].get("Details", ""))
