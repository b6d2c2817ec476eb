"""The read-only gateway to Cypher: answers statements of strangers, within limits of time, rows and memory.

Three walls: Neo4j's own plan of the statement is checked before it runs; it runs in a transaction that may only read;
and the server's settings keep it from files and the network.
"""

import re
import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass

import neo4j
from neo4j.exceptions import ClientError, DriverError, Neo4jError

from .errors import GraphUnavailable, QueryError, QueryInvalid, QueryRefused, QueryTooLarge, QueryTooLong
from .json_values import Json, as_json
from .plans import ALLOWED, check_plan

EXPLAIN = "EXPLAIN "
GRACE_SECONDS = 4.0
"""How much later than its limit a statement may come back: Neo4j looks at the clock every two seconds by default."""
MOST_CHARACTERS = 10_000
"""Neo4j's time limit does not hold while it plans, and planning takes as long as the statement is long."""
ADMINISTRATION = ("AccessMode", "UnsupportedAdministrationCommand", "NotSystemDatabaseError", "ClientError.Security")
PLANS_ARE_NOT_SHOWN = "EXPLAIN and PROFILE are not answered; send the statement itself"


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a statement's result as JSON values; `truncated` when there were more than was allowed."""

    fields: tuple[str, ...]
    values: list[list[Json]]
    truncated: bool


def run(
    driver: neo4j.Driver,
    statement: str,
    parameters: Mapping[str, Json] | None = None,
    *,
    seconds: float = 10,
    max_rows: int = 10_000,
    database: str | None = None,
) -> Answer:
    """The answer to a statement that only reads.

    Raises QueryRefused, QueryInvalid (with Neo4j's words and the position), QueryTooLong, QueryTooLarge, or
    GraphUnavailable. After QueryTooLong with `still_running` the server goes on computing until it is restarted.
    """
    if len(statement) > MOST_CHARACTERS:
        raise QueryInvalid(
            f"the statement has {len(statement)} characters, expected at most {MOST_CHARACTERS}; "
            "give its values as parameters"
        )
    future: Future[Answer] = Future()

    def work() -> None:
        try:
            future.set_result(_answer(driver, statement, dict(parameters or {}), seconds, max_rows, database))
        except BaseException as error:  # noqa: BLE001  (raised again below, in the thread that asked)
            future.set_exception(error)

    # Neo4j can't interrupt a loop within one expression, and a thread that waits can't be ended: it is left behind
    threading.Thread(target=work, name="cypher", daemon=True).start()
    if not wait([future], timeout=seconds + GRACE_SECONDS).done:
        raise QueryTooLong(_too_long(seconds), still_running=True)
    try:
        return future.result()
    except (Neo4jError, DriverError) as error:
        raise _translated(error, seconds) from error
    except RecursionError as error:
        raise QueryInvalid("the statement or its answer is nested too deeply") from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise QueryInvalid(f"the statement or a parameter has a value that Neo4j can't hold: {error}") from error


def _answer(
    driver: neo4j.Driver,
    statement: str,
    parameters: dict[str, Json],
    seconds: float,
    max_rows: int,
    database: str | None,
) -> Answer:
    with (
        driver.session(database=database, default_access_mode=neo4j.READ_ACCESS, fetch_size=max_rows + 1) as session,
        session.begin_transaction(timeout=seconds) as tx,
    ):
        explained = tx.run(EXPLAIN + statement, parameters).consume()
        check_plan(explained.query_type, explained.plan, database)
        result = tx.run(statement, parameters)
        records = result.fetch(max_rows + 1)
        truncated = len(records) > max_rows
        if not truncated and result.consume().plan is not None:
            raise QueryRefused(PLANS_ARE_NOT_SHOWN)
        values = [[as_json(value) for value in record.values()] for record in records[:max_rows]]
        return Answer(tuple(result.keys()), values, truncated)


def _translated(error: Neo4jError | DriverError, seconds: float) -> QueryError | GraphUnavailable:
    """Our word for what the driver or Neo4j reports."""
    code = (isinstance(error, Neo4jError) and error.code) or ""
    message = (isinstance(error, Neo4jError) and error.message) or str(error)
    if "TimedOut" in code or code.endswith("Transaction.Terminated"):
        return QueryTooLong(_too_long(seconds))
    if "OutOfMemory" in code:
        return QueryTooLarge("the statement needs more memory than one query may have; ask for less at a time")
    if "conflicting values for execution mode" in message:
        return QueryRefused(PLANS_ARE_NOT_SHOWN)
    if any(word in code for word in ADMINISTRATION):
        return QueryRefused(f"the statement does more than read; {ALLOWED}")
    if isinstance(error, ClientError) or "DatabaseError.Statement" in code:
        return QueryInvalid(_in_own_place(message))
    return GraphUnavailable(f"Neo4j did not answer ({error}); try again")


def _in_own_place(message: str) -> str:
    """A message of Neo4j about the explained statement as one about the statement itself.

    >>> _in_own_place('Invalid input (line 1, column 9 (offset: 8))\\n"EXPLAIN FOO')
    'Invalid input (line 1, column 1 (offset: 0))'
    """

    def moved(found: re.Match[str]) -> str:
        line, column, offset = (int(number) for number in found.groups())
        column -= len(EXPLAIN) if line == 1 else 0
        return f"(line {line}, column {max(column, 1)} (offset: {max(offset - len(EXPLAIN), 0)}))"

    own_words, _, _quoted_line = message.partition('\n"')
    return re.sub(r"\(line (\d+), column (\d+) \(offset: (\d+)\)\)", moved, own_words)


def _too_long(seconds: float) -> str:
    return f"the statement was not done within {seconds:g} s; narrow it (labels, properties, path length, LIMIT)"
