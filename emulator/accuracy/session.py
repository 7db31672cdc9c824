"""Measures again whatever is at hand: for each published count its ELF or firmware image, if a folder has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.accuracy.elf_files import ElfFile, choose, find_elf_files
from emulator.accuracy.firmware import measure_firmware
from emulator.accuracy.measure import measure
from emulator.accuracy.publication import FirmwareImage, Measurement
from emulator.accuracy.recorded import Recorded
from emulator.errors import EmulatorError


@dataclass(frozen=True)
class Attempt:
    """A measurement with our new count, or with the reason that there is none; `before` is the recorded one."""

    measurement: Measurement
    before: Recorded | None
    now: Recorded | None
    why_not: str = ""

    @property
    def other_build(self) -> bool:
        """Whether the code at hand is not what was recorded."""
        return self.before is not None and self.now is not None and self.before.code != self.now.code


def measure_all(
    folder: Path,
    measurements: Iterable[Measurement],
    recorded: dict[str, Recorded],
    progress: Callable[[], None] = lambda: None,
) -> list[Attempt]:
    """An attempt for each measurement, by files found below the folder. Raises AccuracyError for no folder."""
    files = find_elf_files(folder)
    images = {path.name: path for path in sorted(folder.rglob("*"), reverse=True) if path.is_file()}
    attempts = []
    for measurement in measurements:
        attempts.append(_attempt(measurement, recorded.get(measurement.key), files, images))
        progress()
    return attempts


def _attempt(
    measurement: Measurement, before: Recorded | None, files: Sequence[ElfFile], images: dict[str, Path]
) -> Attempt:
    run = measurement.run
    try:
        if isinstance(run, FirmwareImage):
            if run.file not in images:
                return Attempt(measurement, before, None, f"no file {run.file}")
            return Attempt(measurement, before, measure_firmware(measurement, run, images[run.file]))
        file = choose(files, run, measurement.core, before.code if before else "")
        if file is None:
            wanted = f"{run.file}*{measurement.core}.elf"
            why_not = f"no ELF of the recorded hash or named {wanted} has {run.function}"
            return Attempt(measurement, before, None, why_not)
        return Attempt(measurement, before, measure(measurement, run, file.path))
    except EmulatorError as error:
        return Attempt(measurement, before, None, str(error))


def merge(recorded: dict[str, Recorded], attempts: Iterable[Attempt], known: Iterable[Measurement]) -> list[Recorded]:
    """What to record: new counts instead of old ones; rows of measurements that are no longer known go."""
    new = {a.now.key: a.now for a in attempts if a.now is not None}
    keys = {m.key for m in known}
    return [row for key, row in (recorded | new).items() if key in keys]
