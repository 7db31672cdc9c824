"""A defect as files to commit: the case as .npz, a pytest that replays it, and a C test with literal arrays."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from microinfer.verify.bench import Bench
from microinfer.verify.check import expected_of
from microinfer.verify.defect import Defect
from microinfer.verify.export_c import c_test
from microinfer.verify.spec import spec_of
from microinfer.verify.store import SavedCase, to_arrays


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
        File(f"{name}.npz", _npz(saved)),
        File(f"test_{name}.py", _pytest(defect, name).encode()),
        File(f"{name}.c", c_test(spec.signature, plan, case.arrays, expected, str(defect.finding)).encode()),
    )


def _npz(saved: SavedCase) -> bytes:
    """Compressed, the same bytes for the same case."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in to_arrays(saved).items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), entry.getvalue())
    return content.getvalue()


def _pytest(defect: Defect, name: str) -> str:
    text = str(defect.finding).replace("\\", "\\\\").replace('"', "'")
    return f'''"""{defect.function}: {text}"""

from pathlib import Path

from microinfer.testing import Library, assert_bit_exact, load_case


def test_{name}(microinfer_library: Library) -> None:
    assert_bit_exact(microinfer_library, load_case(Path(__file__).with_name("{name}.npz")))
'''
