import csv
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg.rdf.answer import query_once
from kg.rdf.client import QueryWorker
from kg.rdf.errors import (
    AnswerTooLarge,
    QueryInvalid,
    QueryTooHeavy,
    QueryTooLong,
    StoreBusy,
    StoreMissing,
    StoreUnavailable,
)
from kg.rdf.load import full_load
from kg.rdf.query import Query
from kg.rdf.update import apply_changes
from kg.rdf.wire import BEGIN, QUERY, query_to_json, receive, send_json
from ontology import Schema

from .samples import BASE, PREFIXES, at, facts
from .samples import town as town_facts

HOUSES = Query(PREFIXES + "SELECT (COUNT(*) AS ?n) { ?s a :House }", format_name="csv", seconds=20)
PRODUCT = " ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(9))
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}"
LONG = f"SELECT * {{ {PRODUCT} }}"


def number(answer: bytes) -> int:
    return int(list(csv.reader(answer.decode().split()))[1][0])


IN_MEMORY, ON_DISK = 1_000_000, 5
"""How many quads a copy in memory may have: more than the store has, and less."""


@pytest.fixture(scope="module", params=[IN_MEMORY, ON_DISK], ids=["memory", "disk"])
def worker(untouched_town: Path, request: pytest.FixtureRequest) -> Iterator[QueryWorker]:
    """A worker that answers from a copy in memory, and one that does from disk because the store is too big."""
    with QueryWorker(untouched_town, max_memory_quads=request.param) as started:
        assert started.wait_until_loaded() is (request.param == IN_MEMORY)
        yield started


@pytest.fixture(params=[IN_MEMORY, ON_DISK], ids=["memory", "disk"])
def following(town: Path, request: pytest.FixtureRequest) -> Iterator[QueryWorker]:
    """The same on a store that the test changes."""
    with QueryWorker(town, max_memory_quads=request.param) as started:
        started.wait_until_loaded()
        yield started


@pytest.fixture
def in_memory(town: Path) -> Iterator[QueryWorker]:
    with QueryWorker(town) as started:
        assert started.wait_until_loaded()
        yield started


def test_a_process_for_queries_loads_no_tables_ledger_or_ontology() -> None:
    """So that it answers a tenth of a second after its start."""
    program = "import sys, kg.rdf.worker; print(*{'polars', 'sqlalchemy', 'numpy', 'ontology'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "\n"


def test_a_query_is_answered(worker: QueryWorker) -> None:
    answer = worker.query(HOUSES)
    assert answer.media_type == "text/csv"
    assert number(answer.read()) == 4
    assert worker.position() == at(1)


def test_inference_can_be_switched_off(worker: QueryWorker) -> None:
    text = PREFIXES + "ASK { ?s a :Entity }"
    assert worker.query(Query(text, format_name="csv")).read() == b"true"
    assert worker.query(Query(text, format_name="csv", inference=False)).read() == b"false"


def test_a_query_without_end_is_ended_while_others_are_answered(worker: QueryWorker) -> None:
    with ThreadPoolExecutor() as threads:
        start = time.monotonic()
        endless = threads.submit(worker.query, Query(ENDLESS, seconds=1))
        assert number(worker.query(HOUSES).read()) == 4
        assert not endless.done()
        with pytest.raises(QueryTooLong, match="ended after 1 s"):
            endless.result()
        assert 1 <= time.monotonic() - start < 30
    assert number(worker.query(HOUSES).read()) == 4


def test_the_time_limit_holds_while_an_answer_flows(worker: QueryWorker) -> None:
    answer = worker.query(Query(LONG, seconds=1, max_bytes=10**12))
    with pytest.raises(QueryTooLong):
        for _ in answer:
            pass


def test_a_syntax_error_comes_with_its_place(worker: QueryWorker) -> None:
    with pytest.raises(QueryInvalid) as caught:
        worker.query(Query("SELECT *\n{ ?s ex:p ?o }"))
    assert (caught.value.line, caught.value.column) == (2, 6)


def test_an_answer_beyond_its_size_limit_is_an_error_before_any_byte(worker: QueryWorker) -> None:
    with pytest.raises(AnswerTooLarge):
        worker.query(Query("SELECT * { ?s ?p ?o }", max_bytes=100))


