"""The digits network: held-out images through the reference, then layer by layer through C kernels on a Cortex-M4.

python examples/digits/demo.py [--images N] [--core NAME] [--kernels LIB.elf]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

import microinfer
from emulator.accuracy.run_coverage import machine_interval
from microinfer.cli.console import console, progress_bar
from microinfer.device.build import default_library
from microinfer.device.library import KernelLibrary
from microinfer.device.profile import profile
from microinfer.report import table

FOLDER = Path(__file__).parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100, help="how many images to run on the emulated core")
    parser.add_argument("--core", default="cortex-m4")
    parser.add_argument("--kernels", type=Path, help="kernel library (default: our own, built)")
    args = parser.parse_args()
    model = microinfer.load(FOLDER / "digits.tflite")
    with np.load(FOLDER / "digits_test.npz") as test:
        images, labels = test["images"], test["labels"]
    right = int((np.asarray(model.run(images)).argmax(axis=1) == labels).sum())
    out = console()
    trained = json.loads((FOLDER / "digits.json").read_text())
    out.print(
        f"held-out images right: {right} of {len(labels)} ({right / len(labels):.2%}) in int8 on the reference, "
        f"{trained['float_correct']} ({trained['float_accuracy']:.2%}) in float when trained",
        highlight=False,
    )
    library = KernelLibrary(args.kernels or default_library(args.core), args.core)
    chosen = images[: args.images]
    with progress_bar("emulating", len(model.nodes) * len(chosen)) as advance:
        result = profile(model, library, [chosen], progress=advance)
    guesses = np.array([each.outputs[0].argmax() for each in result.inputs])
    out.print(table.layers(result))
    same = int((guesses == labels[: len(chosen)]).sum())
    out.print(f"on the device: {same} of {len(chosen)} images right", highlight=False)
    silicon = machine_interval(library.machine)
    out.print(table.totals(result, 100.0, noun="image", interval=silicon), highlight=False, soft_wrap=True)
    return 0 if result.exact else 1


if __name__ == "__main__":
    sys.exit(main())
