"""The UCI digits, divided once and for all into images to train on and images held out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits  # type: ignore[import-untyped]

HELD_OUT_PER_DIGIT = 40


@dataclass(frozen=True)
class Split:
    """Pixels are uint8 [N, 8, 8, 1] with values 0 to 16, labels uint8 [N] with values 0 to 9."""

    train_pixels: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_pixels: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]


def split(seed: int) -> Split:
    """Hold out 40 images of each digit, chosen and ordered by `seed`; the rest is for training and calibration."""
    pixels, labels = load_digits(return_X_y=True)
    pixels = pixels.astype(np.uint8).reshape(-1, 8, 8, 1)
    labels = labels.astype(np.uint8)
    order = np.random.default_rng(seed).permutation(len(labels))
    rank = np.zeros(len(labels), dtype=np.int64)
    for digit in range(10):
        members = order[labels[order] == digit]
        rank[members] = np.arange(len(members))
    test = order[rank[order] < HELD_OUT_PER_DIGIT]
    train = order[rank[order] >= HELD_OUT_PER_DIGIT]
    return Split(pixels[train], labels[train], pixels[test], labels[test])
