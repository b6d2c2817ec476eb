"""The ledger's rules: one writer, whole transactions, rows only added, a chain of digests, reading as of."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from kg.ledger import (
    Ledger,
    LedgerDamaged,
    LedgerFull,
    LedgerLocked,
    LedgerMissing,
    broken_rows,
    in_force,
)
from kg.ledger import tables as t


def entities(*ids: str, state: str = "active") -> pl.DataFrame:
    size = len(ids)
    columns = {"id": list(ids), "class": ["Building"] * size, "state": [state] * size}
    times: dict[str, list[str | None]] = {"valid_from": [None] * size, "valid_to": [None] * size}
    return pl.DataFrame(columns | times, schema_overrides=dict.fromkeys(times, pl.String))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.create(tmp_path / "ledger.gpkg")


def add(ledger: Ledger, *ids: str) -> None:
    with ledger.writing("tester", "test") as changes:
        changes.add(t.entity, entities(*ids))


def ids_in_force(ledger: Ledger, as_of: int | None = None) -> list[str]:
    return ledger.read(select(t.entity.c.id).where(in_force(t.entity, as_of)))["id"].to_list()


def test_a_changeset_is_committed_as_a_whole(ledger: Ledger) -> None:
    add(ledger, "a", "b")
    assert ids_in_force(ledger) == ["a", "b"]
    assert ledger.position().number == 1


def test_a_change_that_raises_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError, match="stop"), ledger.writing("tester", "test") as changes:
        changes.add(t.entity, entities("a"))
        raise RuntimeError("stop")
    assert ids_in_force(ledger) == []
    assert ledger.position().number == 0


def test_a_change_that_adds_nothing_commits_nothing(ledger: Ledger) -> None:
    with ledger.writing("tester", "test"):
        pass
    assert ledger.position().number == 0


def test_rows_with_other_columns_are_refused_by_name(ledger: Ledger) -> None:
    with (
        pytest.raises(ValueError, match=r"these differ: \['colour'\]"),
        ledger.writing("tester", "test") as changes,
    ):
        changes.add(t.entity, entities("a").with_columns(colour=pl.lit("red")))


def test_what_was_known_at_an_earlier_changeset_can_still_be_read(ledger: Ledger) -> None:
    add(ledger, "a")
    with ledger.writing("tester", "test") as changes:
        old = changes.matching(t.entity, pl.DataFrame({"id": ["a"]}), ["fid"])
        changes.supersede(t.entity, old["fid"])
        changes.add(t.entity, entities("a", state="retired"))
    query = select(t.entity.c.state)
    assert ledger.read(query.where(in_force(t.entity)))["state"].to_list() == ["retired"]
    assert ledger.read(query.where(in_force(t.entity, as_of=1)))["state"].to_list() == ["active"]


def test_a_whole_ledger_verifies(ledger: Ledger) -> None:
    add(ledger, "a")
    add(ledger, "b")
    assert list(broken_rows(ledger)) == []


@pytest.mark.parametrize(
    ("harm", "finding"),
    [
        ("UPDATE entity SET state = 'retired' WHERE id = 'a'", "rows of table entity in changeset 1 were altered"),
        ("DELETE FROM entity WHERE id = 'b'", "table entity has 1 rows, its changesets sealed 2"),
        ("UPDATE changeset SET actor = 'somebody' WHERE number = 1", "changeset 1 was altered"),
        ("DELETE FROM changeset WHERE number = 1", "changeset 1 is missing"),
    ],
)
def test_an_alteration_by_hand_is_found_and_named(ledger: Ledger, tmp_path: Path, harm: str, finding: str) -> None:
    add(ledger, "a")
    add(ledger, "b")
    with sqlite3.connect(tmp_path / "ledger.gpkg") as connection:
        connection.execute(harm)
    connection.close()
    assert any(finding in found for found in broken_rows(ledger))


def test_the_digest_depends_on_what_came_before(tmp_path: Path) -> None:
    digests = []
    for name, first in (("one", "a"), ("two", "b")):
        ledger = Ledger.create(tmp_path / f"{name}.gpkg")
        add(ledger, first)
        add(ledger, "c")
        digests.append(ledger.position().digest)
    assert digests[0] != digests[1]


def test_a_second_writer_is_told_to_wait(ledger: Ledger, tmp_path: Path) -> None:
    other = Ledger.open(tmp_path / "ledger.gpkg")
    with ledger.writing("tester", "test") as changes:
        changes.add(t.entity, entities("a"))
        with (
            pytest.raises(LedgerLocked, match="Another process is writing"),
            other.writing("other", "test", wait_s=0.1),
        ):
            pass
        assert ids_in_force(other) == []
    assert ids_in_force(other) == ["a"]


def test_a_full_disk_rolls_back_and_says_so(ledger: Ledger) -> None:
    with pytest.raises(LedgerFull, match="nothing of this change was written"), ledger.writing("t", "t") as changes:
        pages = changes.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        changes.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
        changes.add(t.entity, entities(*(f"e{number}" for number in range(5000))))
    assert ids_in_force(ledger) == []
    assert list(broken_rows(ledger)) == []


def test_a_missing_ledger_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissing, match="res3d init"):
        Ledger.open(tmp_path / "nothing.gpkg")


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.gpkg").write_bytes(b"not a database, but long enough to be read as one" * 40)
    with pytest.raises(LedgerDamaged, match="no ledger of ReS3D"):
        Ledger.open(tmp_path / "ledger.gpkg")


def test_kill_9_in_the_middle_leaves_the_last_commit(ledger: Ledger, tmp_path: Path) -> None:
    add(ledger, "a")
    program = textwrap.dedent(f"""
        import polars as pl
        from pathlib import Path
        from kg.ledger import Ledger, tables as t
        from tests.kg.ledger.test_ledger import entities
        ledger = Ledger.open(Path({str(tmp_path / "ledger.gpkg")!r}))
        with ledger.writing("killed", "test") as changes:
            changes.add(t.entity, entities(*(f"e{{n}}" for n in range(100_000))))
            print("written", flush=True)
            input()
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "written\n"
        os.kill(child.pid, signal.SIGKILL)
    assert ids_in_force(ledger) == ["a"]
    add(ledger, "b")
    assert list(broken_rows(ledger)) == []


def test_a_ledger_of_an_earlier_version_gets_the_tables_that_it_lacks(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "ledger.gpkg")
    with ledger.engine.begin() as connection:
        for name in ("issuer", "delegation", "application"):
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
    ledger.close()
    ledger = Ledger.open(tmp_path / "ledger.gpkg")
    assert ledger.read(t.application.select()).is_empty()
    assert list(broken_rows(ledger)) == []
    ledger.close()
