"""Compiles our kernels to an ELF, cached by the content of everything that goes in."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from emulator.program.toolchain import compiler_flags
from microinfer.device.toolchain import Compiler, find_compiler
from microinfer.errors import BuildError

_COMMON = ("-std=c99", "-g", "-mthumb", "-ffreestanding", "-nostdlib")
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


def build(core: str, optimisation: str, compiler: Compiler, folder: Path | None = None) -> Path:
    """Path of the ELF with all kernels of `folder` (default: ours) for `core`; compiles only what the cache lacks.

    A folder holds src/*.c, startup/*.c, include/*.h and linker/library.ld. Raises UnknownCore, and BuildError with the
    compiler's first complaint.
    """
    if optimisation not in OPTIMISATIONS:
        raise BuildError(f"no optimisation level {optimisation}; known: {', '.join(OPTIMISATIONS)}")
    flags = compiler_flags(core, compiler.name)
    if flags is None:
        raise BuildError(f"no {compiler.name} flags for {core} in its core file")
    folder = folder or kernels_folder()
    script = folder / "linker" / "library.ld"
    sources = sorted((*folder.glob("src/*.c"), *folder.glob("startup/*.c")))
    inputs = (*sources, *sorted(folder.glob("include/*.h")), script)
    options = (*compiler.options, *flags, optimisation, *_COMMON, "-Iinclude")
    key = _digest(inputs, (core, compiler.version, *options))
    target = cache_folder() / f"kernels-{core}-{compiler.name}{optimisation}-{key[:16]}.elf"
    if not target.exists():
        names = [str(source.relative_to(folder)) for source in sources]
        command = (*compiler.command, *options, f"-ffile-prefix-map={folder}=kernels", "-Tlinker/library.ld", *names)
        _compile(command, folder, target)
    return target


def _digest(files: tuple[Path, ...], words: tuple[str, ...]) -> str:
    digest = hashlib.sha256("\0".join(words).encode())
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _compile(command: tuple[str, ...], folder: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            output = Path(scratch) / target.name
            environment = {"ZIG_GLOBAL_CACHE_DIR": str(target.parent.resolve() / "zig"), **os.environ}
            line = (*command, "-o", str(output.resolve()))
            done = subprocess.run(line, capture_output=True, text=True, check=False, env=environment, cwd=folder)
            if done.returncode:
                complaint = next((line for line in done.stderr.split("\n") if "error" in line), done.stderr.strip())
                raise BuildError(f"{Path(command[0]).name} refused the kernels: {complaint}")
            output.replace(target)
    except OSError as error:
        raise BuildError(f"cannot build in {target.parent}: {error.strerror}") from error
