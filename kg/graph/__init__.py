"""The property graph: a Neo4j of our own or any other, loaded from facts, compared with them, and queried."""

from .bulk import load_offline
from .compare import difference
from .connection import Neo4jTarget, connect
from .cypher import Answer, run
from .errors import (
    BadFacts,
    Busy,
    DownloadCut,
    GraphError,
    GraphUnavailable,
    ImportFailed,
    JarMismatch,
    NoJava,
    PortTaken,
    QueryError,
    QueryInvalid,
    QueryRefused,
    QueryTooLarge,
    QueryTooLong,
    WrongPassword,
)
from .home import Memory
from .jars import fetch_jars, jar_folder, locked_jars
from .java import find_java
from .read import Dump, dump
from .server import DATABASE, ManagedServer, find_running, managed, start, stop
from .state import Index, read_position
from .wire import load_over_wire, update

__all__ = [
    "DATABASE",
    "Answer",
    "BadFacts",
    "Busy",
    "DownloadCut",
    "Dump",
    "GraphError",
    "GraphUnavailable",
    "ImportFailed",
    "Index",
    "JarMismatch",
    "ManagedServer",
    "Memory",
    "Neo4jTarget",
    "NoJava",
    "PortTaken",
    "QueryError",
    "QueryInvalid",
    "QueryRefused",
    "QueryTooLarge",
    "QueryTooLong",
    "WrongPassword",
    "connect",
    "difference",
    "dump",
    "fetch_jars",
    "find_java",
    "find_running",
    "jar_folder",
    "load_offline",
    "load_over_wire",
    "locked_jars",
    "managed",
    "read_position",
    "run",
    "start",
    "stop",
    "update",
]
