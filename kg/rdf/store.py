"""The durable RDF store of a workspace: where it is, what it shows, and opening it for reading.

`rdf/current` names the directory that holds the store now. A full load fills another one and then replaces that file,
so that a crash leaves the old store. The store's own state (which changeset it shows) is one quad in the unnamed graph,
which no query sees, and is written in the same transaction as the facts.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pyoxigraph as ox

from ..standing import Standing
from .errors import StoreMissing, StoreOutdated, StoreUnavailable

STATE = ox.NamedNode("urn:res3d:rdf-view")
_HOLDS = ox.NamedNode("urn:res3d:holds")
_LAYOUT = 1
"""Raise it when the quads of unchanged facts change: older stores then ask for a rebuild."""

CURRENT = "current"
_PACKAGES = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Delta:
    """What one change did to the store, as N-Quads; a copy at `before` that deletes and then inserts is at `after`."""

    before: Standing
    after: Standing
    delete: bytes
    insert: bytes


@dataclass(frozen=True, slots=True)
class OpenStore:
    """A store that is open, with what it says about itself."""

    store: ox.Store
    base: str
    position: Standing


def position(path: Path) -> Standing | None:
    """The position of the store in `path`; None when there is none that this version of the program can use."""
    try:
        with reading(path) as opened:
            return opened.position
    except (StoreMissing, StoreOutdated):
        return None


@contextmanager
def reading(path: Path) -> Iterator[OpenStore]:
    """The store as it is now, for reading: a snapshot that later writes do not change.

    Waits for a writer to end. Raises `StoreMissing` or `StoreOutdated`; both ask for `res3d rebuild rdf`.
    """
    with current_directory(path) as directory:
        try:
            with turn(path, fcntl.LOCK_SH):
                store = ox.Store.read_only(str(directory))
        except (OSError, RuntimeError) as error:
            raise StoreUnavailable(
                f"The RDF view in {directory} can't be opened: {error}. Try `res3d doctor`."
            ) from error
        base, found = read_state(store, path)
        yield OpenStore(store, base, found)


@contextmanager
def turn(path: Path, mode: int) -> Iterator[None]:
    """Keep the opening for reading (LOCK_SH) and the whole of writing (LOCK_EX) apart: the engine wants that.

    What a reader has opened stays readable while a writer comes. Whoever waits holds the gate, so that a stream of
    readers can't keep a writer out.
    """
    with (path / "gate.lock").open("w") as gate, (path / "open.lock").open("w") as lock:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(lock, mode)
        fcntl.flock(gate, fcntl.LOCK_UN)
        yield


@contextmanager
def current_directory(path: Path) -> Iterator[Path]:
    """The directory of the store; a full load elsewhere leaves it in place until the block ends."""
    for _ in range(10):
        try:
            directory = path / (path / CURRENT).read_text().strip()
            handle = os.open(directory, os.O_RDONLY)
        except FileNotFoundError:
            if not (path / CURRENT).exists():
                break
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            if directory.exists():
                yield directory
                return
        finally:
            os.close(handle)
    raise StoreMissing(f"There is no RDF view in {path}. `res3d rebuild rdf` makes it from the ledger.")


def state_quad(base: str, at: Standing) -> ox.Quad:
    """The quad that tells what the store shows."""
    text = json.dumps({"layout": _LAYOUT, "base": base, **asdict(at)}, sort_keys=True)
    return ox.Quad(STATE, _HOLDS, ox.Literal(text))


def read_state(store: ox.Store, path: Path) -> tuple[str, Standing]:
    """Base IRI and position out of the state quad of an open store."""
    quads = list(store.quads_for_pattern(STATE, _HOLDS, None, ox.DefaultGraph()))
    if len(quads) != 1:
        raise StoreMissing(f"The RDF view in {path} does not say what it shows. `res3d rebuild rdf` makes it anew.")
    state = json.loads(getattr(quads[0].object, "value", "{}"))
    if state.pop("layout", None) != _LAYOUT:
        raise StoreOutdated(f"The RDF view in {path} is of another version. `res3d rebuild rdf` makes it anew.")
    return state.pop("base"), Standing(**state)


def python_module(name: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Command and environment that run a module of ours in a fresh Python, wherever the caller stands."""
    search = os.pathsep.join([str(_PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])])
    return [sys.executable, "-m", name, *arguments], {**os.environ, "PYTHONPATH": search}
