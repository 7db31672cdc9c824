"""How fast the reference engine runs MLPerf Tiny models, next to other interpreters. Run alone; ends with JSON.

One thread, one image at a time, measurements of all engines taking turns; figures are medians in milliseconds. The
peers are optional: TensorFlow Lite Micro (the tflite_micro wheel) and LiteRT's reference kernels (ai-edge-litert).
MICROINFER_MODELS names the folder with the models.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

Array = NDArray[Any]
MODELS = {"vww": "mlc_vww_96_int8", "ic": "mlc_ic_model_quant_data", "kws": "mlc_kws_model_data"}
FOLDER = Path(os.environ.get("MICROINFER_MODELS", ROOT.parent / "shared" / "models"))
ROUNDS = 60
SHORTEST = 0.01
Run = Callable[[], Array]

LOAD = """
import os, sys, time
os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, sys.argv[1])
import tflite
for name in dir(tflite): getattr(tflite, name)
import numpy as np, microinfer, microinfer.graph.session
image = np.load(sys.argv[3])["in0"][0]
begin = time.perf_counter()
model = microinfer.load(sys.argv[2])
read = time.perf_counter()
model.run(image)
print(read - begin, time.perf_counter() - begin)
"""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what native libraries print at start off the terminal."""
    saved = os.dup(2)
    with Path(os.devnull).open("w") as null:
        os.dup2(null.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def tflm(content: bytes, image: Array) -> Run | None:
    """One invocation of TensorFlow Lite Micro."""
    try:
        from tflite_micro import runtime
    except ImportError:
        return None
    interpreter = runtime.Interpreter.from_bytes(content, arena_size=10 * len(content) + (1 << 20))

    def run() -> Array:
        interpreter.set_input(image, 0)
        interpreter.invoke()
        return np.asarray(interpreter.get_output(0))

    return run


def litert_reference(content: bytes, image: Array) -> Run | None:
    """One invocation of LiteRT's reference kernels."""
    try:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
    except ImportError:
        return None
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1
    )
    interpreter.allocate_tensors()
    given = interpreter.get_input_details()[0]["index"]
    found = interpreter.get_output_details()[0]["index"]

    def run() -> Array:
        interpreter.set_tensor(given, image)
        interpreter.invoke()
        return np.asarray(interpreter.get_tensor(found))

    return run


def ours(content: bytes, image: Array) -> Run:
    """One invocation of microinfer."""
    from microinfer.graph.tflite import parse

    model = parse(content)
    return lambda: np.asarray(model.run(image))


def measure(runs: dict[str, Run]) -> dict[str, float]:
    """Median milliseconds of each engine, the engines taking turns."""
    repeats, times = {}, {name: list[float]() for name in runs}
    for name, run in runs.items():
        begin = time.perf_counter()
        run()
        run()
        repeats[name] = max(1, round(SHORTEST * 2 / (time.perf_counter() - begin)))
    for _ in range(ROUNDS):
        for name, run in runs.items():
            begin = time.perf_counter()
            for _ in range(repeats[name]):
                run()
            times[name].append((time.perf_counter() - begin) / repeats[name] * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def compare(name: str) -> dict[str, float]:
    """Figures of one model: milliseconds of each engine, and how many times faster than the peers we are."""
    content = (FOLDER / f"{MODELS[name]}.tflite").read_bytes()
    image = np.load(FOLDER / f"{MODELS[name]}.npz")["in0"][0]
    with quiet():
        peers = {"tflm": tflm(content, image), "litert_reference": litert_reference(content, image)}
    runs = {"microinfer": ours(content, image), **{peer: run for peer, run in peers.items() if run}}
    if peers["tflm"] and peers["tflm"]().tobytes() != runs["microinfer"]().tobytes():
        raise SystemExit(f"{name}: the output differs from TensorFlow Lite Micro")
    times = measure(runs)
    ratios = {f"over_{peer}": times[peer] / times["microinfer"] for peer in times if peer != "microinfer"}
    return {f"{engine}_ms": ms for engine, ms in times.items()} | ratios


def load_times(name: str) -> dict[str, float]:
    """Milliseconds to read the model, and to have the first output: with proofs and buffers made.

    In fresh processes, with the package's modules compiled as they are where it is installed.
    """
    paths = [ROOT, FOLDER / f"{MODELS[name]}.tflite", FOLDER / f"{MODELS[name]}.npz"]
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
        command = [sys.executable, "-c", LOAD, *map(str, paths)]
        for _ in range(10):
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
            rows.append([float(word) * 1000 for word in done.stdout.split()])
    read, ready = (statistics.median(column) for column in zip(*rows[1:], strict=True))
    return {"read_ms": read, "first_output_ms": ready}


def main() -> None:
    """Measure and report."""
    if not all((FOLDER / f"{model}.tflite").is_file() for model in MODELS.values()):
        raise SystemExit(f"no MLPerf Tiny models in {FOLDER}; set MICROINFER_MODELS")
    figures: dict[str, dict[str, float]] = {}
    for name in MODELS:
        figures[name] = compare(name) | load_times(name)
        print(f"{name:5}" + "  ".join(f"{key} {value:.3g}" for key, value in figures[name].items()))
    print(json.dumps({name: {k: round(v, 3) for k, v in row.items()} for name, row in figures.items()}))


if __name__ == "__main__":
    main()
