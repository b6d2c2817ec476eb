import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from kg.graph import (
    Busy,
    GraphUnavailable,
    ManagedServer,
    Memory,
    Neo4jTarget,
    NoJava,
    PortTaken,
    WrongPassword,
    connect,
    find_running,
    start,
    stop,
)
from kg.graph.home import Home
from kg.graph.locks import exclusive
from tests.real_neo4j import SMALL, real_neo4j

from .test_java import fake_java

pytestmark = pytest.mark.neo4j


def in_another_process(code: str, home: Path) -> subprocess.Popen[str]:
    program = f"import sys; from pathlib import Path; home = Path(sys.argv[1]); {code}"
    return subprocess.Popen([sys.executable, "-c", program, str(home)], stdout=subprocess.PIPE, text=True)


def running(home: Path) -> ManagedServer:
    """The server as it is now: another test may have started it anew."""
    found = find_running(home)
    assert found is not None
    return found


def test_it_listens_on_loopback_only(server: ManagedServer) -> None:
    listening = {
        connection.laddr.ip
        for connection in psutil.Process(running(server.home).pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


def test_the_password_is_random_and_for_its_owner_only(server: ManagedServer) -> None:
    assert (server.home / "password").stat().st_mode & 0o777 == 0o600
    assert len(server.target.password) >= 32
    assert server.target.password not in repr(server)


def test_a_second_process_finds_the_running_one(server: ManagedServer) -> None:
    with in_another_process("from kg.graph import start; print(start(home).pid)", server.home) as other:
        assert other.communicate(timeout=60)[0].strip() == str(running(server.home).pid)


def test_a_wrong_password_is_told_from_no_answer(server: ManagedServer) -> None:
    with pytest.raises(WrongPassword, match=r"refuses the user 'neo4j' .* RES3D_NEO4J_PASSWORD"):
        connect(Neo4jTarget(server.target.uri, "neo4j", "not it"))
    with pytest.raises(GraphUnavailable, match=r"(?s)no Neo4j answers at bolt://127\.0\.0\.1:9 .* RES3D_NEO4J_URI"):
        connect(Neo4jTarget("bolt://127.0.0.1:9", "neo4j", "x"))
    with pytest.raises(GraphUnavailable, match="'nonsense' is no Neo4j address"):
        connect(Neo4jTarget("nonsense", "neo4j", "x"))


def test_a_changed_password_file_is_reported_with_the_way_out(server: ManagedServer) -> None:
    file = server.home / "password"
    right = file.read_text()
    file.write_text("not it")
    try:
        with pytest.raises(WrongPassword, match=r"password in .* delete that folder .* rebuild graph"):
            start(server.home)
    finally:
        file.write_text(right)


def test_a_server_that_takes_no_more_logins_is_told_from_one_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = Home.prepare

    def strict(home: Home, port: int, memory: Memory) -> None:
        prepare(home, port, memory)
        conf = home.folder / "conf" / "neo4j.conf"
        conf.write_text(conf.read_text().replace("max_failed_attempts=0", "max_failed_attempts=2"))

    monkeypatch.setattr(Home, "prepare", strict)
    with real_neo4j(tmp_path) as server:
        wrong = Neo4jTarget(server.target.uri, "neo4j", "not it")
        for _ in range(2):
            with pytest.raises(WrongPassword, match="with this password"):
                connect(wrong)
        with pytest.raises(WrongPassword, match=r"refuses the user 'neo4j' for some seconds.* wait, and try again"):
            connect(wrong)


def test_many_wrong_passwords_do_not_lock_us_out(server: ManagedServer) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword):
            connect(Neo4jTarget(server.target.uri, "neo4j", "not it"))
    connect(server.target).close()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken by another program"):
            start(tmp_path / "neo4j", port=port)


def test_without_java_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(NoJava, match="is version 11"):
        start(tmp_path / "neo4j", java=str(fake_java(tmp_path, "11")))
    assert find_running(tmp_path / "neo4j") is None


def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    with pytest.raises(GraphUnavailable, match=r"(?s)ended while it started.*Too small maximum heap"):
        start(tmp_path / "neo4j", memory=Memory(heap="1k"))


def test_two_starters_get_one_server_which_survives_a_kill(tmp_path: Path) -> None:
    home = tmp_path / "neo4j"
    starter = f"from kg.graph import Memory, start; print(start(home, memory={SMALL!r}).pid)"
    starters = [in_another_process(starter, home) for _ in range(2)]
    try:
        pids = {process.communicate(timeout=120)[0].strip() for process in starters}
        first = running(home)
        assert pids == {str(first.pid)}
        with connect(first.target) as driver:
            driver.execute_query("CREATE (:Kept {text: 'committed'})")
        os.kill(first.pid, signal.SIGKILL)
        while psutil.pid_exists(first.pid) and psutil.Process(first.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.05)
        assert find_running(home) is None
        again = start(home, memory=SMALL)
        assert again.target == first.target
        assert again.pid != first.pid
        with connect(again.target) as driver:
            assert driver.execute_query("MATCH (n:Kept) RETURN n.text").records[0].value() == "committed"
        assert stop(home)
        assert find_running(home) is None
        assert not stop(home)
    finally:
        stop(home)


def test_a_half_made_import_is_emptied_at_the_next_start(server: ManagedServer) -> None:
    with connect(server.target) as driver:
        driver.execute_query("CREATE (:Old)")
    stop(server.home)
    (server.home / "import-under-way").touch()
    assert start(server.home, memory=SMALL).target == server.target
    with connect(server.target) as driver:
        assert driver.execute_query("MATCH (n) RETURN count(n)").records[0].value() == 0
    assert not (server.home / "import-under-way").exists()


def test_a_lock_that_is_held_too_long_is_reported(tmp_path: Path) -> None:
    entered = threading.Event()
    leave = threading.Event()

    def hold() -> None:
        with exclusive(tmp_path / "lock", seconds=1):
            entered.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(10)
    try:
        with (
            pytest.raises(Busy, match=r"another process has held .* try again"),
            exclusive(tmp_path / "lock", seconds=0.1),
        ):
            pass
    finally:
        leave.set()
        holder.join()
