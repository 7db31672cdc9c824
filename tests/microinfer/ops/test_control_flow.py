"""IF, WHILE, CALL_ONCE and resource variables, on graphs built by hand."""

from __future__ import annotations

import numpy as np
import pytest

from microinfer.errors import ModelError
from microinfer.graph.model import Array, Graph, Model, Node, Options, Tensor
from microinfer.graph.session import Session
from microinfer.ops.while_loop import MOST_ROUNDS


def tensor(index: int, name: str, shape: tuple[int, ...] = (1, 2), dtype: str = "float32") -> Tensor:
    return Tensor(index, name, shape, dtype)


def constant(index: int, value: Array) -> Tensor:
    return Tensor(index, f"constant{index}", value.shape, value.dtype.name, data=value)


def node(op: str, inputs: list[Tensor], outputs: list[Tensor], index: int = 0, **options: object) -> Node:
    return Node(index, op, 1, tuple(inputs), tuple(outputs), Options(tuple(options.items())))


def graph(nodes: list[Node], inputs: list[Tensor], outputs: list[Tensor]) -> Graph:
    found = {t.index: t for n in nodes for t in (*n.inputs, *n.outputs) if t is not None}
    found |= {t.index: t for t in (*inputs, *outputs)}
    return Graph("graph", tuple(found.values()), tuple(nodes), tuple(inputs), tuple(outputs))


def model(main: Graph, *subgraphs: Graph) -> Model:
    return Model("model", main.tensors, main.nodes, main.inputs, main.outputs, subgraphs)


def shift_graph(by: float) -> Graph:
    """x + by, for x of shape (1, 2)."""
    x, y = tensor(0, "x"), tensor(2, "y")
    return graph([node("ADD", [x, constant(1, np.full((1, 2), by, np.float32))], [y])], [x], [y])


def below_graph(limit: float) -> Graph:
    """Whether the first of the two values of x is below `limit`."""
    x, first, answer = tensor(0, "x"), tensor(2, "first", (1, 1)), tensor(6, "answer", (1, 1), "bool")
    corner = [constant(3, np.array([0, 0], np.int32)), constant(4, np.array([1, 1], np.int32))]
    nodes = [
        node("SLICE", [x, *corner], [first]),
        node("LESS", [first, constant(5, np.full((1, 1), limit, np.float32))], [answer], 1),
    ]
    return graph(nodes, [x], [answer])


@pytest.mark.parametrize(("condition", "expected"), [(True, [11.0, 12.0]), (False, [101.0, 102.0])])
def test_if_invokes_one_branch(condition: bool, expected: list[float]) -> None:
    c, x, y = tensor(0, "c", (1,), "bool"), tensor(1, "x"), tensor(2, "y")
    branch = node("IF", [c, x], [y], then_subgraph_index=1, else_subgraph_index=2)
    session = Session(model(graph([branch], [c, x], [y]), shift_graph(10), shift_graph(100)))
    trace = session.run(np.array([condition]), np.array([[1, 2]], np.float32))
    assert trace.outputs[0].tolist() == [expected]


def while_model(limit: float) -> Model:
    x, y = tensor(0, "x"), tensor(1, "y")
    loop = node("WHILE", [x], [y], cond_subgraph_index=1, body_subgraph_index=2)
    return model(graph([loop], [x], [y]), below_graph(limit), shift_graph(3))


@pytest.mark.parametrize(("start", "rounds"), [(0.0, 4), (11.0, 1), (12.0, 0)])
def test_while_repeats_the_body_until_the_condition_fails(start: float, rounds: int) -> None:
    outputs = Session(while_model(10.5)).run(np.array([[start, 0]], np.float32)).outputs
    expected = rounds if start < 10.5 else 0
    assert outputs[0].tolist() == [[start + 3 * expected, 3.0 * expected]]


def test_a_loop_without_end_is_refused() -> None:
    with pytest.raises(ModelError, match=f"more than {MOST_ROUNDS} times"):
        Session(while_model(float("inf"))).run(np.zeros((1, 2), np.float32))


def test_a_graph_that_invokes_itself_is_refused() -> None:
    x, y = tensor(0, "x"), tensor(1, "y")
    again = graph([node("WHILE", [x], [y], cond_subgraph_index=1, body_subgraph_index=1)], [x], [y])
    with pytest.raises(ModelError, match="invoked from within itself"):
        Session(model(again, again)).run(np.zeros((1, 2), np.float32))


def counter_model() -> Model:
    """y = x + what was assigned last; then x is assigned. A graph called once assigns 100."""
    handle = Tensor(0, "handle", (), "resource")
    x, old, y = tensor(1, "x"), tensor(2, "old"), tensor(3, "y")
    nodes = [
        node("CALL_ONCE", [], [], init_subgraph_index=1),
        node("VAR_HANDLE", [], [handle], 1, shared_name=b"state"),
        node("READ_VARIABLE", [handle], [old], 2),
        node("ADD", [x, old], [y], 3),
        node("ASSIGN_VARIABLE", [handle, x], [], 4),
    ]
    setup_handle = Tensor(0, "handle", (), "resource")
    setup = [
        node("VAR_HANDLE", [], [setup_handle], shared_name=b"state"),
        node("ASSIGN_VARIABLE", [setup_handle, constant(1, np.full((1, 2), 100, np.float32))], [], 1),
    ]
    return model(graph(nodes, [x], [y]), graph(setup, [], []))


def test_variables_live_in_the_session() -> None:
    session = Session(counter_model())
    outputs = [session.run(np.full((1, 2), v, np.float32)).outputs[0][0, 0] for v in (1, 2, 3)]
    assert outputs == [101, 3, 5]
    session.reset()
    assert session.run(np.full((1, 2), 1, np.float32)).outputs[0][0, 0] == 101
    assert Session(counter_model()).run(np.full((1, 2), 7, np.float32)).outputs[0][0, 0] == 107


def test_a_batch_of_a_stateful_model_runs_in_order() -> None:
    stack = np.arange(1, 4, dtype=np.float32)[:, None] * np.ones((1, 2), np.float32)
    session = Session(counter_model())
    assert session.stateful
    assert session.run(stack).outputs[0][:, 0].tolist() == [101, 3, 5]
