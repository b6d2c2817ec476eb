"""Where a Neo4j is, and how to open it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import neo4j
from neo4j.exceptions import AuthError, ConfigurationError, DriverError, Neo4jError

from .errors import GraphUnavailable, WrongPassword

TOO_MANY_LOGINS = "Neo.ClientError.Security.AuthenticationRateLimit"


@dataclass(frozen=True, slots=True)
class Neo4jTarget:
    """Address and login of one Neo4j database; `database` None means the user's own default."""

    uri: str
    user: str
    password: str = field(repr=False)
    database: str | None = None


def connect(target: Neo4jTarget, *, seconds: float = 10) -> neo4j.Driver:
    """An open driver that has been answered at least once; the caller closes it.

    Raises WrongPassword or GraphUnavailable; `seconds` is how long an address may stay silent.
    """
    try:
        driver = neo4j.GraphDatabase.driver(
            target.uri,
            auth=(target.user, target.password),
            connection_timeout=seconds,
            connection_acquisition_timeout=seconds + 5,
            notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
            telemetry_disabled=True,
        )
    except (ConfigurationError, ValueError) as error:
        raise GraphUnavailable(
            f"{target.uri!r} is no Neo4j address ({error}); expected something like bolt://host:7687 or neo4j+s://host"
        ) from error
    try:
        with driver.session(database=target.database, default_access_mode=neo4j.READ_ACCESS) as probe:
            probe.run("RETURN 1").consume()
    except AuthError as error:
        driver.close()
        raise WrongPassword(
            f"Neo4j at {target.uri} refuses the user {target.user!r} with this password; check RES3D_NEO4J_USER and "
            "RES3D_NEO4J_PASSWORD"
        ) from error
    except (DriverError, Neo4jError, OSError) as error:
        driver.close()
        if isinstance(error, Neo4jError) and error.code == TOO_MANY_LOGINS:
            raise WrongPassword(
                f"Neo4j at {target.uri} refuses the user {target.user!r} for some seconds, since wrong passwords came "
                "for it; check RES3D_NEO4J_PASSWORD, wait, and try again"
            ) from error
        raise GraphUnavailable(
            f"no Neo4j answers at {target.uri} ({error}); is it running, and is RES3D_NEO4J_URI right?"
        ) from error
    return driver


@contextmanager
def session(driver: neo4j.Driver, database: str | None, *, write: bool = False) -> Iterator[neo4j.Session]:
    """A session whose transactions may only read unless `write` is said.

    A server that went away shows as GraphUnavailable.
    """
    mode = neo4j.WRITE_ACCESS if write else neo4j.READ_ACCESS
    try:
        with driver.session(database=database, default_access_mode=mode, fetch_size=10_000) as opened:
            yield opened
    except (neo4j.exceptions.ServiceUnavailable, neo4j.exceptions.SessionExpired) as error:
        raise GraphUnavailable(
            f"Neo4j went away in the middle of the work ({error}); start it and run again"
        ) from error
