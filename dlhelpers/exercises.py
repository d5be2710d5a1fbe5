"""The checks behind "Try it": `check("09.output_size", output_size)`.

A check calls the answer on several inputs and compares what comes out. It knows nothing of how the
answer is written, takes arrays of any backend, and says what is wrong with *this* answer: the
input, what came out, what was wanted, and a hint at the likely mistake.

To add an exercise, write a function that yields what the answer must give, under `@exercise`.
"""

import inspect
from dataclasses import dataclass, field

import numpy as np

EXERCISES = {}


def check(name, answer):
    """Print the verdict on an answer: `not answered yet`, `✓ …`, or `✗ …` with what is wrong.

    Args:
        name: the exercise, as `"notebook.exercise"`.
        answer: the reader's function (or value), `...` where nothing has been filled in.

    Raises:
        KeyError: there is no exercise of that name; the message lists those of the notebook.
    """
    print(verdict(name, answer))


@dataclass(frozen=True)
class Verdict:
    """What a check found. `passed` is None while the exercise is unanswered."""

    passed: bool | None
    message: str

    def __str__(self):
        return self.message

    def __bool__(self):
        return bool(self.passed)


def verdict(name, answer):
    """The verdict behind `check`, for programs that grade: `assert verdict(name, answer)`.

    Args, errors: as for `check`.

    Returns:
        A `Verdict`, true only for a right answer.
    """
    if name not in EXERCISES:
        near = [known for known in EXERCISES if known[:3] == name[:3]] or list(EXERCISES)
        raise KeyError(f"There is no exercise {name!r}; there are {', '.join(near)}.")
    try:
        problem = EXERCISES[name](answer)
    except _Unanswered:
        return Verdict(None, "not answered yet")
    return Verdict(
        problem is None, f"✗ {problem}" if problem else f"✓ {name.split('.')[1]} is right"
    )


# -------------------------------------------------------------------------------- the engine


class _Unanswered(Exception):
    """An `...` is still where the answer goes."""


@dataclass(frozen=True)
class Case:
    """One call of the answer and what it must give.

    Attributes:
        inputs: the arguments.
        wanted: a number, text, array, or a tuple or list of them.
        mistakes: hint → what an answer with that mistake gives for these inputs.
        hint: what to say when the answer is wrong in some other way.
    """

    inputs: tuple
    wanted: object
    mistakes: dict = field(default_factory=dict)
    hint: str = ""


def exercise(name, tolerance=1e-5):
    """Register a function that yields the `Case`s of the exercise `name`."""

    def register(cases):
        def grade(answer):
            if answer is ...:
                raise _Unanswered
            problems = (_problem(answer, case, tolerance) for case in cases())
            return next(filter(None, problems), None)

        EXERCISES[name] = grade
        return cases

    return register


def _problem(answer, case, tolerance):
    """What is wrong with the answer in this case, as one text; None if nothing is."""
    if not callable(answer):
        return f"the answer is {_text(answer)}; a function is wanted."
    call = f"{getattr(answer, '__name__', 'answer')}({_arguments(answer, case.inputs)})"
    try:
        given = answer(*(np.copy(i) if isinstance(i, np.ndarray) else i for i in case.inputs))
    except Exception as error:
        if "ellipsis" in str(error):
            raise _Unanswered from None
        return f"{call} stops with {type(error).__name__}: {error}"
    if given is ...:
        raise _Unanswered
    if given is None:
        return f"{call} gives None. Is a return missing?"
    difference = _difference(given, case.wanted, tolerance)
    if difference is None:
        return None
    likely = (
        h for h, wrong in case.mistakes.items() if _difference(given, wrong, tolerance) is None
    )
    return f"{call} {difference} {next(likely, case.hint)}".rstrip()


