import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg.facts import Facts, Standing
from kg.rdf.errors import FactsInvalid, LoadFailed, StoreMissing, StoreOutdated
from kg.rdf.load import full_load
from kg.rdf.store import CURRENT, current_directory, position, python_module, reading
from ontology import Schema

from .samples import BASE, at, facts, town

# A load of endless facts: it tells when quads flow, and is killed in the middle.
ENDLESS_LOAD = """
import sys
from pathlib import Path
import kg.rdf.load as load
from tests.kg.rdf.samples import BASE, at, facts, schema

def endless(*_):
    number = 0
    while True:
        yield b"".join(b"<a:%d> <a:b> <a:c> <a:g> .\\n" % (number + i) for i in range(1000))
        number += 1000
        print(number, flush=True)

load.render = endless
load.full_load(Path(sys.argv[1]), [facts({})], schema(), BASE, at(2))
"""


def stores(path: Path) -> list[Path]:
    return sorted(path.glob("store-*"))


def test_a_loaded_store_shows_its_facts_and_its_position(town: Path) -> None:
    assert position(town) == at(1)
    with reading(town) as opened:
        assert opened.base == BASE
        assert len(opened.store) == 24 + 1  # the facts and the state


def test_a_place_without_store_has_no_position_and_names_the_remedy(tmp_path: Path) -> None:
    assert position(tmp_path) is None
    with pytest.raises(StoreMissing, match="res3d rebuild rdf"), reading(tmp_path):
        pass


def test_a_load_replaces_the_store_before(town: Path, schema: Schema) -> None:
    full_load(town, [facts({"a": "asserted"})], schema, BASE, at(2))
    assert position(town) == at(2)
    with reading(town) as opened:
        assert len(opened.store) == 2 + 1
    assert len(stores(town)) == 1


def test_a_load_tells_how_far_it_is(tmp_path: Path, schema: Schema) -> None:
    seen: list[int] = []
    assert full_load(tmp_path, [town()], schema, BASE, at(1), seen.append) == 24
    assert seen == sorted(seen)
    assert seen[-1] == 24


def test_facts_that_contradict_themselves_leave_the_old_store(town: Path, schema: Schema) -> None:
    wrong = facts({"a": "asserted"}, [("b", "code", "1", "xsd:string", None)])
    with pytest.raises(FactsInvalid):
        full_load(town, [wrong], schema, BASE, at(2))
    assert position(town) == at(1)
    assert len(stores(town)) == 1


def test_a_loader_that_fails_leaves_the_old_store_and_tells_why(
    town: Path, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.rdf.load.render", lambda *_: iter([b"this is no quad\n"]))
    with pytest.raises(LoadFailed, match="the one before is unchanged"):
        full_load(town, [facts({})], schema, BASE, at(2))
    assert position(town) == at(1)
    assert len(stores(town)) == 1


def test_a_full_disk_leaves_the_old_store(town: Path, schema: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    def small_files(name: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
        command, environment = python_module(name, *arguments)
        return ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", *command], environment

    monkeypatch.setattr("kg.rdf.load.python_module", small_files)
    with pytest.raises(LoadFailed, match=r"File too large.*free space"):
        full_load(town, [_many()], schema, BASE, at(2))
    assert position(town) == at(1)


def test_a_kill_in_the_middle_of_a_load_leaves_the_old_store(town: Path, schema: Schema) -> None:
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", ENDLESS_LOAD, str(town)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        for _ in range(20):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert position(town) == at(1)
    _wait_until_alone(stores(town))
    full_load(town, [facts({"a": "asserted"})], schema, BASE, at(3))
    assert position(town) == at(3)
    assert len(stores(town)) == 1, "the remains of the killed load are swept"


def test_a_reader_keeps_its_store_while_another_one_is_loaded(town: Path, schema: Schema) -> None:
    with current_directory(town) as held:
        full_load(town, [facts({"a": "asserted"})], schema, BASE, at(2))
        assert held.exists()
        assert len(stores(town)) == 2
    full_load(town, [facts({"a": "asserted"})], schema, BASE, at(3))
    assert len(stores(town)) == 1


def test_a_store_of_another_layout_asks_for_a_rebuild(
    town: Path, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.rdf.store._LAYOUT", 99)
    assert position(town) is None
    with pytest.raises(StoreOutdated, match="res3d rebuild rdf"), reading(town):
        pass


def test_a_pointer_to_a_store_that_is_gone_is_no_store(town: Path) -> None:
    (town / CURRENT).write_text("store-gone")
    assert position(town) is None


def test_positions_are_values() -> None:
    assert at(1) == Standing(1, "digest-1", "schema-1")


def _many() -> Facts:
    return facts({f"entity/{number}": "asserted" for number in range(5000)})


def _wait_until_alone(directories: list[Path]) -> None:
    """The orphaned loader notices the end of its input and finishes; then nobody writes there any more."""
    sizes: list[int] = []
    for _ in range(100):
        sizes.append(sum(file.stat().st_size for directory in directories for file in directory.glob("*")))
        if len(sizes) > 3 and len(set(sizes[-3:])) == 1:
            return
        time.sleep(0.1)
