"""`turnspit demo`: the main job on the embedded stack, from nothing to a website."""

import io
import json
import shutil
import sys
import zipfile
from importlib.resources import as_file, files
from pathlib import Path

from ai.word_errors import word_error_rate
from service.local import done_before
from service.stack.children import StackError
from service.stack.folder_lock import locked
from service.stack.part import note
from service.stack.stack import Stack, StackOptions, open_listeners
from service.stack.stop_signals import stop_signals
from turnspit import AsyncClient
from turnspit.cli.follow import follow


async def run_demo(data: Path) -> int:
    """Start the stack on free ports, make a website of the bundled note, stop. Returns the exit status."""
    try:
        with locked(data), stop_signals() as signals:
            options = StackOptions(data=data, port=0, sites_port=0)
            stack = Stack(options, await open_listeners(options))
            try:
                note("starting Postgres, Redis, the API and the workers")
                done = await done_before(signals.asked, stack.start())
                return 0 if done and await done_before(signals.asked, _voice_to_website(stack)) else 130
            finally:
                await stack.stop(signals.hurried)
    except StackError as error:
        note(str(error))
        return 1


async def _voice_to_website(stack: Stack) -> None:
    """Upload the note, follow the job, print what was heard, and where the site is."""
    sample = files("ai.models.demo")
    spoken: str = json.loads((sample / "bakery.json").read_text())["text"]
    with as_file(sample / "bakery.ogg") as path:
        async with AsyncClient(stack.url) as client:
            note(f"api at {stack.url}; sending a voice note of {path.stat().st_size:,} bytes")
            file = await client.upload(path)
            submitted = await client.submit("voice_website", {"file": str(file.id)})
            job = await follow(client, submitted.id, sys.stderr)
            if job.status != "succeeded" or not isinstance(job.output, dict):
                raise StackError(f"The job {job.status}: {job.error}")
            page = await _saved(client, job.id, stack.data / "site")
    heard = str(job.output["transcript"])
    note(f"word error rate against what was said: {100 * word_error_rate([(spoken, heard)]):.1f} %")
    print(heard)
    print(f"site {job.output['site']['url']} (served while the stack runs)")
    print(f"file {page}", flush=True)


async def _saved(client: AsyncClient, join_id: str, folder: Path) -> Path:
    """The files of the site, unpacked; returns the path of its first page."""
    parts = [job async for job in client.jobs.list(kind="website") if job.flow_id == join_id]
    archive = await client.jobs.handle(parts[0].id).artifact("site.zip")
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        packed.extractall(folder)
    return folder / "index.html"
