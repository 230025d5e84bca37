"""The doctor's look at this machine: Python, binaries, codecs, models, disk, port."""

import asyncio
import json
import platform
import shutil
import sys
from pathlib import Path

from ai.errors import ModelUnavailable
from ai.weights import resolve_model
from service.checkup.findings import Finding, missing, ok, warning
from service.checkup.media_report import ENCODERS
from service.stack.children import StackError
from service.stack.ports import is_free
from service.stack.postgres_folder import binaries, check_vector
from service.stack.redis_server import find_binary

PYTHONS = ((3, 11), (3, 13))
ENOUGH_BYTES, LITTLE_BYTES = 5 * 1024**3, 500 * 1024**2
MEDIA_S = 60.0
REINSTALL = "make setup, or pip install 'turnspit-server[embedded]'"


def python() -> Finding:
    lowest, highest = PYTHONS
    if lowest <= sys.version_info[:2] <= highest:
        return ok("python", f"{platform.python_version()} on {platform.machine()}")
    return missing("python", f"{platform.python_version()} is not supported", "use Python 3.11, 3.12 or 3.13")


def postgres_binaries() -> Finding:
    """The embedded PostgreSQL and its pgvector; nothing of it is needed with a database of your own."""
    try:
        check_vector()
    except StackError as error:
        detail, _, mend = str(error).partition(" Mend: ")
        return missing("postgres", detail, mend)
    return ok("postgres", f"PostgreSQL 18 with pgvector in {binaries()}")


def redis_binary() -> Finding:
    try:
        found = find_binary()
    except StackError as error:
        first, *mends = str(error).splitlines()
        return missing("redis", first, "; ".join(mend.strip() for mend in mends))
    return ok("redis", f"{found.path.name} {found.version[0]}.{found.version[1]} in {found.path.parent}")


async def media() -> list[Finding]:
    """The codecs of PyAV and the devices of CTranslate2, as a child process tells."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "service.checkup.media_report"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(MEDIA_S):
            out, err = await child.communicate()
    except TimeoutError:
        child.kill()
        await child.wait()
        return [missing("media", f"PyAV or CTranslate2 did not load in {MEDIA_S:.0f} s", REINSTALL)]
    if child.returncode != 0:
        why = err.decode(errors="replace").strip().splitlines()[-1:] or [f"status {child.returncode}"]
        return [missing("media", f"PyAV or CTranslate2 does not load: {why[0]}", REINSTALL)]
    return [codecs(json.loads(out)), devices(json.loads(out))]


def codecs(report: dict[str, object]) -> Finding:
    present = report["encoders"]
    absent = [name for name in ENCODERS if not isinstance(present, list) or name not in present]
    if absent:
        return warning(
            "codecs", f"PyAV {report['av']} has no {', '.join(absent)}", "pip install --force-reinstall av"
        )
    return ok("codecs", f"PyAV {report['av']}: {', '.join(ENCODERS)}")


def devices(report: dict[str, object]) -> Finding:
    count = report["cuda_devices"]
    return ok(
        "devices",
        f"CTranslate2 {report['ctranslate2']}: {count} CUDA devices" + ("" if count else ", models run on the CPU"),
    )


def whisper(name: str) -> Finding:
    """`name` is the value of TURNSPIT_WHISPER_MODEL."""
    try:
        weights = resolve_model(name)
    except ModelUnavailable as error:
        return missing("whisper", f"no model for '{name}'", str(error))
    if weights.warnings:
        return warning("whisper", f"only the bundled {weights.name} model", weights.warnings[0])
    return ok("whisper", f"{weights.name} in {weights.folder}")


def disk(data: Path) -> Finding:
    """Room where the data folder is, or will be."""
    folder = next(parent for parent in (data, *data.resolve().parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1024**3:.1f} GiB free in {folder}"
    if free < LITTLE_BYTES:
        return missing("disk", detail, "make room, or choose another folder with --data")
    return ok("disk", detail) if free >= ENOUGH_BYTES else warning("disk", detail, "make room before it gets tight")


def port(host: str, number: int) -> Finding:
    if is_free(host, number):
        return ok("port", f"{number} on {host} is free")
    return warning("port", f"{number} on {host} is taken", "stop what listens there, or turnspit up --port PORT")