def _difference(given, wanted, tolerance):
    """How `given` differs from `wanted`, in words; None if it does not."""
    if isinstance(wanted, str):
        return None if given == wanted else f"gives {_text(given)}, wanted {_text(wanted)}."
    if isinstance(wanted, (tuple, list)):
        if not isinstance(given, (tuple, list)) or len(given) != len(wanted):
            return f"gives {_text(given)}, wanted {_text(wanted)}."
        parts = (_difference(g, w, tolerance) for g, w in zip(given, wanted))
        bad = next((i for i, part in enumerate(parts) if part), None)
        return None if bad is None else f"gives {_text(given)}, wanted {_text(wanted)}."
    wanted = np.asarray(wanted)
    try:
        values = np.asarray(_numpy(given), dtype=float)
    except (TypeError, ValueError):
        return f"gives {_text(given)}, wanted {_text(wanted)}."
    if values.shape != wanted.shape:
        return f"gives an array of shape {values.shape}, wanted shape {wanted.shape}."
    if np.allclose(values, wanted, rtol=tolerance, atol=tolerance, equal_nan=False):
        return None
    return f"gives {_text(values)}, wanted {_text(wanted)}."


def _numpy(array):
    """A NumPy array of any backend's array, on whatever device it lives."""
    if hasattr(array, "detach"):
        array = array.detach().cpu()
    return np.asarray(array)


def _text(value):
    """A value as short text, without array(...) around it and with at most a few numbers."""
    if isinstance(value, (str, int, bool)) or value is None:
        return repr(value)
    if isinstance(value, (tuple, list)):
        inside = ", ".join(map(_text, value)) + "," * (isinstance(value, tuple) and len(value) == 1)
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    try:
        value = np.asarray(_numpy(value))
        value = value.astype(float) if value.dtype != int else value
    except (TypeError, ValueError):
        return repr(value)
    with np.printoptions(precision=5, suppress=True, threshold=30, edgeitems=2):
        return " ".join(str(value).split()) if value.ndim else f"{value.item():.6g}"


def _arguments(answer, inputs):
    """The arguments of a call as text, by name where the answer's signature tells the names."""
    try:
        names = [f"{name}=" for name in inspect.signature(answer).parameters]
    except (TypeError, ValueError):
        names = []
    names += [""] * len(inputs)
    return ", ".join(name + _text(value) for name, value in zip(names, inputs))


# --- 09_convolution ---


@exercise("09.convolve2d")
def _convolve2d():
    image = np.array([[1, 2, 0, 1], [0, 3, 1, 2], [4, 1, 0, 5], [2, 0, 6, 1]])
    for picture, kernel in (
        (image, np.array([[1, 2], [3, 10]])),
        (image, np.array([[1, 0, 2]])),
        (image[:3], np.array([[1, -1], [0, 2], [5, 3]])),
    ):
        yield Case(
            (picture, kernel),
            _spread(picture, kernel, whole=False),
            {
                "This is cross-correlation: true convolution reads the kernel backwards.": _slide(
                    picture, kernel
                ),
                "Only the rows of the kernel run backwards; its columns must too.": _slide(
                    picture, kernel[::-1]
                ),
                "Only the columns of the kernel run backwards; its rows must too.": _slide(
                    picture, kernel[:, ::-1]
                ),
                "The kernel is transposed: backwards is half a turn, rows and columns stay what "
                "they are.": _slide(picture, kernel.T),
                "The kernel made a quarter turn; half a turn is wanted.": _slide(
                    picture, np.rot90(kernel)
                ),
                "The result runs backwards: the kernel should, and the image should not.": _spread(
                    picture, kernel, whole=False
                )[::-1, ::-1],
                "This includes places where the kernel sticks out of the image; keep those where "
                "all of it lies on the image.": _spread(picture, kernel, whole=True),
            },
            "Lay the kernel, turned by half a turn, on each patch; multiply and add.",
        )


def _slide(image, kernel):
    """Cross-correlation, "valid": what a kernel that is not turned gives."""
    patches = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijuv,uv->ij", patches, kernel)


def _spread(image, kernel, whole):
    """True convolution without turning anything: each weight adds a shifted copy of the image."""
    (rows, columns), (height, width) = image.shape, kernel.shape
    total = np.zeros((rows + height - 1, columns + width - 1))
    for (u, v), weight in np.ndenumerate(kernel):
        total[u : u + rows, v : v + columns] += weight * image
    return total if whole else total[height - 1 : rows, width - 1 : columns]


