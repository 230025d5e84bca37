"""Small files that carry passwords: mode 0600 from the first byte, replaced whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_private(path: Path, text: str, *, durable: bool = True) -> None:
    """Replace `path` by this text in one step; `durable`: on disk first, so that a power cut loses none."""
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mkstemp makes mode 0600
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    Path(draft).replace(path)
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
