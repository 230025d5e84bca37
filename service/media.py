"""What a client's file is called and what is in it: cleaned names, types told from the first bytes."""

import mimetypes
import unicodedata

NAME_BYTES = 255
HEAD = 64
"""So many first bytes tell a type."""

# (offset, bytes, media type), the longer and rarer first; RIFF and ISO media say more further in.
_SIGNATURES = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (28, b"OpusHead", "audio/ogg"),
    (29, b"vorbis", "audio/ogg"),
    (0, b"OggS", "application/ogg"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypM4B", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"FORM", "audio/aiff"),
    (0, b"\x1f\x8b", "application/gzip"),
)
_UNSURE = frozenset({"application/ogg", "video/webm", "video/mp4"})
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_name(given: str | None) -> str:
    """The last part of a path without control, invisible or unpaired characters, at most 255 bytes of UTF-8.

    A name that is too long keeps its extension. Nothing left means `file`.
    """
    last = (given or "").replace("\\", "/").rpartition("/")[2]
    seen = "".join(c for c in last if unicodedata.category(c) not in _HIDDEN).strip()
    name = _cut(seen)
    return name if name.strip(". ") else "file"


def _cut(name: str) -> str:
    if len(name.encode()) <= NAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > 16:
        stem, dot, extension = name, "", ""
    room = NAME_BYTES - len(f"{dot}{extension}".encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + extension


def media_type(head: bytes, name: str) -> str:
    """By the first bytes, else by the name, else `application/octet-stream`."""
    by_name = mimetypes.guess_type(name)[0]
    sniffed = next((told for at, mark, told in _SIGNATURES if head[at : at + len(mark)] == mark), None)
    if sniffed in _UNSURE and by_name and by_name.startswith(("audio/", "video/")):
        return by_name
    return sniffed or by_name or "application/octet-stream"
