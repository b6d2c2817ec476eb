"""The package as others get it: its wheel, and an environment with nothing of this checkout in it."""

import os
import site
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]


def built_wheel(folder: Path) -> Path:
    """The wheel, built from this checkout into a folder."""
    done(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, at=folder)
    (built,) = folder.glob("*.whl")
    return built


def installed_wheel(wheel: Path, home: Path) -> Path:
    """A fresh environment with the wheel, which sees our dependencies but not this checkout; its `res3d` command."""
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    (packages,) = home.glob("lib/python*/site-packages")
    # A path in a .pth file is searched, but the .pth files in it, our editable install among them, are not read.
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    done(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel, at=home
    )
    return home / "bin" / "res3d"


def done(*command: object, at: Path) -> str:
    """What a command wrote; it must end well. No setting of ours and no search path leads it back here."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RES3D_", "PYTHONPATH", "VIRTUAL_ENV"))
    }
    ended = subprocess.run(
        list(map(str, command)), cwd=at, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    return ended.stdout
