"""Runs Neo4j's Java programs: the server, which outlives us, and the admin tool, which we wait for."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from .home import Home, ServerProcess
from .jars import Progress, fetch_jars, jar_folder, locked_jars
from .java import find_java

SERVER = "org.neo4j.server.CommunityEntryPoint"
ADMIN_TOOL = "org.neo4j.cli.AdminTool"
OPENED_MODULES = tuple(
    f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.nio", "java.io", "sun.nio.ch")
)
THREAD_STACK = "16m"
"""With Java's own 1 MB, a statement nested some hundred times kills its thread in Neo4j, and no answer ever comes."""
DETACH = 'log=$1; shift; nohup "$@" >"$log" 2>&1 </dev/null & echo $!'
"""A shell that starts a program, prints its number and ends: the program then is no child of ours to be waited for."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """A Java and the jars it needs to run Neo4j."""

    java: Path
    class_path: tuple[Path, ...]


def find_runtime(java: str | None = None, progress: Progress | None = None) -> Runtime:
    """Java as `find_java` finds it, and the jars, which are fetched if this user has none yet."""
    return Runtime(find_java(java), fetch_jars(jar_folder(), locked_jars(), progress=progress))


def start_detached(runtime: Runtime, home: Home, heap: str) -> ServerProcess:
    """Start the server in a session of its own."""
    server = _command(runtime, home, heap, SERVER, [f"--home-dir={home.folder}", f"--config-dir={home.conf}"])
    shell = ["/bin/sh", "-c", DETACH, "sh", str(home.logs[1]), *server]
    answer = subprocess.run(
        shell, env=_environment(runtime, home), stdout=subprocess.PIPE, text=True, check=True, start_new_session=True
    )
    pid = int(answer.stdout)
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        started = 0.0  # ended at once; its log says why
    return ServerProcess(pid, started, port=0)


def run_admin_tool(
    runtime: Runtime, home: Home, heap: str, arguments: Sequence[str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run `neo4j-admin` with these arguments in a folder, on a home whose server is stopped."""
    command = _command(runtime, home, heap, ADMIN_TOOL, arguments)
    return subprocess.run(
        command, env=_environment(runtime, home), cwd=folder, capture_output=True, text=True, check=False
    )


def _command(runtime: Runtime, home: Home, heap: str, program: str, arguments: Sequence[str]) -> list[str]:
    # no name of a jar on the command line: 213 of them would hide everything else in a list of processes
    options = [
        f"-Xmx{heap}",
        f"-Xss{THREAD_STACK}",
        "-XX:-UsePerfData",
        f"-Djava.io.tmpdir={home.folder / 'tmp'}",
        *OPENED_MODULES,
    ]
    return [str(runtime.java), *options, program, *arguments]


def _environment(runtime: Runtime, home: Home) -> dict[str, str]:
    paths = {"NEO4J_HOME": str(home.folder), "NEO4J_CONF": str(home.conf)}
    return {**os.environ, **paths, "CLASSPATH": os.pathsep.join(map(str, runtime.class_path))}
