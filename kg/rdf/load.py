"""Full load: a new durable store from all facts, in place of the one before."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph as ox

from ontology import Schema

from ..facts import Facts, Standing
from .errors import LoadFailed
from .render import render
from .store import CURRENT, python_module, state_quad

_PREFIX = "store-"


def full_load(
    path: Path,
    parts: Iterable[Facts],
    schema: Schema,
    base: str,
    position: Standing,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Replace the store in `path` by one that holds exactly these facts; returns the number of quads written.

    The parts of the facts are gone through twice.

    The load runs in a child process, whose memory (about 1 GB) is gone afterwards. `progress` gets the number of quads
    sent so far. Raises `LoadFailed`; whatever ends the load, the old store stays until the new one is complete.
    """
    path.mkdir(parents=True, exist_ok=True)
    directory = path / f"{_PREFIX}{secrets.token_hex(4)}"
    try:
        number = _fill(directory, render(parts, schema, base), state_quad(base, position), progress)
        _point_to(path, directory)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    _sweep(path, keep=directory)
    return number


def _fill(directory: Path, quads: Iterable[bytes], state: ox.Quad, progress: Callable[[int], None]) -> int:
    command, environment = python_module("kg.rdf.bulk", str(directory))
    loader = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        number = _feed(loader, quads, f"{state} .\n".encode(), progress)
        _, words = loader.communicate()
    except BaseException:
        loader.kill()
        with contextlib.suppress(BrokenPipeError):
            loader.communicate()
        raise
    if loader.returncode:
        reason = words.decode(errors="replace").strip() or f"the loader ended with {loader.returncode}"
        raise LoadFailed(
            f"The RDF view was not rebuilt ({reason}); the one before is unchanged. Look at the free space of "
            f"{directory.parent}, then run `res3d rebuild rdf`."
        )
    return number


def _feed(
    loader: subprocess.Popen[bytes], quads: Iterable[bytes], state: bytes, progress: Callable[[int], None]
) -> int:
    if loader.stdin is None:
        raise LoadFailed("The loader has no standard input.")
    number = 0
    with contextlib.suppress(BrokenPipeError):  # the loader died: its exit code and last words tell why
        for chunk in quads:
            loader.stdin.write(chunk)
            number += chunk.count(b"\n")
            progress(number)
        loader.stdin.write(state)
        loader.stdin.flush()
    return number


def _point_to(path: Path, directory: Path) -> None:
    fresh = path / f"{CURRENT}.new"
    with fresh.open("w") as file:
        file.write(directory.name)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path / CURRENT)
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _sweep(path: Path, keep: Path) -> None:
    """Remove what earlier loads left, except a store that somebody still reads: the next load removes that one."""
    for directory in path.glob(f"{_PREFIX}*"):
        if directory == keep:
            continue
        handle = os.open(directory, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(directory, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(handle)
