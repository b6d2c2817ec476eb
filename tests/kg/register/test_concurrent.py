"""Eight clients at once, and clients that are killed: no number twice, none left out."""

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest

from kg.ledger import Ledger
from kg.ledger import tables as t
from kg.ledger.verify import broken_rows
from kg.register import Wish, apply, approve, issue
from ontology import Schema, compile_schema, packaged_texts

from .conftest import DATE, PARCELS

CLIENTS = 8


def client(place: Path, name: str, count: int) -> None:
    """Sees applications through, step by step; `count` of them, or without end."""
    ledger, schema = Ledger.open(place), compile_schema(packaged_texts())
    while count:
        with ledger.writing(name, "apply", wait_s=120) as changes:
            id_ = apply(changes, schema, "office", Wish("issue", "cn.bdcdyh", PARCELS), DATE).id
        with ledger.writing(name, "approve", wait_s=120) as changes:
            approve(changes, schema, id_, name)
        with ledger.writing(name, "issue", wait_s=120) as changes:
            issue(changes, schema, id_)
        count -= 1


def numbers(ledger: Ledger) -> list[int]:
    c = t.code
    rows = ledger.read(c.select().where(c.c.superseded.is_(None)).order_by(c.c.value))
    return [int(value[-5:]) for value in rows["value"]]


def started(place: Path, count: int) -> list[multiprocessing.process.BaseProcess]:
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=client, args=(place, f"client {n}", count), daemon=True) for n in range(CLIENTS)
    ]
    for process in processes:
        process.start()
    return list(processes)


@pytest.mark.process
def test_eight_clients_get_numbers_in_sequence_without_gaps_or_repeats(ledger: Ledger, tmp_path: Path) -> None:
    for process in started(tmp_path / "ledger.gpkg", 3):
        process.join(240)
        assert process.exitcode == 0
    assert numbers(ledger) == list(range(1, 3 * CLIENTS + 1))
    assert list(broken_rows(ledger)) == []


@pytest.mark.process
def test_killed_clients_leave_no_gap(ledger: Ledger, schema: Schema, tmp_path: Path) -> None:
    processes = started(tmp_path / "ledger.gpkg", -1)
    deadline = time.monotonic() + 120
    while len(numbers(ledger)) < CLIENTS and time.monotonic() < deadline:
        time.sleep(0.2)
    for process in random.Random(5).sample(processes, CLIENTS):
        time.sleep(0.05)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
    found = numbers(ledger)
    assert len(found) >= CLIENTS
    assert found == list(range(1, len(found) + 1))
    assert list(broken_rows(ledger)) == []
    with ledger.writing("clerk", "after all") as changes:
        filed = apply(changes, schema, "office", Wish("issue", "cn.bdcdyh", PARCELS), DATE)
        assert approve(changes, schema, filed.id, "head").codes == (f"{PARCELS}{len(found) + 1:05d}",)
