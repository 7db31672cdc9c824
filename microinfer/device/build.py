"""Compiles our kernels to an ELF, cached by the content of everything that goes in."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from emulator import core_named
from microinfer.device.toolchain import Compiler, find_compiler
from microinfer.errors import BuildError

OPTIMISATIONS = ("-O0", "-O1", "-O2", "-O3", "-Os", "-Ofast")


def kernels_folder() -> Path:
    """The C sources: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "_kernels", package.parent / "kernels"):
        if (folder / "src").is_dir():
            return folder
    raise BuildError(f"the C sources of the kernels are neither in {package.name} nor beside it; reinstall microinfer")


def cache_folder() -> Path:
    """Where builds are kept: MICROINFER_CACHE, else XDG_CACHE_HOME or ~/.cache with microinfer below."""
    if folder := os.environ.get("MICROINFER_CACHE"):
        return Path(folder)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "microinfer"


def default_library(core: str) -> Path:
    """Our own kernels for `core`, built with the first compiler there is."""
    return build(core, "-O2", find_compiler())


def build(core: str, optimisation: str, compiler: Compiler) -> Path:
    """Path of the ELF with all our kernels for `core`; compiles only what the cache does not hold.

    Raises UnknownCore, and BuildError with the compiler's first complaint.
    """
    if optimisation not in OPTIMISATIONS:
        raise BuildError(f"no optimisation level {optimisation}; known: {', '.join(OPTIMISATIONS)}")
    flags = core_named(core).compiler_flags(compiler.name)
    if flags is None:
        raise BuildError(f"no {compiler.name} flags for {core} in its core file")
    folder = kernels_folder()
    script = folder / "linker" / "library.ld"
    sources = sorted((*folder.glob("src/*.c"), *folder.glob("startup/*.c")))
    inputs = (*sources, *sorted(folder.glob("include/*.h")), script)
    options = (*flags, optimisation, "-g", "-std=c99", "-Wall", "-Wextra", "-I", str(folder / "include"))
    key = _digest(inputs, (core, compiler.version, *flags, optimisation))
    target = cache_folder() / f"kernels-{core}-{compiler.name}{optimisation}-{key[:16]}.elf"
    if not target.exists():
        _compile(compiler, (*options, "-T", str(script)), sources, target)
    return target


def _digest(files: tuple[Path, ...], words: tuple[str, ...]) -> str:
    digest = hashlib.sha256("\0".join(words).encode())
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _compile(compiler: Compiler, options: tuple[str, ...], sources: list[Path], target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            output = Path(scratch) / target.name
            command = (*compiler.command, *options, "-o", str(output), *map(str, sources))
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                complaint = next((line for line in done.stderr.split("\n") if "error" in line), done.stderr.strip())
                raise BuildError(f"{compiler.version} refused the kernels: {complaint}")
            output.replace(target)
    except OSError as error:
        raise BuildError(f"cannot build in {target.parent}: {error.strerror}") from error
