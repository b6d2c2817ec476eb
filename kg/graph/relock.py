"""Remakes `neo4j.lock`: `python -m kg.graph.relock` (needs Maven; for a new version of Neo4j only).

Maven decides the versions, because it is what Neo4j is built with: another resolver chose other versions of some.
"""

import hashlib
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from .jars import NEO4J_VERSION

POM = f"""
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>res3d</groupId><artifactId>lock</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{NEO4J_VERSION}</version></dependency>
    <dependency>
      <groupId>org.neo4j.app</groupId><artifactId>neo4j-server</artifactId><version>{NEO4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""


def resolve(folder: Path) -> list[str]:
    """The lines of the lock file: Maven copies all runtime jars into `folder`, then each is hashed."""
    (folder / "pom.xml").write_text(POM)
    options = ["-DincludeScope=runtime", "-Dmdep.useRepositoryLayout=true", f"-DoutputDirectory={folder / 'jars'}"]
    command = ["mvn", "--batch-mode", "--quiet", "--strict-checksums", "dependency:copy-dependencies", *options]
    subprocess.run(command, cwd=folder, check=True)
    return sorted(_line(path, folder / "jars") for path in (folder / "jars").rglob("*.jar"))


def _line(path: Path, root: Path) -> str:
    *group, artifact, version, name = path.relative_to(root).parts
    classifier = name.removeprefix(f"{artifact}-{version}").removesuffix(".jar").removeprefix("-")
    coordinates = ":".join([".".join(group), artifact, version, *([classifier] if classifier else [])])
    return f"{coordinates} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def main() -> None:
    """Write the lock file beside this module."""
    with tempfile.TemporaryDirectory() as folder:
        lines = resolve(Path(folder))
    header = [
        f"# Neo4j Community {NEO4J_VERSION}: org.neo4j:neo4j and org.neo4j.app:neo4j-server with runtime dependencies.",
        f"# Resolved by Maven on {datetime.now(UTC):%Y-%m-%d}: {len(lines)} jars with their sha256.",
        "# Remade by: python -m kg.graph.relock",
    ]
    target = Path(__file__).with_name("neo4j.lock")
    target.write_text("\n".join([*header, *lines, ""]), encoding="utf-8")
    sys.stdout.write(f"{target}: {len(lines)} jars\n")


if __name__ == "__main__":
    main()
