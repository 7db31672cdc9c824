"""Saved cases: one .npz with the contents, the knobs, the function, and which library showed what."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.errors import VerifyError
from microinfer.verify.case import Case
from microinfer.verify.knobs import knobs_from_values, knobs_to_values
from microinfer.verify.spec import OutOfDomain, spec_of

FORMAT = "microinfer.case 1"
_ARRAY = "array:"
_HEADER = "header"


@dataclass(frozen=True, eq=False)
class SavedCase:
    """A case with the core it ran on, the library (relative to the file it is saved in) and what was wrong.

    `tape` holds the numbers that the knobs were made of, where that is known (see microinfer.verify.mutation).
    """

    case: Case
    core: str
    library: str
    finding: str
    tape: tuple[float, ...] = ()


def to_arrays(saved: SavedCase) -> Mapping[str, NDArray[Any]]:
    """What goes into the .npz."""
    case = saved.case
    header: dict[str, Any] = {
        "format": FORMAT,
        "function": case.function,
        "knobs": knobs_to_values(case.knobs),
        "origin": case.origin,
        "reject": case.reject,
        "core": saved.core,
        "library": saved.library,
        "finding": saved.finding,
    }
    if saved.tape:
        header["tape"] = list(saved.tape)
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    return {_HEADER: text} | {f"{_ARRAY}{path}": array for path, array in case.arrays.items()}


def to_bytes(saved: SavedCase) -> bytes:
    """The .npz file, compressed: the same bytes for the same case."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in to_arrays(saved).items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), entry.getvalue(), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def load_case(path: str | Path) -> SavedCase:
    """Read a saved case; VerifyError when the file is none, UnknownName when nobody specifies its function."""
    try:
        return read_case(Path(path).read_bytes(), str(path))
    except OSError as error:
        raise VerifyError(f"{path}: no saved case ({type(error).__name__}: {error})") from error


def read_case(content: bytes, name: str) -> SavedCase:
    """The case that a file called `name` holds; errors as of `load_case`."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            header = json.loads(file[_HEADER].tobytes())
            arrays = {key.removeprefix(_ARRAY): file[key] for key in file.files if key.startswith(_ARRAY)}
        if header["format"] != FORMAT:
            raise VerifyError(f"{name}: format {header['format']}; this version reads {FORMAT}")
        spec = spec_of(header["function"])
        knobs = knobs_from_values(spec.knobs, header["knobs"])
        reject = header["reject"]
        case = Case(spec.function, knobs, spec.plan_of(knobs, reject), arrays, header["origin"], reject)
        return SavedCase(case, header["core"], header["library"], header["finding"], tuple(header.get("tape", ())))
    except (OSError, ValueError, KeyError, EOFError, OutOfDomain, zipfile.BadZipFile) as error:
        raise VerifyError(f"{name}: no saved case ({type(error).__name__}: {error})") from error
