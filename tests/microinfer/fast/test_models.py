"""Whole networks: every intermediate tensor of the fast and the plain run."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

import microinfer
from microinfer.errors import UnsupportedError
from microinfer.graph import runner
from microinfer.graph.session import Session
from tests.microinfer.fast.twins import assert_same, assert_twins, fast_nodes, plain

ROOT = Path(__file__).parents[3]
DIGITS = ROOT / "examples" / "digits"
FOLDER = Path(os.environ.get("MICROINFER_MODELS", ROOT.parent / "shared" / "models"))
NAMES = sorted(path.stem for path in FOLDER.glob("*.tflite"))
PROFILES = ["tflm", "cmsis-nn-single-rounding"]


@pytest.mark.parametrize("profile", PROFILES)
def test_digits(profile: str) -> None:
    model = microinfer.load(DIGITS / "digits.tflite")
    padded_pools = {5, 9}
    assert fast_nodes(model, profile) == {node.index for node in model.nodes} - padded_pools
    with np.load(DIGITS / "digits_test.npz") as file:
        images = file["images"][:20]
    session = Session(model, profile)
    for image in (*images, *images):
        assert_same(model, plain(model, image, profile=profile), session.run(image).activations)


@pytest.mark.conformance
@pytest.mark.skipif(not NAMES, reason="no recorded models in MICROINFER_MODELS")
@pytest.mark.parametrize("run", [1, 32])
@pytest.mark.parametrize("name", NAMES)
def test_recorded_models(name: str, run: int) -> None:
    """By the forms of the first run, and by those that are sought before run 32, here before the first."""
    model = microinfer.load(FOLDER / f"{name}.tflite")
    try:
        stateful = Session(model).stateful
    except UnsupportedError as error:
        pytest.skip(str(error))
    with np.load(FOLDER / f"{name}.npz") as recorded:
        inputs = [recorded[f"in{i}"][0] for i in range(len(model.inputs))]
    if stateful and not fast_nodes(model):
        pytest.skip("nothing fast in it")
    with mock.patch.object(runner, "_RUNS_BEFORE_SEARCH", run):
        assert_twins(model, *(array.reshape(t.shape) for t, array in zip(model.inputs, inputs, strict=True)))


@pytest.mark.conformance
@pytest.mark.parametrize("name", ["mlc_vww_96_int8", "mlc_ic_model_quant_data", "mlc_kws_model_data"])
def test_all_of_an_mlperf_tiny_model_is_fast(name: str) -> None:
    if name not in NAMES:
        pytest.skip("no recorded models in MICROINFER_MODELS")
    model = microinfer.load(FOLDER / f"{name}.tflite")
    assert fast_nodes(model) == {node.index for node in model.nodes}
    with np.load(FOLDER / f"{name}.npz") as recorded:
        output = model.run(recorded["in0"].reshape(-1, *model.inputs[0].shape[1:]))
        assert np.asarray(output).tobytes() == recorded["out0"].tobytes()
