"""Train the digits network, quantise it and write digits.tflite, digits_test.npz and digits.json.

python examples/digits/train.py --out examples/digits
"""

import argparse
import json
import platform
from pathlib import Path

import numpy as np
import torch
from evaluate import RUNTIME, count_correct, predict
from model import DigitsNet, Trace, fold
from network import LAYERS, macs
from numpy.typing import NDArray
from quantise import quantise, quantise_pixels
from split import Split, split
from torch import Tensor
from torch.nn import functional
from write_tflite import tflite_bytes

COMMAND = "python examples/digits/train.py --out examples/digits"
SPLIT_SEED = 1998
TRAIN_SEED = 8
EPOCHS = 80
BATCH = 64
LEARNING_RATE = 0.01
LABEL_SMOOTHING = 0.02


def make_deterministic(seed: int) -> None:
    """One thread, fixed seed, deterministic kernels only."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)


def as_tensor(pixels: NDArray[np.uint8]) -> Tensor:
    """Pixels [N, 8, 8, 1], 0 to 16, as float [N, 1, 8, 8], 0 to 1."""
    return torch.from_numpy(pixels.astype(np.float32) / 16).permute(0, 3, 1, 2)


def shift(images: Tensor) -> Tensor:
    """Move each image by at most one cell along each axis; the gap is zero."""
    padded = functional.pad(images, (1, 1, 1, 1))
    by = torch.randint(0, 3, (len(images), 2)).tolist()
    moved = [image[:, y : y + 8, x : x + 8] for image, (y, x) in zip(padded, by, strict=True)]
    return torch.stack(moved)


def loss_of(scores: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy; the smoothed labels keep the softmax outputs from being all 0 and 1."""
    return functional.cross_entropy(scores, wanted, label_smoothing=LABEL_SMOOTHING)


def train(pixels: NDArray[np.uint8], labels: NDArray[np.uint8]) -> DigitsNet:
    """A trained network, in evaluation mode. The number of epochs is fixed: nothing is chosen by a test score."""
    make_deterministic(TRAIN_SEED)
    images, wanted = as_tensor(pixels), torch.from_numpy(labels.astype(np.int64))
    net = DigitsNet()
    optimiser = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    steps = len(images) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=EPOCHS * steps)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(images))[: steps * BATCH].view(steps, BATCH):
            loss = loss_of(net(shift(images[chosen])), wanted[chosen])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return net.eval()


def trace(net: DigitsNet, pixels: NDArray[np.uint8]) -> Trace:
    """All activations of the network on these images."""
    with torch.no_grad():
        return net.trace(as_tensor(pixels))


def summary(data: Split, float_right: int, int8_right: int) -> dict[str, object]:
    """What digits.json says."""
    total = len(data.test_labels)
    return {
        "schema_version": 1,
        "command": COMMAND,
        "split_seed": SPLIT_SEED,
        "train_seed": TRAIN_SEED,
        "train_images": len(data.train_labels),
        "held_out_images": total,
        "float_correct": float_right,
        "float_accuracy": float_right / total,
        "int8_correct": int8_right,
        "int8_accuracy": int8_right / total,
        "int8_runtime": RUNTIME,
        "macs": sum(macs(layer) for layer in LAYERS),
        "trained_with": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
    }


def main() -> None:
    """Train, quantise, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    out = parser.parse_args().out
    data = split(SPLIT_SEED)
    net = train(data.train_pixels, data.train_labels)
    model = tflite_bytes(quantise(fold(net), trace(net, data.train_pixels)))
    images = quantise_pixels(data.test_pixels)
    with torch.no_grad():
        scores = net(as_tensor(data.test_pixels))
    float_right = int((scores.argmax(1).numpy() == data.test_labels).sum())
    int8_right = count_correct(predict(model, images), data.test_labels)
    out.mkdir(parents=True, exist_ok=True)
    (out / "digits.tflite").write_bytes(model)
    np.savez_compressed(out / "digits_test.npz", images=images, labels=data.test_labels, pixels=data.test_pixels)
    report = summary(data, float_right, int8_right)
    (out / "digits.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
