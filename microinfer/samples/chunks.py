"""Samples a chunk at a time, from arrays or from a folder with a file a sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from microinfer.errors import InputError
from microinfer.graph.evaluate import CHUNK, Chunk
from microinfer.graph.model import Array, Model
from microinfer.graph.session import stack_samples
from microinfer.samples.files import read, suffixes


@dataclass(frozen=True)
class Folder:
    """Sample files in order, and their labels where they lie in a sub-folder each class."""

    files: tuple[Path, ...]
    labels: tuple[int, ...] | None
    classes: tuple[str, ...]

    def first(self, count: int | None) -> Folder:
        """The folder with its first `count` files only."""
        return Folder(self.files[:count], None if self.labels is None else self.labels[:count], self.classes)


def scan_folder(path: Path) -> Folder:
    """Files of known formats below `path`, sorted; sub-folders are classes, numbered in sorted order.

    Raises InputError when there is none.
    """
    known = suffixes()
    classes = sorted(entry.name for entry in path.iterdir() if entry.is_dir())
    if not classes:
        files = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in known)
        found = Folder(tuple(files), None, ())
    else:
        pairs = [
            (entry, number)
            for number, name in enumerate(classes)
            for entry in sorted((path / name).iterdir())
            if entry.suffix.lower() in known
        ]
        found = Folder(tuple(p for p, _ in pairs), tuple(n for _, n in pairs), tuple(classes))
    if not found.files:
        raise InputError(f"no samples in {path}: known formats are {', '.join(known)}")
    return found


def from_arrays(stacks: Sequence[Array], labels: NDArray[np.int64] | None) -> Iterator[Chunk]:
    """Chunks of arrays that hold their samples along the first axis."""
    for start in range(0, len(stacks[0]), CHUNK):
        stop = start + CHUNK
        yield Chunk(
            tuple(np.asarray(stack[start:stop]) for stack in stacks), None if labels is None else labels[start:stop]
        )


def from_folder(model: Model, folder: Folder, value_range: tuple[float, float] | None) -> Iterator[Chunk]:
    """Chunks of a folder's files, read as they are needed; the model has one input."""
    for start in range(0, len(folder.files), CHUNK):
        arrays = [read(path, model.inputs[0], value_range) for path in folder.files[start : start + CHUNK]]
        stacks = [stack_samples(model, [array])[0] for array in arrays]
        labels = None if folder.labels is None else np.array(folder.labels[start : start + CHUNK], np.int64)
        yield Chunk((np.concatenate(stacks),), labels)


def read_labels(path: Path, limit: int | None, stacks: Sequence[Array], model: Model) -> NDArray[np.int64]:
    """Class numbers from a .npy file, one for each sample of `stacks`; the file may hold more where a limit was set.

    Raises InputError for other shapes and for numbers the model's output has no place for.
    """
    samples, classes = len(stacks[0]), model.outputs[0].elements
    try:
        labels = np.asarray(np.load(path, allow_pickle=False))[:limit]
    except (OSError, ValueError, EOFError, IndexError) as error:
        raise InputError(f"cannot read labels {path}: {error}") from error
    if labels.shape != (samples,) or labels.dtype.kind not in "iu":
        raise InputError(f"labels {path} must be {samples} integers")
    if not 0 <= int(labels.min()) <= int(labels.max()) < classes:
        raise InputError(f"labels {path} reach from {labels.min()} to {labels.max()}, the model has {classes} classes")
    return labels.astype(np.int64)