def test_a_query_beyond_its_memory_limit_is_ended(worker: QueryWorker) -> None:
    product = " ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(4))
    heavy = Query(f"SELECT * {{ {product} }} ORDER BY ?o0 ?o1 ?o2 ?o3", seconds=20, max_memory=50_000_000)
    with pytest.raises(QueryTooHeavy, match="50 MB"):
        worker.query(heavy)
    assert number(worker.query(HOUSES).read()) == 4


def test_a_query_that_is_nested_too_deeply_hurts_nobody(worker: QueryWorker) -> None:
    with pytest.raises((QueryTooHeavy, QueryInvalid)):
        worker.query(Query("SELECT * { " + "{" * 200_000 + "}" * 200_000 + " }", seconds=20)).read()
    assert number(worker.query(HOUSES).read()) == 4


def test_a_client_that_hangs_up_ends_its_query(worker: QueryWorker) -> None:
    process = worker._memory or worker._disk
    assert process is not None
    with process.connect() as connection:
        send_json(connection, QUERY, query_to_json(Query(ENDLESS, seconds=60)))
        assert receive(connection) == (BEGIN, b"")
        running = _children(process.number)
        assert running
    _until(lambda: not running & _children(process.number))


def test_an_answer_that_nobody_reads_on_ends_its_query(worker: QueryWorker) -> None:
    process = worker._memory or worker._disk
    assert process is not None
    answer = worker.query(Query(LONG, seconds=60, max_bytes=10**12))
    running = _children(process.number)
    assert running
    del answer
    _until(lambda: not running & _children(process.number))


def test_many_threads_are_answered_at_once(worker: QueryWorker) -> None:
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: worker.query(HOUSES).read(), range(100)))
    assert {number(answer) for answer in answers} == {4}


def test_a_query_that_finds_no_place_in_time_is_told_so(town: Path) -> None:
    with QueryWorker(town, parallel=1) as worker:
        first = worker.query(Query(LONG, seconds=30, max_bytes=10**12))
        with pytest.raises(StoreBusy, match=r"within 0\.2 s"):
            worker.query(Query("ASK {}", seconds=0.2))
        del first
        worker.query(Query("ASK {}", seconds=10)).read()


def test_a_place_is_free_again_after_an_error(town: Path) -> None:
    with QueryWorker(town, parallel=1) as worker:
        for _ in range(3):
            with pytest.raises(QueryInvalid):
                worker.query(Query("SELECT {"))
        assert number(worker.query(HOUSES).read()) == 4


def test_a_change_is_seen_at_once(following: QueryWorker, town: Path, schema: Schema) -> None:
    for changeset in range(2, 6):
        delta = apply_changes(town, facts({f"entity/new{changeset}": "asserted"}), schema, BASE, at(changeset))
        following.apply(delta)
        assert following.position() == at(changeset)
        assert number(following.query(HOUSES).read()) == 3 + changeset


def test_a_copy_that_missed_a_change_is_loaded_again(in_memory: QueryWorker, town: Path, schema: Schema) -> None:
    apply_changes(town, facts({"entity/x": "asserted"}), schema, BASE, at(2))
    in_memory.apply(apply_changes(town, facts({"entity/y": "asserted"}), schema, BASE, at(3)))
    assert number(in_memory.query(HOUSES).read()) == 6
    assert in_memory.wait_until_loaded()
    assert in_memory.position() == at(3)
    assert number(in_memory.query(HOUSES).read()) == 6


def test_a_new_load_is_seen_at_once(following: QueryWorker, town: Path, schema: Schema) -> None:
    full_load(town, [town_facts(10)], schema, BASE, at(2))
    following.reload()
    assert number(following.query(HOUSES).read()) == 11
    following.wait_until_loaded()
    assert number(following.query(HOUSES).read()) == 11


def test_changes_while_the_copy_is_loaded_are_not_missed(town: Path, schema: Schema) -> None:
    with QueryWorker(town) as worker:
        for changeset in range(2, 12):
            delta = apply_changes(town, facts({f"entity/new{changeset}": "asserted"}), schema, BASE, at(changeset))
            worker.apply(delta)
            assert number(worker.query(HOUSES).read()) == 3 + changeset
        assert worker.wait_until_loaded()
        assert worker.position() == at(11)


