"""`/resolve` under concurrent clients, beside a bare FastAPI route that looks up one row of the same file."""

import csv
import http.client
import io
import multiprocessing
import socket
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.parts import OntologyInForce, Parts
from api.settings import HttpSettings
from kg.ledger import Ledger
from kg.workspace import Workspace

_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Served:
    """Latencies of requests of some clients at once, in milliseconds."""

    clients: int
    requests: int
    p50_ms: float
    p99_ms: float


def serve_resolver(place: str, port: int) -> None:
    """The service, without views, over a ledger."""
    ledger = Ledger.open(Path(place))
    folder = Path(place).parent
    workspace = Workspace(folder, "https://res3d.example/", "EPSG:4490", "bench", ("en",), place, ())
    parts = Parts(workspace, ledger, OntologyInForce(ledger), dict)
    _run(create_app(parts, HttpSettings()), port)


def serve_bare(place: str, port: int) -> None:
    """The least that FastAPI can do: one row by its key, as JSON."""
    app = FastAPI()
    connection = sqlite3.connect(place, check_same_thread=False)
    query = "SELECT entity, state FROM code WHERE value = ? AND scheme = 'nl.bag' AND superseded IS NULL"

    @app.get("/resolve/{code}")
    def look_up(code: str) -> dict[str, Any]:
        entity, state = connection.execute(query, (code,)).fetchone()
        return {"code": code, "entity": entity, "state": state}

    _run(app, port)


def _run(app: FastAPI, port: int) -> None:
    uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", access_log=False)).run()


@contextmanager
def running(serve: Callable[[str, int], None], place: Path):  # type: ignore[no-untyped-def]
    """A server in a process of its own; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = _SPAWN.Process(target=serve, args=(str(place), port), daemon=True)
    process.start()
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield port
    process.terminate()
    process.join()


def load(port: int, codes: Sequence[str], clients: int) -> Served:
    """Each client asks for its share of the codes, one after another, on a connection that it keeps."""
    with _SPAWN.Pool(clients) as pool:
        pool.starmap(_ask, [(port, codes[:20])] * clients)  # warm
        shares = [(port, codes[number::clients]) for number in range(clients)]
        times = np.concatenate(pool.starmap(_ask, shares, chunksize=1))
    p50, p99 = np.percentile(times * 1000, [50, 99])
    return Served(clients, len(times), float(p50), float(p99))


def _ask(port: int, codes: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    times = np.empty(len(codes))
    for place, code in enumerate(codes):
        started = time.perf_counter()
        connection.request("GET", f"/resolve/{code}")
        answer = connection.getresponse()
        body = answer.read()
        times[place] = time.perf_counter() - started
        if answer.status != 200 or code.encode() not in body:
            raise AssertionError(f"{code}: {answer.status} {body[:200]!r}")
    return times


def csv_seconds(port: int, codes: Sequence[str]) -> float:
    """How long a CSV of codes takes until its last answer is here; each is checked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    started = time.perf_counter()
    connection.request("POST", "/resolve", "\n".join(["code", *codes]), {"Content-Type": "text/csv"})
    text = connection.getresponse().read().decode()
    seconds = time.perf_counter() - started
    rows = list(csv.DictReader(io.StringIO(text)))
    if [row["res3d_state"] for row in rows] != ["current"] * len(codes):
        raise AssertionError("not every code of the CSV was found")
    return seconds
