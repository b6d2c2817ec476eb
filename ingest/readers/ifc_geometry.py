"""Geometries of an IFC model: triangles from a process of its own, as MultiPolygon Z in the map CRS.

When that process dies or stands still, it is begun again and takes the products one by one; the one that did it has a
problem, the others their shapes. Attributes are never lost by it.
"""

import json
import os
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from . import ifc_shapes
from .contract import Problem
from .ifc_place import Place
from .ifc_shapes import BEGUN, DONE, FAILED, HEADER, SHAPE
from .mesh_geometry import wkb_of_equal_faces

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

_STILL_SECONDS: Final = 60.0  # without any answer, before the process is taken to hang
_MOST_DEATHS: Final = 8  # of the process in one file; the rest of its shapes is then given up
_MOST_STILL: Final = 2
_WORTH_BYTES: Final = 50_000  # of a model that certainly has shapes: the process is begun before they are known
_AHEAD: Final = 2  # orders that are answered before they are asked for


@dataclass(frozen=True, slots=True)
class Shape:
    """Triangles of one product in metres of the model."""

    corners: Floats  # (n, 3)
    triangles: Ints  # (m, 3), positions in `corners`


@dataclass(slots=True)
class Answers:
    """What became of the products of one order: shapes by step id, and why others have none."""

    shapes: dict[int, Shape] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)


def wkb_of(shapes: Sequence[Shape], place: Place) -> list[tuple[bytes | None, Problem | None]]:
    """Each shape in the map CRS as ISO WKB of a MultiPolygon Z, one polygon for each triangle; or what is wrong.

    >>> corner = Shape(np.eye(3), np.array([[0, 1, 2]], dtype=np.int32))
    >>> here = Place(None, np.eye(4), (), "not located")
    >>> [(wkb, problem)] = wkb_of([corner], here)
    >>> len(wkb), problem
    (118, None)
    """
    if not shapes:
        return []
    sizes = np.array([len(shape.corners) for shape in shapes])
    corners = place.apply(np.concatenate([shape.corners for shape in shapes]))
    firsts = np.cumsum(sizes) - sizes
    found: list[tuple[bytes | None, Problem | None]] = []
    for shape, first, size in zip(shapes, firsts.tolist(), sizes.tolist(), strict=True):
        own = corners[first : first + size]
        if not len(shape.triangles):
            found.append((None, Problem.EMPTY))
        elif not np.isfinite(own).all():
            found.append((None, Problem.BAD_VERTEX))
        else:
            of_one = np.zeros(len(shape.triangles), dtype=np.int64)
            found.append((wkb_of_equal_faces(own[shape.triangles], of_one)[0], None))
    return found


class Shapes:
    """The shapes of the products in orders that are given once, made ahead of being asked for.

    The process of a large model opens it at once, beside whoever reads the attributes. Use it in a ``with`` statement:
    it ends the process.
    """

    def __init__(self, path: Path) -> None:
        self.deaths: Counter[str] = Counter()  # "crashed", "stood still"
        self._path = path
        self._orders: Sequence[Sequence[int]] = ()
        self._worker = _Worker(path) if path.stat().st_size >= _WORTH_BYTES else None
        self._is_closed = False
        self._answers: Queue[Answers | BaseException] = Queue(_AHEAD)
        self._thread = Thread(target=self._work, daemon=True)

    def begin(self, orders: Sequence[Sequence[int]]) -> None:
        """Have them made; once."""
        self._orders = orders
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_closed = True
        if self._thread.ident is None:  # no orders came
            if self._worker is not None:
                self._worker.end()
            return
        while self._thread.is_alive():  # it waits for the process, or for room in the queue
            if (worker := self._worker) is not None:
                worker.kill()
            with suppress(Empty):
                self._answers.get(timeout=0.05)
        self._thread.join()

    def next(self) -> Answers:
        """What became of the next order."""
        found = self._answers.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def _work(self) -> None:
        try:
            for order in self._orders:
                if self._is_closed:
                    return
                self._answers.put(self._answer(order))
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the answer
            self._answers.put(error)
        finally:
            if self._worker is not None:
                self._worker.end()

    def _answer(self, order: Sequence[int]) -> Answers:
        found = Answers()
        if order and not self._gave_up:
            self._ask(list(order), found, together=True)
        while (left := [key for key in order if key not in found.shapes and key not in found.failed]) and (
            not self._gave_up and not self._is_closed
        ):
            self._ask(left, found, together=False)
        found.failed.update(dict.fromkeys(left, "was given up after several crashes"))
        return found

    @property
    def _gave_up(self) -> bool:
        return self.deaths.total() >= _MOST_DEATHS or self.deaths["stood still"] > _MOST_STILL

    def _ask(self, products: list[int], found: Answers, *, together: bool) -> None:
        """Ask for products; ends with what came, when all is answered or the process is no more."""
        if self._worker is None:
            self._worker = _Worker(self._path)
        begun: int | None = None
        try:
            self._worker.order(products, together=together)
            for key, word, shape in self._worker.answers():
                if word == SHAPE and shape is not None:
                    found.shapes[key] = shape
                elif word == FAILED:
                    found.failed[key] = "could not be made"
                begun = key if word == BEGUN else None
        except (_Died, _StoodStill) as end:
            if self._is_closed:
                return
            self._worker.end()
            self._worker = None
            said = "stood still" if isinstance(end, _StoodStill) else "crashed"
            self.deaths[said] += 1
            if begun is not None:
                found.failed[begun] = said


class _Died(Exception):
    pass


class _StoodStill(Exception):
    pass


class _Worker:
    """The process and our ends of its pipes."""

    def __init__(self, path: Path) -> None:
        self._pipe, its_end = os.pipe()
        try:
            self._process = subprocess.Popen(
                # By its file: as a module it would load the whole package, which takes longer than a small model.
                [sys.executable, "-P", ifc_shapes.__file__, str(path), str(its_end), str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(its_end,),
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        finally:
            os.close(its_end)

    def order(self, products: Sequence[int], *, together: bool) -> None:
        line = json.dumps({"products": list(products), "together": together}) + "\n"
        try:
            if self._process.stdin is not None:
                self._process.stdin.write(line.encode())
                self._process.stdin.flush()
        except OSError:
            raise _Died from None

    def answers(self) -> Iterator[tuple[int, int, Shape | None]]:
        """All answers to the last order. Raises `_Died` or `_StoodStill`."""
        while True:
            key, corner_count, triangle_count, word = HEADER.unpack(self._receive(HEADER.size))
            if word == DONE:
                return
            corners = np.frombuffer(self._receive(24 * corner_count), dtype=np.float64).reshape(-1, 3)
            triangles = np.frombuffer(self._receive(12 * triangle_count), dtype=np.int32).reshape(-1, 3)
            yield key, word, Shape(corners, triangles) if word == SHAPE else None

    def kill(self) -> None:
        """Kill the process; from any thread."""
        self._process.kill()

    def end(self) -> None:
        """Kill the process and let go of its pipes; from the thread that asks it."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1

    def _receive(self, length: int) -> bytearray:
        content = bytearray(length)
        view, done = memoryview(content), 0
        deadline = time.monotonic() + _STILL_SECONDS
        while done < length:
            if not select.select([self._pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise _StoodStill
            got = os.readv(self._pipe, [view[done:]])
            if got == 0:
                raise _Died
            done += got
        return content
