"""ELFs that tests have built, kept by what they are built from: test runs and their workers share them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".pytest_cache" / "built"


def kept(command: Sequence[str], sources: Sequence[bytes], build: Callable[[], bytes]) -> bytes:
    """What `build` gives, which runs `command` on `sources`; from the cache where it was built before."""
    name = hashlib.sha256(repr((list(command), _tool(command), list(sources))).encode()).hexdigest()
    place = FOLDER / f"{name[:40]}.elf"
    with suppress(OSError):
        return place.read_bytes()
    content = build()
    with suppress(OSError):
        FOLDER.mkdir(parents=True, exist_ok=True)
        # A worker that finds the file finds all of it: it gets its name when it is whole.
        handle, part = tempfile.mkstemp(dir=FOLDER)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(part).replace(place)
    return content


def _tool(command: Sequence[str]) -> tuple[object, ...]:
    """Tells one version of the compiler from another."""
    facts = Path(command[0]).stat()
    try:
        zig = version("ziglang")
    except PackageNotFoundError:
        zig = ""
    return facts.st_size, facts.st_mtime_ns, zig
