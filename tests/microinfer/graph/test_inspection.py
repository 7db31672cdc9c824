"""Inspection: what a model costs and what memory its activations need."""

from __future__ import annotations

import microinfer
from microinfer.graph import arena
from microinfer.graph.inspection import inspect
from tests.support.kernels import DIGITS
from tests.support.tflite_builder import Builder


def test_the_digits_model_by_numbers() -> None:
    found = inspect(microinfer.load(DIGITS / "digits.tflite"))
    assert found.macs == 146_748 and not found.unsupported
    first, features = found.layers[0], found.layers[8]
    assert (first.op, first.macs) == ("CONV_2D", 9216)
    assert (first.input_shape, first.output_shape) == ((1, 8, 8, 1), (1, 8, 8, 16))
    assert features.weights == 26 * 9 * 22 + 26 * 4
    assert found.arena.greedy.size == found.arena.bound == 3072


def test_unsupported_operators_are_rows_not_errors() -> None:
    builder = Builder()
    x, y = builder.input("x", (1, 4), "float64"), builder.output("y", (1, 4), "float64")
    builder.op("LRN", [x], [y])
    found = inspect(microinfer.graph.tflite.parse(builder.build()))
    assert [row.op for row in found.unsupported] == ["LRN"]


def test_a_better_order_is_found_where_greedy_wastes() -> None:
    # By size, greedy puts c at 0 and b behind it; a then fits only behind b. b first leaves room for both.
    requests = [arena.Request("a", 32, 0, 1), arena.Request("b", 48, 1, 2), arena.Request("c", 64, 2, 3)]
    requests.append(arena.Request("d", 80, 0, 0))
    bound = max(sum(r.size for r in requests if r.first <= t <= r.last) for t in range(4))
    greedy, best = arena.plan(requests), arena.best_plan(requests, bound)
    assert bound <= best.size <= greedy.size
    assert best.size == bound == 112


def test_the_best_plan_is_the_same_every_time() -> None:
    requests = [arena.Request(str(i), 16 * (1 + i * 7 % 5), i % 6, i % 6 + i % 3) for i in range(20)]
    assert arena.best_plan(requests, 0) == arena.best_plan(requests, 0)
