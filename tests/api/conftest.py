"""The service over the demo workspace with its real views: in process, and on a port of its own for real clients."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.gateway import CypherGateway
from api.parts import OntologyInForce, Parts, ViewState, ViewStates
from api.settings import HttpSettings
from kg.rdf.client import QueryWorker
from kg.views import GraphPlace
from kg.workspace import Workspace

SETTINGS = HttpSettings(query_seconds=20, query_seconds_at_most=30, query_bytes=5_000_000, query_rows=1_000)


@pytest.fixture(scope="session")
def parts(demo_workspace: Workspace) -> Iterator[Parts]:
    ledger = demo_workspace.ledger()
    gateway = CypherGateway(demo_workspace, GraphPlace())
    number = ledger.position().number
    with QueryWorker(demo_workspace.rdf) as worker:
        worker.wait_until_loaded()
        yield Parts(
            demo_workspace,
            ledger,
            OntologyInForce(ledger),
            lambda: {"rdf": ViewState(number), "graph": ViewState(number)},
            worker,
            gateway,
        )
    gateway.close()
    ledger.close()


@pytest.fixture(scope="session")
def app(parts: Parts) -> FastAPI:
    return create_app(parts, SETTINGS)


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The address at which an app is served, on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def asking(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of an app that is served for it."""
    with running(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def address(app: FastAPI) -> Iterator[str]:
    with running(app) as found:
        yield found


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as opened:
        yield opened


@pytest.fixture(scope="session")
def viewless(parts: Parts) -> Iterator[httpx.Client]:
    """The service with the ledger alone."""
    views: ViewStates = lambda: {"rdf": ViewState(None), "graph": ViewState(3, "no Java")}  # noqa: E731
    with asking(create_app(replace(parts, views=views, sparql=None, cypher=None), SETTINGS)) as opened:
        yield opened


@pytest.fixture(scope="session")
def building(client: httpx.Client) -> str:
    """Id of the building of the registration fixture, which has 2D and 3D records."""
    return str(client.get("/resolve/340123002004GB00031F0001").json()["candidates"][0]["entity"]["id"])


@pytest.fixture(scope="session")
def retired(client: httpx.Client) -> str:
    """Id of the parcel that was split."""
    return str(client.get("/resolve/340123002004GB00011").json()["candidates"][0]["entity"]["id"])
