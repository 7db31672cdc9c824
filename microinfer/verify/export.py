"""A defect as files to commit: the case as .npz, a pytest that replays it, and a C test with literal arrays."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from microinfer.verify.bench import Bench
from microinfer.verify.check import expected_of
from microinfer.verify.defect import Defect
from microinfer.verify.export_c import c_test
from microinfer.verify.spec import spec_of
from microinfer.verify.store import SavedCase, to_bytes


@dataclass(frozen=True)
class File:
    """A file to write."""

    name: str
    content: bytes


def export(defect: Defect, name: str, bench: Bench, folder: Path) -> tuple[File, File, File]:
    """The three files of a defect for `folder`, called `name`; the library is noted relative to it."""
    library = os.path.relpath(bench.path.resolve(), folder.resolve())
    saved = SavedCase(defect.smallest, bench.core, Path(library).as_posix(), str(defect.finding))
    case, spec = defect.smallest, spec_of(defect.function)
    expected = expected_of(spec, case)
    plan = bench.sized(case.plan)
    return (
        File(f"{name}.npz", to_bytes(saved)),
        File(f"test_{name}.py", _pytest(defect, name).encode()),
        File(f"{name}.c", c_test(spec.signature, plan, case.arrays, expected, str(defect.finding)).encode()),
    )


def _pytest(defect: Defect, name: str) -> str:
    text = str(defect.finding).replace("\\", "\\\\").replace('"', "'")
    return f'''"""{defect.function}: {text}"""

from pathlib import Path

from microinfer.testing import Library, assert_bit_exact, load_case


def test_{name}(microinfer_library: Library) -> None:
    assert_bit_exact(microinfer_library, load_case(Path(__file__).with_name("{name}.npz")))
'''
