#!/usr/bin/env python3
"""Writes tests/fuzz/seeds/onnx: small models whose shapes hold a 0 somewhere. Needs the Python package onnx."""
import pathlib
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "seeds" / "onnx")


def constant(name, values, kind=np.float32):
    return numpy_helper.from_array(np.asarray(values, kind), name)


def save(name, nodes, shape, initializers=(), output=None):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, output)
    graph = helper.make_graph(nodes, name, [x], [y], list(initializers))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    (FOLDER / (name + ".onnx")).write_bytes(model.SerializeToString())


def node(op, inputs, **attributes):
    return helper.make_node(op, inputs, ["y"], **attributes)


FOLDER.mkdir(parents=True, exist_ok=True)
whole = [1, 2, 4, 4]
for i, shape in enumerate([[0, 2, 4, 4], [1, 0, 4, 4], [1, 2, 0, 4], [1, 2, 4, 0], [0], [0, 0, 0, 0], ["N", 0, 4, 4]]):
    save(f"relu-{i}", [node("Relu", ["x"])], shape)
    save(f"flatten-{i}", [node("Flatten", ["x"])], shape)
    save(f"pool-{i}", [node("MaxPool", ["x"], kernel_shape=[2, 2])], shape)
    save(f"mean-{i}", [node("GlobalAveragePool", ["x"])], shape)
    save(f"softmax-{i}", [node("Softmax", ["x"])], shape)
for i, dims in enumerate([(0, 2, 3, 3), (4, 0, 3, 3), (4, 2, 0, 3), (4, 2, 3, 0)]):
    save(f"conv-{i}", [node("Conv", ["x", "w"])], whole, [constant("w", np.zeros(dims))])
for i, dims in enumerate([(0, 4), (4, 0), (0, 0)]):
    save(f"matmul-{i}", [node("MatMul", ["x", "w"])], whole, [constant("w", np.zeros(dims))])
    save(f"gemm-{i}", [node("Gemm", ["x", "w"])], [1, 4], [constant("w", np.zeros(dims))])
for i, (start, end) in enumerate([(0, 0), (2, 2), (3, 1), (-1, -1), (9, 9)]):
    save(f"slice-{i}", [node("Slice", ["x", "s", "e", "a"])], whole,
         [constant("s", [start], np.int64), constant("e", [end], np.int64), constant("a", [2], np.int64)])
for i, to in enumerate([[0], [1, 0, 4, 4], [0, 2, 4, 4], [0, 0]]):
    save(f"expand-{i}", [node("Expand", ["x", "s"])], [1, 1, 4, 4], [constant("s", to, np.int64)])
    save(f"reshape-{i}", [node("Reshape", ["x", "s"], allowzero=1)], whole, [constant("s", to, np.int64)])
    save(f"tile-{i}", [node("Tile", ["x", "s"])], whole, [constant("s", (to + [0] * 4)[:4], np.int64)])
    save(f"fill-{i}", [node("ConstantOfShape", ["s"])], whole, [constant("s", to, np.int64)])
for i, op in enumerate(["Add", "Mul", "Div", "Max", "Pow"]):
    save(f"with-{op}", [node(op, ["x", "w"])], whole, [constant("w", np.zeros((0,)))])
save("gather", [node("Gather", ["x", "i"], axis=1)], whole, [constant("i", [], np.int64)])
save("concat", [node("Concat", ["x", "w"], axis=1)], whole, [constant("w", np.zeros((1, 0, 4, 4)))])
save("pad", [node("Pad", ["x", "p"])], whole, [constant("p", [0, 0, -2, -2, 0, 0, -2, -2], np.int64)])
save("resize", [node("Resize", ["x", "", "s"])], whole, [constant("s", [1, 1, 0, 0])])
save("sum", [node("ReduceSum", ["x", "a"])], [1, 2, 0, 4], [constant("a", [2], np.int64)])
save("least", [node("ReduceMax", ["x", "a"])], [1, 2, 0, 4], [constant("a", [2], np.int64)])
save("squeeze", [node("Squeeze", ["x", "a"])], [1, 0, 1], [constant("a", [0], np.int64)])
print(len(list(FOLDER.glob("*.onnx"))), "seeds in", FOLDER)
