"""Runs the service for a workspace: views, query process, follower and HTTP, ended in order by a signal."""

import logging
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import FrameType
from typing import NoReturn

import uvicorn

from kg import graph
from kg.rdf.client import QueryWorker
from kg.views import GraphPlace
from kg.workspace import Workspace

from .app import create_app
from .follow import Follower
from .gateway import CypherGateway
from .parts import OntologyInForce, Parts
from .settings import HttpSettings

Report = Callable[[str], None]
_GRACE_SECONDS = 5


class AddressTaken(OSError):
    """The host and port can't be listened on."""


def serve(workspace: Workspace, place: GraphPlace, settings: HttpSettings, report: Report = print) -> None:
    """Serve until SIGINT or SIGTERM. A Neo4j that this started is stopped again; one that ran goes on.

    Raises AddressTaken, and LedgerError when the ledger can't be opened.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, _end)
    with ExitStack() as stack, suppress(KeyboardInterrupt):
        listener = stack.enter_context(_listen(settings.host, settings.port))
        ledger = workspace.ledger()
        stack.callback(ledger.close)
        if place.target is None and graph.find_running(workspace.graph) is None:
            stack.callback(graph.stop, workspace.graph)
        worker = stack.enter_context(QueryWorker(workspace.rdf, parallel=settings.parallel_queries))
        gateway = CypherGateway(workspace, place)
        stack.callback(gateway.close)
        ontology = OntologyInForce(ledger)
        follower = Follower(workspace, ledger, ontology, place, worker)
        stack.callback(follower.close)
        follower.start()
        app = create_app(Parts(workspace, ledger, ontology, follower.states, worker, gateway), settings)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=_GRACE_SECONDS
        )
        report(f"ReS3D serves {workspace.directory} at {_address(listener)} (Ctrl-C ends it)")
        uvicorn.Server(config).run(sockets=[listener])


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    """uvicorn raises the signal again when it has shut down; that has to lead through our own clean-up."""
    raise KeyboardInterrupt


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise AddressTaken(
            f"{host} port {port} can't be listened on ({error.strerror}): give another --port, or end what holds it"
        ) from error
    listener.listen(128)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