def test_a_killed_worker_is_replaced(in_memory: QueryWorker) -> None:
    for process in (in_memory._memory, in_memory._disk):
        assert process is not None
        os.kill(process.number, signal.SIGKILL)
    assert number(in_memory.query(HOUSES).read()) == 4
    assert in_memory.wait_until_loaded()
    assert number(in_memory.query(HOUSES).read()) == 4


def test_without_a_store_a_query_says_what_to_do_and_works_after_the_first_load(tmp_path: Path, schema: Schema) -> None:
    with QueryWorker(tmp_path / "rdf") as worker:
        with pytest.raises(StoreMissing, match="res3d rebuild rdf"):
            worker.query(HOUSES)
        full_load(tmp_path / "rdf", [town_facts()], schema, BASE, at(1))
        assert number(worker.query(HOUSES).read()) == 4
        worker.reload()
        assert worker.wait_until_loaded()


def test_only_the_owner_reaches_the_sockets(in_memory: QueryWorker) -> None:
    mode = in_memory._folder.stat().st_mode
    assert stat.S_IMODE(mode) == 0o700


def test_closing_ends_the_processes_and_removes_the_folder(town: Path) -> None:
    worker = QueryWorker(town).start()
    worker.wait_until_loaded()
    processes = [process.number for process in (worker._memory, worker._disk) if process]
    assert len(processes) == 2
    worker.close()
    assert not worker._folder.exists()
    assert not [process for process in processes if _is_running(process)]
    with pytest.raises(StoreUnavailable, match="closed"):
        worker.query(HOUSES)


def test_a_worker_dies_with_the_service(town: Path) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom kg.rdf.client import QueryWorker\n"
        "worker = QueryWorker(Path(sys.argv[1])).start()\nworker.wait_until_loaded()\n"
        "print(worker._folder, worker._memory.number, worker._disk.number, flush=True)\ntime.sleep(60)"
    )
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen([sys.executable, "-c", program, town], env=environment, stdout=subprocess.PIPE) as service:
        assert service.stdout is not None
        folder, *numbers = service.stdout.readline().decode().split()
        processes = [int(number) for number in numbers]
        assert all(_is_running(process) for process in processes)
        service.send_signal(signal.SIGKILL)
    _until(lambda: not any(_is_running(process) for process in processes))
    assert not Path(folder).exists()


def test_one_question_needs_no_service(town: Path) -> None:
    assert number(query_once(town, HOUSES).read()) == 4
    with pytest.raises(QueryTooLong):
        query_once(town, Query(ENDLESS, seconds=1))
    with pytest.raises(StoreMissing):
        query_once(town / "nothing", HOUSES)


def test_a_query_process_of_the_copy_can_open_no_socket_and_no_file() -> None:
    program = (
        "import socket, pyoxigraph as ox\nfrom kg.rdf.child import Opened, _limit\nfrom kg.rdf.query import Query\n"
        "_limit(Query('ASK {}'), Opened(ox.Store(), 'a:', has_state=False, needs_files=False))\n"
        "for reach in (socket.socket, lambda: open('/etc/hostname')):\n"
        "    try:\n        reach()\n    except OSError as error:\n        print(error.strerror)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    output = subprocess.run([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, check=True).stdout
    assert output.decode().split("\n")[:2] == ["Too many open files"] * 2


def test_a_client_that_asks_nothing_blocks_nobody(in_memory: QueryWorker) -> None:
    assert in_memory._memory is not None
    silent: list[socket.socket] = [in_memory._memory.connect() for _ in range(5)]
    assert number(in_memory.query(HOUSES).read()) == 4
    for connection in silent:
        connection.close()


def _is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _children(parent: int) -> set[int]:
    found = set()
    for stats in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stats.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(words[1]) == parent and words[0] != "Z":
            found.add(int(stats.parent.name))
    return found


def _until(condition: object, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]  # a function without arguments
            return
        threading.Event().wait(0.02)
    pytest.fail("it did not happen in time")
