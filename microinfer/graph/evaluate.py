"""Runs many samples through a model, a chunk at a time, and counts what it answers."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from microinfer.errors import InputError
from microinfer.graph.model import Array, Model
from microinfer.graph.session import Session

CHUNK = 64


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Answers by class: `confusion[label, answer]` where labels are known, else all in row 0."""

    samples: int
    labelled: bool
    confusion: NDArray[np.int64]

    @property
    def correct(self) -> int:
        return int(np.trace(self.confusion)) if self.labelled else 0

    @property
    def accuracy(self) -> float:
        return self.correct / self.samples


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some samples, one array a model input, and their labels."""

    inputs: tuple[Array, ...]
    labels: NDArray[np.int64] | None


class _Worker:
    """A session in its own process, kept from chunk to chunk."""

    session: Session | None = None

    @classmethod
    def start(cls, model: Model, profile: str) -> None:
        cls.session = Session(model, profile)

    @classmethod
    def answer(cls, chunk: Chunk) -> NDArray[np.int64]:
        if cls.session is None:
            raise InputError("worker was not started")
        return _answers(cls.session, chunk)


def evaluate(model: Model, chunks: Iterator[Chunk], profile: str = "tflm", jobs: int = 1) -> Iterator[Evaluation]:
    """Class counts of each chunk, in order, by the largest value of the first output; add them up with `total`.

    `jobs` processes share the chunks; few are in flight at once, so memory does not grow with their number. A model
    with state is refused with more than one job, since its samples depend on each other.
    """
    session = Session(model, profile)
    classes = model.outputs[0].elements
    if jobs == 1:
        for chunk in chunks:
            yield _count(_answers(session, chunk), chunk, classes)
        return
    if session.stateful:
        raise InputError(f"{model.name} keeps state from one sample to the next; run it with one job")
    context = get_context("spawn")
    with _one_thread_each(), ProcessPoolExecutor(jobs, context, _Worker.start, (model, profile)) as pool:
        pending: deque[tuple[Chunk, Future[NDArray[np.int64]]]] = deque()
        for chunk in chunks:
            pending.append((chunk, pool.submit(_Worker.answer, chunk)))
            if len(pending) == 4 * jobs:
                first, answers = pending.popleft()
                yield _count(answers.result(), first, classes)
        for chunk, answers in pending:
            yield _count(answers.result(), chunk, classes)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Keep the processes started here from each taking every core for its matrix products."""
    name = "OPENBLAS_NUM_THREADS"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def total(parts: Sequence[Evaluation]) -> Evaluation:
    """All parts together."""
    confusion = np.sum([part.confusion for part in parts], axis=0)
    return Evaluation(sum(part.samples for part in parts), parts[0].labelled, confusion)


def _answers(session: Session, chunk: Chunk) -> NDArray[np.int64]:
    output = session.run(*chunk.inputs, keep=False).outputs[0]
    answers: NDArray[np.int64] = output.reshape(len(chunk.inputs[0]), -1).argmax(axis=1)
    return answers


def _count(answers: NDArray[np.int64], chunk: Chunk, classes: int) -> Evaluation:
    confusion = np.zeros((classes, classes), np.int64)
    labels = np.zeros(len(answers), np.int64) if chunk.labels is None else chunk.labels
    np.add.at(confusion, (labels, answers), 1)
    return Evaluation(len(answers), chunk.labels is not None, confusion)
