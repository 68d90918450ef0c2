"""BERT as an ONNX graph of onnxruntime's fused operators, without weights: a few kilobytes that many weights fit.

The weights keep the names that transformers gives them, so that a safetensors file supplies them when the graph is
loaded (`vector_store.onnx`). Operators: com.microsoft, see onnxruntime's ContribOperators.md.
"""

from dataclasses import dataclass

import onnx
from onnx import TensorProto, helper

_MS = "com.microsoft"
# Narrower products stay in floating point: they cost nothing and decide everything.
_SMALL = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a BERT is."""

    layers: int
    hidden: int
    heads: int
    inner: int
    words: int
    positions: int
    epsilon: float


def bert(shape: Shape, *, head: bool, whole_numbers: bool = False) -> onnx.ModelProto:
    """Word pieces → hidden states (batch, length, hidden), or with a head → start and end logits (batch, length, 2).

    With `whole_numbers` the large products are of 8-bit integers: weights with a step for each column, activations
    with one for each batch, chosen as it runs.
    """
    graph = _Graph(shape, whole_numbers)
    hidden = graph.embedded()
    for layer in range(shape.layers):
        hidden = graph.layer(hidden, f"encoder.layer.{layer}")
    outputs = graph.logits(hidden) if head else [graph.output(hidden, "last_hidden_state", shape.hidden)]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT32, ["batch", "length"])
        for name in ("input_ids", "token_type_ids", "attention_mask")
    ]
    made = helper.make_graph(graph.nodes, "bert", inputs, outputs, graph.weights)
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(_MS, 1)]
    return helper.make_model(made, opset_imports=versions, ir_version=9)


class _Graph:
    """Nodes and the names and shapes of their weights, written down in order."""

    def __init__(self, shape: Shape, whole_numbers: bool) -> None:
        self.shape = shape
        self._whole_numbers = whole_numbers
        self._rounded: set[str] = set()
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, name: str, *dims: int, kind: int = TensorProto.FLOAT) -> str:
        """A weight that is supplied when the graph is loaded."""
        tensor = TensorProto(name=name, data_type=kind, dims=dims)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="weights")
        self.weights.append(tensor)
        return name

    def node(self, kind: str, inputs: list[str], name: str, domain: str = _MS, **attributes: float | int) -> str:
        """One operator with one output, which has its name."""
        node = helper.make_node(kind, inputs, [name], name=name, domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self.nodes.append(node)
        return name

    def embedded(self) -> str:
        """Words, segments and positions, added and normalised; the second output are the lengths."""
        size, at = self.shape, "embeddings"
        weights = [
            self.weight(f"{at}.word_embeddings.weight", size.words, size.hidden),
            self.weight(f"{at}.position_embeddings.weight", size.positions, size.hidden),
            self.weight(f"{at}.token_type_embeddings.weight", 2, size.hidden),
            self.weight(f"{at}.LayerNorm.weight", size.hidden),
            self.weight(f"{at}.LayerNorm.bias", size.hidden),
        ]
        inputs = ["input_ids", "token_type_ids", *weights, "attention_mask"]
        node = helper.make_node(
            "EmbedLayerNormalization", inputs, ["embedded", "lengths"], "embedded", domain=_MS, epsilon=size.epsilon
        )
        self.nodes.append(node)
        return "embedded"

    def layer(self, hidden: str, at: str) -> str:
        """Attention and feed-forward, each followed by residual and normalisation."""
        size = self.shape
        attended = self.attention(hidden, f"{at}.attention")
        hidden = self.residual(attended, hidden, f"{at}.attention.output", size.hidden)
        inner = self.product(hidden, f"{at}.intermediate.dense.weight", size.hidden, size.inner)
        bias = self.weight(f"{at}.intermediate.dense.bias", size.inner)
        inner = self.node("BiasGelu", [inner, bias], f"{at}.gelu")
        return self.residual(inner, hidden, f"{at}.output", size.inner)

    def attention(self, hidden: str, at: str) -> str:
        """Every piece looks at every other one."""
        size = self.shape
        dims = (size.hidden, 3 * size.hidden)
        bias = self.weight(f"{at}.qkv.bias", 3 * size.hidden)
        if not self._whole_numbers:
            inputs = [hidden, self.weight(f"{at}.qkv.weight", *dims), bias, "lengths"]
            return self.node("Attention", inputs, f"{at}.attended", num_heads=size.heads)
        rounded, step, zero = self.rounded(hidden)
        weight, columns = self.columns(f"{at}.qkv.weight", *dims)
        inputs = [rounded, weight, bias, step, columns, "lengths", zero]
        return self.node("QAttention", inputs, f"{at}.attended", num_heads=size.heads)

    def rounded(self, name: str) -> tuple[str, str, str]:
        """Activations as 8-bit integers, their step and the integer that means zero."""
        made = (f"{name}.rounded", f"{name}.step", f"{name}.zero")
        if name not in self._rounded:
            self._rounded.add(name)
            self.nodes.append(helper.make_node("DynamicQuantizeLinear", [name], list(made), made[0]))
        return made

    def columns(self, name: str, rows: int, columns: int) -> tuple[str, str]:
        """A weight of 8-bit integers and the step of each of its columns."""
        return self.weight(name, rows, columns, kind=TensorProto.INT8), self.weight(f"{name}.step", columns)

    def residual(self, inner: str, skipped: str, at: str, size: int) -> str:
        """A dense layer's result and what it was made from, added and normalised."""
        hidden = self.shape.hidden
        dense = self.product(inner, f"{at}.dense.weight", size, hidden)
        weights = [self.weight(f"{at}.{name}", hidden) for name in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
        inputs = [dense, skipped, *weights]
        return self.node("SkipLayerNormalization", inputs, f"{at}.normalised", epsilon=self.shape.epsilon)

    def product(self, left: str, weight: str, rows: int, columns: int) -> str:
        """left @ weight; the weight lies as (in, out), the other way round than in PyTorch."""
        if not self._whole_numbers or columns < _SMALL:
            return self.node("MatMul", [left, self.weight(weight, rows, columns)], f"{weight}.product", domain="")
        rounded, step, zero = self.rounded(left)
        held, steps = self.columns(weight, rows, columns)
        return self.node("MatMulIntegerToFloat", [rounded, held, step, steps, zero], f"{weight}.product")

    def logits(self, hidden: str) -> list[onnx.ValueInfoProto]:
        """The question answering head."""
        both = self.product(hidden, "qa_outputs.weight", self.shape.hidden, 2)
        both = self.node("Add", [both, self.weight("qa_outputs.bias", 2)], "logits", domain="")
        return [self.output(both, "logits", 2)]

    def output(self, name: str, called: str, size: int) -> onnx.ValueInfoProto:
        """Declare what the graph returns."""
        if name != called:
            self.node("Identity", [name], called, domain="")
        return helper.make_tensor_value_info(called, TensorProto.FLOAT, ["batch", "length", size])
