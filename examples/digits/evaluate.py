"""Accuracy of digits.tflite on the held-out images, run in TensorFlow Lite Micro.

python examples/digits/evaluate.py [folder]
"""

import argparse
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tflite_micro import runtime  # type: ignore[import-untyped]

RUNTIME = f"TensorFlow Lite Micro {version('tflite_micro')}"


def predict(model: bytes, images: NDArray[np.int8]) -> NDArray[np.int8]:
    """Outputs [N, 10] of the model for int8 images [N, 8, 8, 1], run one at a time."""
    interpreter = runtime.Interpreter.from_bytes(model)
    outputs = []
    for image in images:
        interpreter.set_input(image[None], 0)
        interpreter.invoke()
        outputs.append(np.array(interpreter.get_output(0))[0])
    return np.stack(outputs)


def count_correct(outputs: NDArray[np.int8], labels: NDArray[np.uint8]) -> int:
    """How many rows have their largest value (the first of equals) at the label."""
    return int((outputs.argmax(axis=1) == labels).sum())


def main() -> None:
    """Print the accuracy and its count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    folder = parser.parse_args().folder
    test = np.load(folder / "digits_test.npz")
    outputs = predict((folder / "digits.tflite").read_bytes(), test["images"])
    right, total = count_correct(outputs, test["labels"]), len(test["labels"])
    print(f"int8 accuracy {right / total:.2%} ({right} of {total}) in {RUNTIME}")


if __name__ == "__main__":
    main()