@exercise("09.zeros_for_same")
def _zeros_for_same():
    for n, kernel_size, stride in (
        (9, 3, 2), (10, 3, 2), (10, 3, 1), (28, 5, 1), (10, 2, 3), (7, 1, 3), (8, 1, 2), (11, 5, 4)
    ):  # fmt: skip
        responses = -(-n // stride)
        wanted = next(z for z in range(99) if (n + z - kernel_size) // stride + 1 == responses)
        yield Case(
            (n, kernel_size, stride),
            wanted,
            {
                "Kernel size minus 1 is right for stride 1 only.": kernel_size - 1,
                "There are no negative zeros: where the kernel fits without padding, give 0.": (
                    (responses - 1) * stride + kernel_size - n
                ),
                "n / stride must be rounded up: the last, shorter step gives a response too.": (
                    (n // stride - 1) * stride + kernel_size - n
                ),
                "This keeps the size n, as at stride 1; with a stride, n / stride responses "
                "are wanted.": (n - 1) * stride + kernel_size - n,
                "The zeros of both sides count together.": wanted / 2,
                "The last response's patch starts at (responses - 1) times the stride, because the "
                "first starts at 0.": max(responses * stride + kernel_size - n, 0),
            },
            "The last patch starts at (responses - 1) times the stride and must end inside the "
            "padded axis.",
        )


# --- 01_keras_models ---


@exercise("01.dense")
def _dense():
    for shape, units, use_bias in (
        ((784,), 100, True), ((10, 5), 100, True), ((10, 5), 20, False), ((4, 6, 3), 8, True)
    ):  # fmt: skip
        inputs, outputs = shape[-1], (*shape[:-1], units)
        values = int(np.prod(shape))
        bias = units * use_bias
        flat = "A Dense layer acts on the last axis alone; every row meets the same weights."
        yield Case(
            (shape, units, use_bias),
            (outputs, sum(int(np.prod(weight)) for weight in ((inputs, units), (bias,)))),
            {
                "Each unit has a bias, as long as use_bias is True.": (outputs, inputs * units),
                "With use_bias=False there is no bias to count.": (outputs, inputs * units + units),
                "There is one bias for each unit, not one for the layer.": (
                    outputs,
                    inputs * units + use_bias,
                ),
                "There is one bias for each unit; all rows share it.": (
                    outputs,
                    inputs * units + bias * values // inputs,
                ),
                flat: (outputs, values * units + bias),
                flat + " All other axes keep their sizes.": ((units,), values * units + bias),
                "The count is right; the output keeps all axes but the last.": (
                    (units,),
                    inputs * units + bias,
                ),
                "The kernel has a row for each input on the last axis, not on the first.": (
                    outputs,
                    shape[0] * units + bias,
                ),
            },
            "Give a tuple: the output shape, itself a tuple, and the number of parameters.",
        )


@exercise("01.loss_from_logits")
def _loss_from_logits():
    def logistic(z):
        return 1 / (1 + np.exp(-z))

    def cross_entropy(p, y):
        return -y * np.log(p) - (1 - y) * np.log(1 - p)

    z, y = np.array([0.0, 2.0, -3.0, 1.5, -0.5]), np.array([1.0, 1.0, 1.0, 0.0, 0.0])
    right = np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z))
    yield Case(
        (z, y),
        right,
        {
            "This is the slip: the sigmoid acts twice.": cross_entropy(logistic(logistic(z)), y),
            "The labels are the wrong way round: y = 1 wants a large z.": cross_entropy(
                logistic(z), 1 - y
            ),
            "The sign is wrong: a loss is never negative here.": -right,
            "One loss for each example is wanted, not their mean.": right.mean(),
            "This is the loss for y = 1 only; y = 0 asks for log(1 + exp(z)).": np.logaddexp(0, -z),
            "The term y z is missing.": np.logaddexp(0, z),
            "The term max(z, 0) is missing.": np.log1p(np.exp(-np.abs(z))) - y * z,
            "max(z, 0) is z for positive z and 0 for the rest, which is not |z|.": np.abs(z)
            - y * z
            + np.log1p(np.exp(-np.abs(z))),
        },
        "Start from log(1 + exp(z)) - y z and put z = 0, y = 1: the loss is log 2.",
    )
    rounded = (
        "At large |z| the probability rounds to 0 or 1 and its logarithm is lost: work on z, never "
        "on the probability."
    )
    yield Case(
        (np.array([100.0, -100.0]), np.array([0.0, 1.0])),
        np.array([100.0, 100.0]),
        {"Cutting the probability off at 1e-7 cuts the loss off, too.": np.full(2, -np.log(1e-7))},
        rounded,
    )
    yield Case(
        (np.array([1000.0, -1000.0, 1000.0]), np.array([1.0, 0.0, 0.0])),
        np.array([0.0, 0.0, 1000.0]),
        hint="exp(1000) is more than a float can hold: let exp see -|z| only.",
    )


# --- 11_mnist_cnn ---


@exercise("11.error_rate")
def _error_rate():
    random = np.random.default_rng(11)
    for pictures, digits in ((6, 3), (10, 10), (8, 10)):
        scores = random.normal(size=(pictures, digits)).round(1)
        labels = np.array([max(range(digits), key=row.__getitem__) for row in scores])
        misread = np.arange(pictures) % 4 == 1
        labels[misread] = (labels[misread] + 1) % digits
        wrong = sum(misread.tolist())
        mistakes = {
            "This is the accuracy; the error rate is what is missing to 1.": 1 - wrong / pictures,
            "This counts the misread pictures; divide by how many pictures there are.": wrong,
            "This is in per cent; a fraction between 0 and 1 is wanted.": 100 * wrong / pictures,
            "A misread picture counts once, however far apart the two digits are.": np.mean(
                np.abs(scores.argmax(axis=1) - labels)
            ),
            "Divide by the number of pictures, not by the number of scores in a row.": (
                wrong / digits
            ),
            "The digit is where a row's score is highest, not lowest.": np.mean(
                scores.argmin(axis=1) != labels
            ),
            "This looks for one highest score in the whole table; look in each row (axis 1).": (
                np.mean(scores.argmax() != labels)
            ),
        }
        if pictures == digits:
            hint = "Look for the highest score in each row (axis 1): a row is a picture."
            mistakes[hint] = np.mean(scores.argmax(axis=0) != labels)
        yield Case(
            (labels, scores),
            wrong / pictures,
            {hint: value for hint, value in mistakes.items() if value != wrong / pictures},
            "The digit that was read is the place of the highest score in a row (axis 1).",
        )


@exercise("11.recall")
def _recall():
    for confusion in (
        [[8, 2], [3, 2]],
        [[5, 0, 0], [3, 6, 1], [0, 2, 18]],
        [[9, 0, 1, 0], [0, 4, 0, 0], [2, 1, 7, 2], [2, 0, 1, 1]],
    ):
        columns = list(zip(*confusion))
        right = np.array([row[i] for i, row in enumerate(confusion)], float)
        written, read = np.array([*map(sum, confusion)]), np.array([*map(sum, columns)])
        yield Case(
            (np.array(confusion),),
            right / written,
            {
                "This divides by the columns: it is the precision, how often a digit that was "
                "read was also written. Divide by the rows.": right / read,
                "This divides by all pictures; divide by those of the digit, the sum of its row.": (
                    right / written.sum()
                ),
                "This is the fraction misread; 1 minus it is wanted.": 1 - right / written,
                "This gives every entry's share of its row; only those on the diagonal were read "
                "right.": np.array(confusion) / written[:, None],
                "This is the accuracy over all digits; one number for each digit is wanted.": (
                    right.sum() / written.sum()
                ),
                "This counts them; divide by how many of that digit were written.": right,
                "In each row the entry on the diagonal counts, not the largest.": (
                    np.max(confusion, axis=1) / written
                ),
            },
            "Divide the diagonal, the digits read right, by the sums of the rows.",
        )
