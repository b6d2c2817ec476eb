"""Settings, one class per concern: read from the environment (prefix `RES3D_`) by whoever starts, then handed down."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from kg.graph.connection import Neo4jTarget
from kg.views import GraphPlace

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class WorkspaceSettings(BaseSettings):
    """Which workspace is meant when none is named: `RES3D_WORKSPACE`."""

    model_config = SettingsConfigDict(env_prefix="RES3D_", frozen=True)

    workspace: Path = Path("workspace")


class GraphSettings(BaseSettings):
    """Where the property graph is: `RES3D_NEO4J_URI`, `_USER`, `_PASSWORD`, `_DATABASE`, and `RES3D_JAVA`.

    Without a URI the workspace runs a Neo4j of its own, on `RES3D_JAVA` or on the Java that is found.

    >>> GraphSettings(neo4j_uri=None, java="/opt/java/bin/java").place().java
    '/opt/java/bin/java'
    """

    model_config = SettingsConfigDict(env_prefix="RES3D_", frozen=True)

    neo4j_uri: str | None = None
    neo4j_user: str = "neo4j"
    neo4j_password: SecretStr = SecretStr("")
    neo4j_database: str | None = None
    java: str | None = None

    def place(self) -> GraphPlace:
        """The same as what `kg.views` asks for."""
        if not self.neo4j_uri:
            return GraphPlace(java=self.java)
        password = self.neo4j_password.get_secret_value()
        return GraphPlace(Neo4jTarget(self.neo4j_uri, self.neo4j_user, password, self.neo4j_database), self.java)


class HttpSettings(BaseSettings):
    """How the service listens and what one request may cost: `RES3D_HTTP_HOST`, `RES3D_HTTP_PORT`, ...

    >>> HttpSettings(host="127.0.0.1").host_names
    ('127.0.0.1', 'localhost', '::1')
    """

    model_config = SettingsConfigDict(env_prefix="RES3D_HTTP_", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    names: Annotated[tuple[str, ...], NoDecode] = ()
    """Host names that requests may be addressed to; empty: the loopback names, or any when `host` is not loopback."""
    query_seconds: float = Field(default=30.0, gt=0)
    """How long a query may take that names no `timeout`."""
    query_seconds_at_most: float = Field(default=300.0, gt=0)
    query_rows: int = Field(default=10_000, gt=0)
    """How many rows of a Cypher answer are given; the answer says when there were more."""
    query_bytes: int = Field(default=100_000_000, gt=0)
    query_memory: int = Field(default=2 * 1024**3, gt=0)
    parallel_queries: int = Field(default=4, gt=0)
    waiting_queries: int = Field(default=32, gt=0)
    """How many queries may run or wait at once before others are told to come back later."""
    body_bytes: int = Field(default=1_000_000, gt=0)
    table_bytes: int = Field(default=16_000_000, gt=0)
    """How large a body may be that brings many codes to /resolve."""
    codes_at_once: int = Field(default=100_000, gt=0)
    """How many codes one POST to /resolve may bring."""

    origins: Annotated[tuple[str, ...], NoDecode] = ("http://127.0.0.1:3333", "http://localhost:3333")
    """Origins of pages that may read `/reconcile`: where OpenRefine runs, unless told otherwise."""

    @field_validator("names", "origins", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        """From the environment the names come as one text with commas."""
        return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given

    @property
    def host_names(self) -> tuple[str, ...]:
        """The names that a request's Host may have; empty: any. Keeps foreign pages from reaching loopback by DNS."""
        if self.names:
            return self.names
        return LOOPBACK if self.host in LOOPBACK else ()
