"""What a recording holds, and its file."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emulator.errors import RecordingError
from emulator.memory import PAGE, Region
from emulator.program.elf import Symbol

SCHEMA = 3
_ARRAYS = ("stream", "edges", "counts", "pages", "code", "sites", "site_counts", "part_counts", "part_site_counts")


@dataclass(frozen=True)
class Elsewhere:
    """Cycles of firmware that no instruction took: on the way into and out of handlers, and asleep; `io_port`: what
    accesses through the core's single-cycle port took less, not above 0."""

    exceptions: int = 0
    asleep: int = 0
    io_port: int = 0

    @property
    def cycles(self) -> int:
        """All of them."""
        return self.exceptions + self.asleep + self.io_port


@dataclass(frozen=True)
class Recording:
    """A run on `core` of the ELF whose SHA-256 is `elf`.

    edges: uint32 (n, 3), block address, block size, next block address; counts: uint64 (n,), passes through each;
    stream: uint32, see Tracer.take_recording and emulator/recording/marks.py, complete if `whole`; pages, code: uint32
    (k,) addresses and uint8 (k, 4096) contents of the memory that holds the code; sites, site_counts: see
    emulator/recording/sites.py; regions: memory of the run; symbols: functions, by address.

    parts: names of what the run was divided into, such as layers, with uint64 (parts, n) passes and (parts, sites, 40)
    executions; what belongs to none is not costed. board: where firmware ran, "" for functions called one by one;
    settings: what it wrote to registers that set its memory, (kind of peripheral, register, value).
    """

    elf: str
    core: str
    whole: bool
    regions: tuple[Region, ...]
    symbols: tuple[Symbol, ...]
    stream: npt.NDArray[np.uint32]
    edges: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.uint64]
    pages: npt.NDArray[np.uint32]
    code: npt.NDArray[np.uint8]
    sites: npt.NDArray[np.uint32]
    site_counts: npt.NDArray[np.uint64]
    parts: tuple[str, ...]
    part_counts: npt.NDArray[np.uint64]
    part_site_counts: npt.NDArray[np.uint64]
    board: str = ""
    settings: tuple[tuple[str, str, int], ...] = ()
    elsewhere: Elsewhere = Elsewhere()

    @property
    def costed(self) -> npt.NDArray[np.uint64]:
        """Passes through each edge that are costed: all, or those in a part."""
        return self.part_counts.sum(axis=0, dtype=np.uint64) if self.parts else self.counts

    @property
    def costed_sites(self) -> npt.NDArray[np.uint64]:
        """The same of sites, uint64 (sites, 40)."""
        return self.part_site_counts.sum(axis=0, dtype=np.uint64) if self.parts else self.site_counts

    def undivided(self) -> Recording:
        """The same without parts: all of it is costed."""
        return replace(self, parts=(), part_counts=self.part_counts[:0], part_site_counts=self.part_site_counts[:0])

    def read(self, address: int, size: int) -> bytes:
        """Code bytes, fewer where none were kept."""
        found = b""
        while len(found) < size:
            at = address + len(found)
            page = int(np.searchsorted(self.pages, at // PAGE * PAGE))
            if page == len(self.pages) or self.pages[page] != at // PAGE * PAGE:
                break
            found += self.code[page, at % PAGE :][: size - len(found)].tobytes()
        return found

    def save(self, path: Path) -> None:
        """Write the file, compressed; the same run gives the same bytes."""
        header = {
            "schema": SCHEMA,
            "elf": self.elf,
            "core": self.core,
            "whole": self.whole,
            "regions": [asdict(r) for r in self.regions],
            "symbols": [asdict(s) for s in self.symbols],
            "parts": self.parts,
            "board": self.board,
            "settings": self.settings,
            "elsewhere": asdict(self.elsewhere),
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            _put(archive, "header.json", json.dumps(header).encode())
            for name in _ARRAYS:
                array = getattr(self, name)
                shape = ",".join(map(str, array.shape))
                _put(archive, f"{name}.{array.dtype.name}.{shape}", array.tobytes())


def load_recording(path: Path) -> Recording:
    """Read a recording. Raises RecordingError when the file is none, or of another schema."""
    try:
        with zipfile.ZipFile(path) as archive:
            header = json.loads(archive.read("header.json"))
            if header["schema"] != SCHEMA:
                raise RecordingError(
                    f"{path.name} has schema {header['schema']}, this version reads {SCHEMA}; record it again"
                )
            arrays = dict(_get(archive, name) for name in archive.namelist() if name != "header.json")
            return Recording(
                elf=header["elf"],
                core=header["core"],
                whole=header["whole"],
                regions=tuple(Region(**r) for r in header["regions"]),
                symbols=tuple(Symbol(**s) for s in header["symbols"]),
                parts=tuple(header["parts"]),
                board=header["board"],
                settings=tuple((kind, register, value) for kind, register, value in header["settings"]),
                elsewhere=Elsewhere(**header["elsewhere"]),
                **{name: arrays[name] for name in _ARRAYS},
            )
    except OSError as error:
        raise RecordingError(f"cannot read {path}: {error.strerror}") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise RecordingError(
            f"{path.name} is no recording of a run; make one with profile or emulate --record"
        ) from error


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content, compresslevel=1)


def _get(archive: zipfile.ZipFile, entry: str) -> tuple[str, npt.NDArray[Any]]:
    name, dtype, shape = entry.split(".")
    sizes = tuple(int(n) for n in shape.split(","))
    return name, np.frombuffer(archive.read(entry), np.dtype(dtype)).reshape(sizes)
