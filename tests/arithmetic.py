"""An evaluator for printed arithmetic that shares nothing with `dlhelpers.params`."""

import ast
import operator

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def evaluate(numbers):
    """The value of "(5 × 100) + 100"; fails on anything but whole numbers, + − × ÷ ^ and ( )."""

    def value(node):
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        assert isinstance(node, ast.Constant) and type(node.value) is int, ast.dump(node)
        return node.value

    for sign, python in {"×": "*", "÷": "/", "−": "-", "^": "**"}.items():
        numbers = numbers.replace(sign, python)
    return value(ast.parse(numbers, mode="eval").body)


def assert_adds_up(row):
    """Left and right of the last = are the row's count."""
    numbers, result = row.arithmetic.rsplit(" = ", 1)
    assert evaluate(numbers) == int(result) == row.params
