"""How far each numerics profile is from the runtime it describes. Run alone; ends with JSON.

The runtime runs recorded models and keeps every tensor; each layer is then computed by the reference from the runtime's
own inputs, so that a layer's difference is its own. Figures: elements compared and elements that differ, by operator.
Peers are optional: the tflite-micro wheel for `tflm`, ai-edge-litert for the others. MICROINFER_MODELS names the
folder with the models.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import microinfer
from microinfer.graph.model import Model
from microinfer.graph.session import Session

Array = NDArray[Any]
ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("MICROINFER_MODELS", ROOT.parent / "shared" / "models"))
MOST_MACS = 20_000_000
SAMPLES = 2
Tensors = Callable[[Path, list[Array]], Mapping[int, Array]]


def tflm_tensors(path: Path, inputs: list[Array]) -> Mapping[int, Array]:
    """All tensors of one invocation in TensorFlow Lite Micro."""
    from tflite_micro import runtime

    keep = runtime.InterpreterConfig.kPreserveAllTensors
    interpreter = runtime.Interpreter.from_file(str(path), intrepreter_config=keep)
    for index, array in enumerate(inputs):
        interpreter.set_input(array, index)
    interpreter.invoke()
    return _Lazy(lambda index: interpreter.GetTensor(index, 0)["tensor_data"])


def litert_tensors(resolver: str) -> Tensors:
    """The same in LiteRT, with its reference kernels (BUILTIN_REF) or as it comes, with XNNPACK (AUTO)."""

    def tensors(path: Path, inputs: list[Array]) -> Mapping[int, Array]:
        from ai_edge_litert import interpreter as litert

        kind = getattr(litert.OpResolverType, resolver)
        interpreter = litert.Interpreter(
            str(path), experimental_op_resolver_type=kind, experimental_preserve_all_tensors=True
        )
        interpreter.allocate_tensors()
        for detail, array in zip(interpreter.get_input_details(), inputs, strict=True):
            interpreter.set_tensor(detail["index"], array)
        interpreter.invoke()
        return _Lazy(interpreter.get_tensor)

    return tensors


class _Lazy(dict[int, Array]):
    """Tensors fetched as they are asked for."""

    def __init__(self, fetch: Callable[[int], Array]) -> None:
        super().__init__()
        self._fetch = fetch

    def __missing__(self, index: int) -> Array:
        self[index] = np.array(self._fetch(index))
        return self[index]


RUNTIMES: Mapping[str, Tensors] = {
    "tflm": tflm_tensors,
    "litert-reference": litert_tensors("BUILTIN_REF"),
    "xnnpack": litert_tensors("AUTO"),
}


def quantised_models() -> Iterator[tuple[Path, Model, list[Array]]]:
    """Recorded models of int8 layers without state that are small enough, with their samples."""
    index = json.loads((FOLDER / "index.json").read_text())
    for row in index["models"]:
        path = FOLDER / f"{row['name']}.tflite"
        if 0 < row["macs"] <= MOST_MACS:
            model = microinfer.load(path)
            if not Session(model).stateful:
                with np.load(FOLDER / f"{row['name']}.npz") as recorded:
                    yield path, model, [recorded[f"in{i}"] for i in range(len(model.inputs))]


def measure(profile: str, tensors: Tensors) -> dict[str, dict[str, int]]:
    compared: Counter[str] = Counter()
    differing: Counter[str] = Counter()
    for path, model, stacks in quantised_models():
        session = Session(model, profile)
        for sample in zip(*(stack[:SAMPLES] for stack in stacks), strict=True):
            try:
                found = tensors(path, list(sample))
            except (RuntimeError, ValueError):
                break
            for node in model.nodes:
                if all(t.dtype in ("int8", "int16", "int32") for t in (*node.inputs, *node.outputs) if t):
                    given = {t.index: found[t.index] for t in node.inputs if t is not None and t.data is None}
                    for tensor, ours in zip(node.outputs, session.step(node, given), strict=True):
                        compared[node.op] += ours.size
                        differing[node.op] += int((ours != found[tensor.index].reshape(ours.shape)).sum())
    return {op: {"elements": compared[op], "differ": differing[op]} for op in sorted(compared)}


def main() -> None:
    figures: dict[str, Any] = {}
    for profile, tensors in RUNTIMES.items():
        try:
            figures[profile] = measure(profile, tensors)
        except ImportError as error:
            figures[profile] = f"not measured: {error}"
            continue
        for op, row in figures[profile].items():
            print(f"{profile:18} {op:22} {row['elements']:>10} elements {row['differ']:>8} differ")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
