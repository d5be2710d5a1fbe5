"""The checks behind "Try it": `check("09.output_size", output_size)`.

A check calls the answer on several inputs and compares what comes out. It knows nothing of how the
answer is written, takes arrays of any backend, and says what is wrong with *this* answer: the
input, what came out, what was wanted, and a hint at the likely mistake.

To add an exercise, write a function that yields what the answer must give, under `@exercise`.
"""

import inspect
import math
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
        mistakes: hint → what an answer with that mistake gives for these inputs. One that gives
            what is wanted here does no harm: hints are looked up for wrong answers alone.
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
            mistakes,
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


# --- 04_optimizers ---


@exercise("04.weight_of_step")
def _weight_of_step():
    for k, t, alpha in ((5, 5, 0.9), (1, 1, 0.5), (1, 4, 0.9), (3, 7, 0.8), (2, 100, 0.99)):
        # From the definition: the answer is linear in the gradients, so ask it what one 1 gives.
        s, shares = 0.0, {}
        for step in range(1, t + 1):
            s = alpha * s + (1 - alpha) * (step == k)
            shares[step] = alpha ** (t - step) * (1 - alpha)
        wanted = s / (1 - alpha**t)
        mistakes = {
            "This is the weight in s; in the corrected s it is larger, and all weights together "
            "give 1.": s,
            "Each step contributes 1 - alpha of its gradient when it comes in.": wanted
            / (1 - alpha),
            "This is neither scaled by 1 - alpha nor corrected by 1 - alpha**t.": s / (1 - alpha),
            "The latest step weighs most: k = t has lost nothing yet.": (1 - alpha)
            * alpha**k
            / (1 - alpha**t),
            "Step k has been multiplied by alpha t - k times since it came in, not once more.": (
                wanted * alpha
            ),
            "The correction divides by 1 - alpha**t, with the latest step t.": s / (1 - alpha**k),
            "This is a plain mean; old gradients weigh less.": 1 / t,
        }
        yield Case(
            (k, t, alpha),
            wanted,
            mistakes,
            "Put a gradient of 1 at step k and 0 at all others: the weight is what the corrected "
            "s is at step t.",
        )


@exercise("04.adamw_step")
def _adamw_step():
    w, g = np.array([2.0, -1.0, 0.5]), np.array([0.3, -20.0, 0.01])
    for s, r, t, eta, decay in (
        (np.zeros(3), np.zeros(3), 1, 0.1, 0.5),
        (np.array([-0.4, 2.0, 0.03]), np.array([0.2, 9.0, 0.0004]), 7, 0.05, 0.2),
    ):
        new_s, new_r = g - 0.9 * (g - s), g**2 - 0.999 * (g**2 - r)

        def state(change, keep, s=new_s, r=new_r):
            return keep * w + change, s, r

        keep = 1 - eta * decay
        up, down = new_s / (1 - 0.9**t), np.sqrt(new_r / (1 - 0.999**t))
        h = g + decay * w
        l2 = g * 0 + 0.9 * s + 0.1 * h, 0.999 * r + 0.001 * h**2
        step_l2 = -eta * l2[0] / (1 - 0.9**t) / np.sqrt(l2[1] / (1 - 0.999**t))
        mistakes = {
            "The decay went into the gradient: that is L2, and Adam divides it away.": state(
                step_l2, 1, *l2
            ),
            "The decay is missing.": state(-eta * up / down, 1),
            "The decay is eta times weight_decay: with a small step little is lost.": state(
                -eta * up / down, 1 - decay
            ),
            "The bias correction is missing: divide s by 1 - 0.9**t and r by 1 - 0.999**t.": state(
                -eta * new_s / np.sqrt(new_r), keep
            ),
            "The corrected r stands under a root.": state(-eta * up / down**2, keep),
            "The step uses the new s, not the gradient alone: that would be RMSprop.": state(
                -eta * g / down, keep
            ),
            "Give back the running s and r; the corrected ones are for this step only.": state(
                -eta * up / down, keep, up, down**2
            ),
            "The step goes down: minus eta.": state(eta * up / down, keep),
        }
        yield Case(
            (w, g, s, r, t, eta, decay),
            state(-eta * up / down, keep),
            mistakes,
            "Give a tuple (w, s, r): first the new s and r, then the step with both corrected, and "
            "the old w times 1 - eta * weight_decay.",
        )


# --- 05_batch_normalization ---


@exercise("05.batch_norm")
def _batch_norm():
    random = np.random.default_rng(5)
    for shape, epsilon in (((2, 1, 2, 2), 0.5), ((3, 2, 1, 3), 0.01), ((2, 3, 2, 1), 2.0)):
        x = random.integers(-4, 9, size=shape).astype(float)
        gamma = np.array([2.0, -1.0, 0.5])[: shape[-1]]
        beta = np.array([0.5, 3.0, -2.0])[: shape[-1]]
        wanted = np.empty(shape)
        for channel in range(shape[-1]):  # each channel as a plain list of numbers
            values = x[..., channel].ravel().tolist()
            mu = sum(values) / len(values)
            variance = sum(value * value for value in values) / len(values) - mu * mu
            slope = gamma[channel] / (variance + epsilon) ** 0.5
            wanted[..., channel] = slope * x[..., channel] + (beta[channel] - slope * mu)
        mu, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        yield Case(
            (x, gamma, beta, epsilon),
            wanted,
            {
                "This has a mean for each pixel; a channel has one mean, over pictures, rows and "
                "columns (axes 0, 1 and 2).": _standard(x, 0, epsilon) * gamma + beta,
                "This normalises each picture by itself; the mean runs over all pictures of the "
                "batch, too.": _standard(x, (1, 2), epsilon) * gamma + beta,
                "This has one mean for all channels together; each channel has its own.": (
                    _standard(x, None, epsilon) * gamma + beta
                ),
                "This normalises each pixel over its channels (the last axis); a channel's values "
                "are normalised over the other three axes.": (
                    _standard(x, -1, epsilon) * gamma + beta
                ),
                "This variance divides by m - 1; the algorithm divides by m.": (
                    _standard(x, (0, 1, 2), epsilon, ddof=1) * gamma + beta
                ),
                "Divide by the root of the variance, not by the variance.": (
                    gamma * (x - mu) / (variance + epsilon) + beta
                ),
                "epsilon is added to the variance, under the root.": (
                    gamma * (x - mu) / (np.sqrt(variance) + epsilon) + beta
                ),
                "epsilon is missing under the root.": _standard(x, (0, 1, 2), 0.0) * gamma + beta,
                "These are the x_hat; the last line of the algorithm scales by gamma and adds "
                "beta.": _standard(x, (0, 1, 2), epsilon),
                "gamma scales x_hat alone; beta is added afterwards.": (
                    gamma * (_standard(x, (0, 1, 2), epsilon) + beta)
                ),
                "The mean has not been taken away.": gamma * x / np.sqrt(variance + epsilon) + beta,
            },
            "Mean and variance of each channel run over axes 0, 1 and 2; then come the last two "
            "lines of the algorithm.",
        )


def _standard(x, axes, epsilon, ddof=0):
    """`x` less its mean, over the root of its variance plus epsilon, along the axes."""
    mu, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True, ddof=ddof)
    return (x - mu) / np.sqrt(variance + epsilon)


@exercise("05.fold")
def _fold():
    kernels = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[2.0, 0.0, -1.0], [1.0, 4.0, 0.5]])
    for kernel, epsilon in zip(kernels, (0.5, 0.001)):
        outputs = kernel.shape[1]
        bias, gamma = np.array([1.0, -1.0, 2.0])[:outputs], np.array([2.0, 0.5, -1.0])[:outputs]
        beta, mean = np.array([3.0, 0.0, 1.0])[:outputs], np.array([-2.0, 1.5, 4.0])[:outputs]
        variance = np.array([0.5, 4.0, 1.0])[:outputs]
        folded = (kernel, bias, gamma, beta, mean, variance, epsilon)

        # The two layers together are linear: 0 gives the bias, each unit vector a kernel's row.
        new_bias = _dense_and_norm(np.zeros(2), *folded)
        new_kernel = _dense_and_norm(np.eye(2), *folded) - new_bias
        scale = gamma / np.sqrt(variance + epsilon)
        bare = gamma / np.sqrt(variance)
        mistakes = {
            "epsilon is missing under the root.": (kernel * bare, (bias - mean) * bare + beta),
            "The kernel is right; the old bias goes through the normalization, too, and is "
            "scaled.": (new_kernel, bias - mean * scale + beta),
            "The kernel is right; the old bias is lost.": (new_kernel, beta - mean * scale),
            "The kernel is right; the moving mean is lost.": (new_kernel, bias * scale + beta),
            "The kernel is right; beta is added after the scaling.": (
                new_kernel,
                (bias - mean + beta) * scale,
            ),
            "The kernel is right; the mean is taken away, not added.": (
                new_kernel,
                (bias + mean) * scale + beta,
            ),
            "The bias is right; the kernel must be scaled, too.": (kernel, new_bias),
            "Divide by the root of the variance, not by the variance.": (
                kernel * gamma / (variance + epsilon),
                (bias - mean) * gamma / (variance + epsilon) + beta,
            ),
            "The order is kernel, then bias.": (new_bias, new_kernel),
        }
        if outputs == len(kernel):
            hint = "Each output has its scale, and an output is a column of the kernel, not a row."
            mistakes[hint] = (kernel * scale[:, None], new_bias)
        yield Case(
            folded,
            (new_kernel, new_bias),
            mistakes,
            "Give a tuple, kernel and bias: write y = gamma (h W + b - mean) / root + beta and "
            "sort what multiplies h from what does not.",
        )


def _dense_and_norm(h, kernel, bias, gamma, beta, mean, variance, epsilon):
    """What a Dense layer and the normalization behind it give in inference."""
    return gamma * (h @ kernel + bias - mean) / np.sqrt(variance + epsilon) + beta


# --- 02_activations ---


@exercise("02.leaky_relu")
def _leaky_relu():
    for z, slope in (
        (np.array([-3.0, -1.0, 0.0, 0.5, 2.0]), 0.1),
        (np.array([[4.0, -2.0], [-0.5, 1.0]]), 0.3),
        (np.array([-2.0, -0.5, 0.25, 3.0]), 1.5),
        (np.array([-2.0, 3.0]), 0.0),
    ):
        positive, negative = np.clip(z, 0, None), np.clip(z, None, 0)
        mistakes = {
            "This is ReLU: negative values must keep slope times z.": positive,
            "Above slope 1, slope times a negative z lies below z, so the maximum takes z; decide "
            "by the sign of z.": np.maximum(slope * z, z),
            "The slope belongs to the negative side; positive values stay what they are.": (
                slope * positive + negative
            ),
            "Negative values keep their sign.": positive - slope * negative,
            "On the negative side the value is slope times z, not the slope itself.": np.where(
                z > 0, z, slope
            ),
            "This is the derivative; the function's value is wanted.": np.where(z > 0, 1.0, slope),
        }
        right = positive + slope * negative
        yield Case(
            (z, slope),
            right,
            mistakes,
            "Positive values stay; all others are multiplied by the slope.",
        )


@exercise("02.dead_units")
def _dead_units():
    for x, W, b in (
        (
            np.array([[3.0, 0.0], [3.0, 0.0], [3.0, 1.0], [0.0, 1.0]]),
            np.array([[0.0, -3.0, 1.0, -3.0, 0.0, 3.0], [1.0, 3.0, -2.0, 3.0, -2.0, 2.0]]),
            np.array([-2.0, -4.0, -3.0, 1.0, -4.0, -3.0]),
        ),
        (
            np.array([[2.0, 1.0], [1.0, 3.0], [4.0, 0.0], [0.0, 1.0]]),
            np.array([[-1.0, 1.0, -2.0, 0.0], [0.0, -5.0, -1.0, 0.0]]),
            np.array([0.0, -4.0, 6.0, 0.0]),
        ),
    ):
        z = np.array([[sum(row * column) for column in W.T] for row in x])
        largest = (z + b).max(axis=0)  # over the pictures
        right = sum(value <= 0 for value in largest)
        outputs = np.maximum(0, z + b)
        mistakes = {
            "Without the bias these are other units: the bias is what kills.": (
                z.max(axis=0) <= 0
            ).sum(),
            "This counts units that are 0 for some picture; dead means 0 for every one.": (
                (outputs == 0).any(axis=0).sum()
            ),
            "This counts zeros in the table of outputs; count units, the columns of zeros.": (
                (outputs == 0).sum()
            ),
            "This looks for pictures that no unit answers (axis 1); a unit is a column.": (
                (outputs == 0).all(axis=1).sum()
            ),
            "These are the units that live; count the others.": len(b) - right,
            "A unit whose z is exactly 0 puts out 0, too.": (largest < 0).sum(),
            "The number of dead units is wanted, not their share.": right / len(b),
            "A negative mean is not enough: one picture with z > 0 keeps a unit alive.": (
                ((z + b).mean(axis=0) <= 0).sum()
            ),
        }
        yield Case(
            (x, W, b),
            right,
            mistakes,
            "Compute z = x W + b; a unit is dead if its column has no value above 0.",
        )


# --- 06_dropout ---


@exercise("06.dropout")
def _dropout():
    random = np.random.default_rng(6)
    for shape, p in (((8,), 0.25), ((3, 4), 0.5), ((2, 5), 0.8)):
        x = random.integers(1, 10, size=shape).astype(float)
        uniform = random.uniform(size=shape).round(2)
        flat = zip(x.ravel(), uniform.ravel())
        wanted = np.reshape([0.0 if u < p else value / (1 - p) for value, u in flat], shape)
        on, off = uniform >= p, uniform < p
        off_for_all = np.broadcast_to(uniform.reshape(-1, shape[-1])[0] < p, shape)
        yield Case(
            (x, uniform, p, True),
            wanted,
            {
                "Without scaling the next layer receives too little: divide by 1 - p.": x * on,
                "This divides by p; the share of the neurons that stay on is 1 - p.": x * on / p,
                "This multiplies by 1 - p and shrinks the output further; divide by it.": (
                    x * on * (1 - p)
                ),
                "The mask is the wrong way round: off where the number is below p.": (
                    x * off / (1 - p)
                ),
                "The mask is the wrong way round, and so is the scaling.": x * off / p,
                "Divide by the probability 1 - p, not by the share that happened to stay on.": (
                    x * on / max(on.mean(), 1e-9)
                ),
                "Each example has a mask of its own, not that of the first row.": np.where(
                    off_for_all, 0, x / (1 - p)
                ),
                "This leaves every neuron on; with training=True the mask acts.": x,
            },
            "A neuron is off where its uniform number is below p; the others are divided by 1 - p.",
        )
        yield Case(
            (x, uniform, p, False),
            x,
            {
                "At inference nothing is dropped.": wanted,
                "At inference nothing is scaled either: the division while training has seen to "
                "that.": x * (1 - p),
                "At inference nothing is divided: all neurons are on.": x / (1 - p),
                "At inference nothing is dropped and nothing is scaled.": x * on,
            },
            "With training=False the output is x.",
        )


@exercise("06.inference_weights")
def _inference_weights():
    random = np.random.default_rng(66)
    for inputs, units, p in ((2, 3, 0.5), (3, 2, 0.2), (4, 1, 0.75)):
        kernel = random.integers(-9, 10, size=(inputs, units)).astype(float)
        bias = random.integers(1, 10, size=units).astype(float)
        # All masks with their probabilities give the expected input of the layer, without scaling.
        masks = np.array(list(np.ndindex((2,) * inputs)))
        likely = np.prod(np.where(masks, 1 - p, p), axis=1)
        means = np.array([likely @ (masks[:, i : i + 1] * kernel[i]) for i in range(inputs)])
        yield Case(
            (kernel, bias, p),
            (means, bias),
            {
                "The bias is not dropped while training, so it stays as it is.": (
                    kernel * (1 - p),
                    bias * (1 - p),
                ),
                "p is the probability of being off; 1 - p of the inputs came through.": (
                    kernel * p,
                    bias,
                ),
                "Dividing is right while training; at inference all inputs are on, so each weight "
                "must count less.": (kernel / (1 - p), bias),
                "Without scaling the layer receives more than it did while training.": (
                    kernel,
                    bias,
                ),
                "This scales the bias and leaves the kernel; it is the other way round.": (
                    kernel,
                    bias * (1 - p),
                ),
            },
            "Give the pair (kernel, bias): the layer's expected output must be the one that it had "
            "while training.",
        )


# --- 03_initialization ---


@exercise("03.glorot_limit")
def _glorot_limit():
    for n_in, n_out in ((3, 3), (784, 100), (20, 1000)):
        right = 6**0.5 * (n_in + n_out) ** -0.5
        sigma = right / 3**0.5
        yield Case(
            (n_in, n_out),
            right,
            {
                "This is the standard deviation; a uniform distribution with it reaches √3 times "
                "as far.": sigma,
                "This is the variance; take its root, times √3.": sigma**2,
                "The root is missing.": right**2,
                "This is He's limit: Glorot adds inputs and outputs.": (6 / n_in) ** 0.5,
                "This has the outputs alone: Glorot adds inputs and outputs.": (6 / n_out) ** 0.5,
                "Inputs and outputs are added, not multiplied.": (6 / (n_in * n_out)) ** 0.5,
                "The variance is 2 / (n_in + n_out), one over the mean of both numbers.": (
                    right / 2**0.5
                ),
                "From -r to r the width is 2 r: r is half of that.": 2 * right,
            },
            "On [-r, r] the uniform variance is r² / 3, and Glorot's is 2 / (n_in + n_out).",
        )


@exercise("03.he_std")
def _he_std():
    for shape in ((784, 100), (3, 3, 8, 16), (5, 5, 1, 32), (3, 16, 4)):
        inputs, outputs = 1, shape[-1]
        for size in shape[:-1]:
            inputs *= size
        right = 2**0.5 * inputs**-0.5
        mistakes = {
            "He counts the inputs of a unit, not its layer's units.": (2 / outputs) ** 0.5,
            "A unit reads all of its patch in all channels: multiply all sizes but the last.": (
                (2 / shape[-2]) ** 0.5
            ),
            "The first size alone is not what a unit reads: multiply all sizes but the last.": (
                (2 / shape[0]) ** 0.5
            ),
            "The channels are missing: a unit reads its patch in all of them.": (
                (2 * shape[-2] / inputs) ** 0.5
            ),
            "This is the variance; its root is wanted.": 2 / inputs,
            "This is 1 / n, without He's factor 2 for the ReLU.": inputs**-0.5,
            "This is the limit of the uniform distribution, not the standard deviation.": (
                (6 / inputs) ** 0.5
            ),
            "This is Glorot's: He leaves the outputs out.": (2 / (inputs + outputs)) ** 0.5,
            "The filters are not inputs: multiply all sizes but the last.": (
                (2 / (inputs * outputs)) ** 0.5
            ),
            "This is what Keras draws from before it cuts the tails off; the standard deviation "
            "after that is wanted.": right / 0.8796256610342398,
        }
        yield Case(
            (shape,),
            right,
            mistakes,
            "The variance is 2 / n, and n is how many numbers one unit reads.",
        )


@exercise("03.variance_after")
def _variance_after():
    for depth, n, variance in ((3, 50, 0.03), (2, 100, 0.02), (1, 100, 0.01), (10, 20, 0.12)):
        factor = n * variance
        right = factor
        for _ in range(depth - 1):
            right *= factor / 2
        mistakes = {
            "No ReLU stands in front of the first layer: its inputs are whole.": (
                (factor / 2) ** depth
            ),
            "Each ReLU halves what enters the next layer.": factor**depth,
            "That is one layer too many.": right * factor / 2,
            "Half of the inputs are 0, each layer anew: the 1/2 is multiplied once for every "
            "ReLU.": (factor**depth / 2),
            "The first layer multiplies, too.": (factor / 2) ** (depth - 1),
            "The layers multiply, they do not add.": factor + (depth - 1) * factor / 2,
            "This is the standard deviation; the variance is wanted.": right**0.5,
            "The variance of a sum of n terms is n times as large, not n².": (
                (n * factor) ** depth / 2 ** (depth - 1)
            ),
        }
        yield Case(
            (depth, n, variance),
            right,
            mistakes,
            "The first layer multiplies by n Var(w), every later one by n Var(w) / 2.",
        )


# --- 07_early_stopping ---


@exercise("07.stopping_epoch")
def _stopping_epoch():
    def run(accuracies, patience, delta, ties=False, neighbours=False):
        """The rule, or with a tie or a rise since the epoch before taken for an improvement."""
        best, best_epoch = -1.0, 0
        for epoch, accuracy in enumerate(accuracies, 1):
            if accuracy > best + delta or (ties and accuracy == best + delta):
                best, best_epoch = accuracy, epoch
            elif epoch - best_epoch >= patience:
                return epoch, best_epoch
            best = accuracy if neighbours else best
        return len(accuracies), best_epoch

    for accuracies, patience, delta in (
        ([0.50, 0.60, 0.70, 0.68, 0.72, 0.75, 0.71, 0.74, 0.73, 0.80], 2, 0.0),
        ([0.50, 0.60, 0.70, 0.68, 0.72, 0.75, 0.71, 0.74, 0.73, 0.80], 4, 0.0),
        ([0.50, 0.625, 0.625, 0.625, 0.625, 0.625, 0.625, 0.75], 3, 0.0),
        ([0.40, 0.50, 0.52, 0.54, 0.56, 0.58, 0.60], 2, 0.05),
        ([0.40, 0.50, 0.52, 0.54, 0.56, 0.58, 0.60], 3, 0.05),
        ([0.90, 0.80, 0.70, 0.60], 1, 0.0),
    ):
        # An independent reference: for each epoch, the record that counted last, by looking back.
        records = [0]
        for t, accuracy in enumerate(accuracies):
            if accuracy > accuracies[records[-1]] + delta:
                records.append(t)
        ends = [*records[1:], len(accuracies)]
        fits = (r + patience for r, end in zip(records, ends) if r + patience < end)
        stop = min(next(fits, len(accuracies) - 1), len(accuracies) - 1)
        best = max(r for r in records if r <= stop)
        negative = [1 - accuracy for accuracy in accuracies]
        yield Case(
            (accuracies, patience, delta),
            (stop + 1, best + 1),
            {
                "Epochs count from 1 here, not from 0 as in Keras.": (stop, best),
                "Of accuracies the larger one is better.": run(negative, patience, delta),
                "This stops one epoch late: patience 1 stops at the first epoch that is no "
                "better.": run(accuracies, patience + 1, delta),
                "min_delta is left out: an improvement must be larger than it.": run(
                    accuracies, patience, 0
                ),
                "An epoch that only equals the best one is no improvement.": run(
                    accuracies, patience, delta, ties=True
                ),
                "Compare with the best accuracy so far, not with that of the epoch before.": run(
                    accuracies, patience, delta, neighbours=True
                ),
                "The order is: first the epoch after which training stops, then the best one.": (
                    best + 1,
                    stop + 1,
                ),
                "The best epoch is the best of those before training stopped, and only if "
                "min_delta let it count.": (stop + 1, int(np.argmax(accuracies)) + 1),
            },
            "Keep the best accuracy and its epoch; stop when the epoch lies `patience` behind it.",
        )


@exercise("07.smallest_patience")
def _smallest_patience():
    def kept(losses, patience):
        best = 0
        for epoch, loss in enumerate(losses):
            if loss < losses[best]:
                best = epoch
            elif epoch - best >= patience:
                break
        return best

    for losses in (
        [0.9, 0.5, 0.6, 0.7, 0.55, 0.4, 0.45, 0.3, 0.35, 0.36, 0.37, 0.38, 0.39],
        [0.9, 0.6, 0.5, 0.52, 0.49, 0.45, 0.48, 0.47, 0.46, 0.5],
        [0.5, 0.8, 0.7, 0.6, 0.4, 0.42, 0.41, 0.39, 0.43],
        [0.8, 0.7, 0.6, 0.5],
        [0.3, 0.4, 0.5, 0.6, 0.7],
    ):
        lowest = losses.index(min(losses))
        wanted = next(p for p in range(1, 99) if kept(losses, p) == lowest)
        rises = "".join("01"[b > a] for a, b in zip(losses, losses[1:]))[:lowest]
        longest = max(map(len, rises.split("0")))
        records = [t for t, loss in enumerate(losses) if loss == min(losses[: t + 1])]
        gaps = [b - a for a, b in zip(records, [*records[1:], len(losses)])]
        yield Case(
            (losses,),
            wanted,
            {
                "With this patience training stops one epoch before the improvement comes.": (
                    wanted - 1
                ),
                "One less is enough: an improvement in the very epoch where patience would run out "
                "still counts.": wanted + 1,
                "What comes after the lowest loss does not matter: it has been found.": max(gaps),
                "This is the wait from the first epoch to the lowest loss; patience starts anew "
                "with every improvement.": lowest,
                "This is the epoch of the lowest loss; patience starts anew with every "
                "improvement.": lowest + 1,
                "A loss that falls is no improvement while it is above the best one.": max(
                    longest, 1
                ),
                "Patience cannot be smaller than 1 epoch.": 0,
            },
            "Look for the longest wait from one improvement to the next, up to the lowest loss.",
        )


# --- 08_skip_connections ---


@exercise("08.gradient_through")
def _gradient_through():
    random = np.random.default_rng(8)
    for blocks, size in ((1, 2), (2, 2), (3, 3)):
        tables = [random.integers(-2, 3, size=(size, size)).astype(float) for _ in range(blocks)]
        tables[0][0, 1] = tables[0][1, 0] + 1  # never symmetric
        at_the_end = random.integers(1, 5, size=size).astype(float)

        def through(tables, identity=1, last=at_the_end):
            whole = np.eye(len(last))
            for table in tables:
                whole = whole @ (table + identity * np.eye(len(last)))
            return whole @ last

        wanted = through(tables)
        plain = through(tables, identity=0)
        mistakes = {
            "This is a plain network: the way over the shortcuts is missing.": plain,
            "The shortcut counts once in each block, not once for the whole network.": plain
            + at_the_end,
            "The gradient comes from the end: it meets the last block's table first.": through(
                tables[::-1]
            ),
            "Row i says how F changes with x_i, so the table stands on the left: dF_dx @ dL_dH.": (
                through([table.T for table in tables])
            ),
            "Both ways count: through F and over the shortcut.": at_the_end,
            "The shortcut adds the gradient at H, not a 1 to each value.": _with_ones(
                tables, at_the_end
            ),
        }
        yield Case(
            (tables, at_the_end),
            wanted,
            mistakes,
            "From the last block to the first, make the gradient dF_dx @ gradient + gradient.",
        )


def _with_ones(tables, gradient):
    for table in reversed(tables):
        gradient = table @ gradient + 1
    return gradient


@exercise("08.densenet")
def _densenet():
    for k0, k, layers in ((16, 12, 2), (64, 32, 6), (3, 8, 4), (10, 4, 1)):
        channels = [k0]
        for _ in range(layers):
            channels.append(channels[-1] + k)
        reads, after = channels[:-1], channels[-1]
        kernels = 3 * 3 * k * sum(reads)
        mistakes = {
            "The biases are missing: k in each layer.": (after, kernels),
            "A layer reads all channels so far, not those of the block's input alone.": (
                after,
                layers * (9 * k0 * k + k),
            ),
            "A layer reads the channels before it; its own k come after.": (
                after,
                9 * k * sum(channels[1:]) + layers * k,
            ),
            "The input's channels stay there: k0 is part of the sum.": (
                layers * k,
                kernels + layers * k,
            ),
            "Concatenating adds up channels; ResNet's addition would keep their number.": (
                k0,
                kernels + layers * k,
            ),
            "The new channels stand beside k0 + (L - 1) k older ones: L layers bring L k.": (
                after - k,
                kernels + layers * k,
            ),
            "Each layer has k filters; all channels so far are its input only.": (
                after,
                sum(9 * n * (n + k) + n + k for n in reads),
            ),
            "A 3 × 3 kernel has nine weights for each input channel and filter.": (
                after,
                k * sum(reads) + layers * k,
            ),
            "One bias for each filter: k in each layer.": (after, kernels + layers),
            "This counts the last layer alone.": (after, 9 * reads[-1] * k + k),
        }
        wanted = (after, kernels + layers * k)
        yield Case(
            (k0, k, layers),
            wanted,
            mistakes,
            "Give a tuple (channels, parameters): layer 1 reads k0 channels, layer 2 reads k0 + k, "
            "and each has k filters.",
        )


# --- 10_pooling ---


@exercise("10.parameters")
def _parameters():
    for n, kernel_size, filters, pool_size, classes in (
        (28, 3, 16, 2, 10), (28, 5, 8, 3, 10), (12, 3, 4, 1, 3), (11, 4, 6, 3, 2)
    ):  # fmt: skip
        places = len(range(kernel_size - 1, n))  # where the kernel ends
        kept = len(range(pool_size - 1, places, pool_size))  # where a window ends
        padded = len(range(0, n, pool_size))
        started = len(range(0, places, pool_size))
        convolution = (kernel_size**2 + 1) * filters
        wanted = convolution + (kept**2 * filters + 1) * classes
        mistakes = {
            "Pooling is missing: the dense layer reads the pooled features.": convolution
            + (places**2 * filters + 1) * classes,
            "Without padding the kernel has fewer than n places along a side.": convolution
            + ((n // pool_size) ** 2 * filters + 1) * classes,
            "A window that sticks out is left out: the division rounds down.": convolution
            + (started**2 * filters + 1) * classes,
            "Each filter and each class has a bias.": kernel_size**2 * filters
            + kept**2 * filters * classes,
            "The convolution's parameters are missing.": (kept**2 * filters + 1) * classes,
            "The biases of the dense layer are missing.": wanted - classes,
            "The biases of the convolution are missing.": wanted - filters,
            "A window spans rows and columns: both become fewer.": convolution
            + (places * (places // pool_size) * filters + 1) * classes,
            "Flatten gives the numbers of all feature maps, not of one.": convolution
            + (kept**2 + 1) * classes,
            "The kernel has kernel_size rows and kernel_size columns.": wanted
            - (kernel_size**2 - kernel_size) * filters,
            "The picture's places are padded here; Conv2D pads nothing by default.": convolution
            + (padded**2 * filters + 1) * classes,
        }
        yield Case(
            (n, kernel_size, filters, pool_size, classes),
            wanted,
            mistakes,
            "First the side of the feature map, then that of the pooled one; the dense layer has "
            "a weight for each pooled number and class.",
        )


@exercise("10.backwards")
def _backwards():
    random = np.random.default_rng(10)
    for rows, columns in ((1, 1), (2, 2), (2, 3)):
        z = random.permutation(4 * rows * columns).reshape(2 * rows, 2 * columns) - 6.0
        gradient = random.permutation(rows * columns).reshape(rows, columns) * 2.0 - 5
        wanted, least, everywhere = np.zeros_like(z), np.zeros_like(z), np.zeros_like(z)
        for (i, j), slope in np.ndenumerate(gradient):
            window = z[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            for found, place in ((wanted, window.argmax()), (least, window.argmin())):
                row, column = divmod(int(place), 2)
                found[2 * i + row, 2 * j + column] = slope
            everywhere[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = slope
        yield Case(
            (z, gradient),
            wanted,
            {
                "A response below the maximum may grow a little and nothing happens: its gradient "
                "is 0.": everywhere,
                "This is the way back through mean pooling: each response gets a quarter.": (
                    everywhere / 4
                ),
                "This marks the maxima; each passes on the gradient of its window.": (
                    wanted != 0
                ).astype(float),
                "This sends the gradient to the smallest response of the window.": least,
                "The maximum passes its window's gradient on as it is, not times its own value.": (
                    wanted * z
                ),
                "These are the maxima themselves; the gradient goes to their places.": np.where(
                    wanted != 0, z, 0
                ),
            },
            "In each window the largest response gets the window's gradient, the other three 0.",
        )


# --- 14_object_detection ---


@exercise("14.encode")
def _encode():
    for anchor, offsets in (
        ((0.5, 0.5, 0.4, 0.2), (2.0, -1.0, 3.0, -2.0)),
        ((0.25, 0.75, 0.2, 0.6), (-3.0, 0.5, -1.0, 4.0)),
        ((0.5, 0.5, 0.5, 0.5), (0.0, 0.0, 0.0, 0.0)),
    ):
        y_a, x_a, h_a, w_a = anchor
        t_y, t_x, t_h, t_w = offsets
        y, x = y_a + t_y * h_a / 10, x_a + t_x * w_a / 10
        h, w = h_a * np.exp(t_h / 5), w_a * np.exp(t_w / 5)
        box = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
        scale = np.array([10, 10, 5, 5])
        corner = (10 * (y - h / 2 - y_a) / h_a, 10 * (x - w / 2 - x_a) / w_a)
        mistakes = {
            "The offsets are of the box's centre, not of its upper left corner.": (
                *corner,
                *offsets[2:],
            ),
            "Decoding divides by 10 and 5, so encoding multiplies by them.": offsets / scale,
            "Decoding divides by 10 and 5; encoding multiplies instead of dividing again.": (
                offsets / scale**2
            ),
            "The order is y, x, height, width.": (t_x, t_y, t_w, t_h),
            "Decoding takes the exponential of h and w, so encoding takes the logarithm.": (
                *offsets[:2],
                5 * h / h_a,
                5 * w / w_a,
            ),
            "The logarithm is of box over anchor, not of anchor over box.": (t_y, t_x, -t_h, -t_w),
            "The way of the centre is measured in anchor sizes: divide by h_a and w_a.": (
                t_y * h_a,
                t_x * w_a,
                *offsets[2:],
            ),
            "Divide by the anchor's height and width, not by the box's.": (
                t_y * h_a / h,
                t_x * w_a / w,
                *offsets[2:],
            ),
            "The way goes from the anchor to the box, not back.": (-t_y, -t_x, *offsets[2:]),
        }
        mistakes = {hint: np.array(value) for hint, value in mistakes.items()}
        yield Case(
            (box, np.array(anchor)),
            np.array(offsets),
            mistakes,
            "Solve each of the four decoding equations for its t.",
        )


@exercise("14.average_precision")
def _average_precision():
    for scores, right, objects in (
        ([0.9, 0.8, 0.7, 0.6, 0.5], [1, 0, 1, 0, 0], 2),
        ([0.3, 0.95, 0.6, 0.2, 0.8], [1, 0, 1, 0, 1], 4),
        ([0.4, 0.7, 0.6], [1, 1, 1], 3),
        ([0.9, 0.6], [0, 0], 3),
    ):
        scores, right = np.array(scores), np.array(right)
        at_least = scores >= scores[:, None]  # row i: the answers down to the score of answer i
        precision = (at_least @ right) / at_least.sum(axis=1)
        at_most = scores <= scores[:, None]
        backwards = (at_most @ right) / at_most.sum(axis=1)
        unsorted = np.cumsum(right) / np.arange(1, len(right) + 1)
        wanted = precision @ right / objects
        mistakes = {
            "The answers must be sorted by their scores first.": unsorted @ right / objects,
            "Sort from the highest score to the lowest.": backwards @ right / objects,
            "Divide by the labelled objects, so that a missed one counts as zero.": (
                precision @ right / max(right.sum(), 1)
            ),
            "Only right answers count: leave out the precision at wrong ones.": precision.mean(),
            "This adds up the precision at wrong answers too.": precision.sum() / objects,
            "This is the precision of all answers; average over the right ones.": right.mean(),
            "This is the recall of all answers.": right.sum() / objects,
        }
        yield Case(
            (scores, right, objects),
            wanted,
            mistakes,
            "Add up the precision at each right answer, from the highest score on, and divide by "
            "the number of objects.",
        )


# --- 12_data_augmentation ---


@exercise("12.color_shift")
def _color_shift():
    picture = np.array([[[0, 128, 255], [10, 20, 30]], [[250, 100, 5], [200, 0, 60]]], np.uint8)
    for shifts in ((20, 0, -40), (0, 7, 0), (-30, 200, 10)):
        wanted = np.zeros_like(picture)
        for channel, shift in enumerate(shifts):
            table = [min(max(value + shift, 0), 255) for value in range(256)]
            wanted[..., channel] = np.array(table)[picture[..., channel]]
        added = picture.astype(int) + shifts
        mistakes = {
            "A uint8 has no 256: 250 + 20 starts again at 14. Make it an int before you add.": (
                added % 256
            ),
            "Values below 0 or above 255 are no colours: keep them at the end of the range.": added,
            "Below 0 is kept at 0; keep above 255 at 255 as well.": np.maximum(added, 0),
            "Above 255 is kept at 255; keep below 0 at 0 as well.": np.minimum(added, 255),
            "The shifts come in the order red, green, blue.": np.clip(
                picture.astype(int) + shifts[::-1], 0, 255
            ),
            "Each channel has a shift of its own; this adds their sum.": np.clip(
                picture.astype(int) + sum(shifts), 0, 255
            ),
            "This scales the values back into the range; a shift leaves the others as they are.": (
                np.clip((added - added.min()) / np.ptp(added) * 255, 0, 255)
            ),
        }
        yield Case(
            (picture, np.array(shifts)),
            wanted,
            mistakes,
            "Add each channel's shift in a type that can hold the sum, then clip to 0 and 255.",
        )


@exercise("12.flip_box")
def _flip_box():
    for (x, y, w, h), width in (((2, 1, 3, 4), 10), ((0, 5, 4, 2), 20), ((7, 0, 6, 9), 15)):
        picture = np.zeros((20, width))
        picture[y : y + h, x : x + w] = 1
        columns = np.flatnonzero(picture[:, ::-1].any(axis=0))
        wanted = (int(columns[0]), y, len(columns), h)
        mistakes = {
            "That is where the left side lands; after the flip it is the right side.": (
                (width - x, y, w, h)
            ),
            "One pixel too far left: the box x = 0 with w = width stays where it is.": (
                (width - 1 - x - w, y, w, h)
            ),
            "The flip moves the box too, unless it stands in the middle.": (x, y, w, h),
            "A horizontal flip swaps left and right; y stays.": (x, width - y - h, w, h),
            "The sizes of a box do not change sign.": (width - x, y, -w, h),
            "x is the left side of the box, not its centre.": (width - x - w / 2, y, w, h),
            "A flip changes neither width nor height.": (width - x - w, y, h, w),
        }
        yield Case(
            ((x, y, w, h), width),
            wanted,
            mistakes,
            "The right side, at x + w, becomes the left side: how far is it from the right edge?",
        )


# --- 13_transfer_learning ---


@exercise("13.top_classes")
def _top_classes():
    names = ["cat", "dog", "cup", "rocket", "palace"]
    for logits, k in (([2.0, -1.0, 3.5, 0.5, 3.0], 3), ([-4.0, -2.0, -3.0, -9.0, -2.5], 2)):
        logits = np.array(logits)
        order = [i for _, i in sorted((-z, i) for i, z in enumerate(logits))]
        p = np.exp(logits) / np.exp(logits).sum()

        def said(chosen, values):
            return [names[i] for i in chosen], values[chosen]

        best, among_best = order[:k], np.exp(logits[order[:k]]).sum()
        yield Case(
            (logits, names, k),
            said(best, p),
            {
                "These are the least probable classes.": said(order[::-1][:k], p),
                "The best comes first: turn the order around.": said(best[::-1], p),
                "These are logits; the softmax makes probabilities of them.": said(best, logits),
                "The softmax divides by the sum over all classes, not over the best alone.": said(
                    best, np.exp(logits) / among_best
                ),
                "This is the sigmoid, which takes each class by itself.": said(
                    best, 1 / (1 + np.exp(-logits))
                ),
                "These are the first probabilities, not those of the names.": (
                    [names[i] for i in best],
                    p[:k],
                ),
                "Names are wanted, not the places where they stand.": (np.array(best), p[best]),
            },
            "Give a list of names and a list of their probabilities, the most probable first.",
        )


@exercise("13.nearest_mean")
def _nearest_mean():
    random = np.random.default_rng(13)
    for names, size in (((7, 1, 4), 3), ((2, 5), 2)):
        labels = random.permutation(np.repeat(names, (2, 5, 3)[: len(names)]))
        centres = {name: random.normal(0, 2, size) + 3 for name in names}
        features = np.stack([centres[c] + random.normal(0, 2, size) for c in labels]).round(1)
        new = random.normal(3, 3, (8, size)).round(1)
        means = {c: features[labels == c].mean(axis=0) for c in sorted(names)}

        def nearest(distance, points=means, new=new):
            away = [[distance(x, point) for point in points.values()] for x in new]
            return np.array(list(points))[np.argmin(away, axis=1)]

        def length(x, y):
            return np.sqrt(np.sum((x - y) ** 2))

        wanted = nearest(length)
        one = nearest(length, dict(enumerate(features)))
        mistakes = {
            "This is the number of the mean; the class is wanted.": np.searchsorted(
                sorted(names), wanted
            ),
            "This is the class of the nearest single picture; take the means.": labels[one],
            "These are the farthest means.": nearest(lambda x, y: -length(x, y)),
            "A large product is no small distance: a long mean would win everywhere.": nearest(
                lambda x, y: -np.dot(x, y)
            ),
            "A class with many pictures needs a mean, not a sum.": nearest(
                length, {c: features[labels == c].sum(axis=0) for c in sorted(names)}
            ),
        }
        yield Case(
            (features, labels, new),
            wanted,
            mistakes,
            "For each row of new, find the class whose mean lies nearest, by Euclidean distance.",
        )


# --- 15_hyperparameter_tuning ---


@exercise("15.random_trials")
def _random_trials():
    for share, confidence in ((0.05, 0.95), (0.5, 0.7), (0.01, 0.5), (0.2, 0.99)):
        wanted = 1
        while 1 - (1 - share) ** wanted < confidence:
            wanted += 1
        log_hit, log_miss = math.log(share), math.log(1 - share)
        exact = math.log(1 - confidence) / log_miss
        mistakes = {
            "Round up: with fewer trials the probability is still too small.": wanted - 1,
            "That many trials hit once on average; often enough they miss all the same.": (
                math.ceil(1 / share)
            ),
            "All trials must miss: (1 - share)^n. You have all of them hit.": (
                math.ceil(math.log(1 - confidence) / log_hit)
            ),
            "All miss with probability 1 - confidence at most, not confidence.": (
                math.ceil(math.log(confidence) / log_miss)
            ),
            "Shares do not add up: two trials may hit the same part twice or miss twice.": (
                math.ceil(confidence / share)
            ),
            "A whole number of trials is wanted: round up.": exact,
        }
        yield Case(
            (share, confidence),
            wanted,
            mistakes,
            "All n trials miss with probability (1 - share)^n; make that 1 - confidence at most.",
        )


# --- 16_devices ---


@exercise("16.combine")
def _combine():
    for sizes in ((32, 32), (48, 16), (1, 2, 5)):
        gradients = [np.array([[1.0, -2.0], [0.5, 3.0]]) * (i + 1) ** 2 for i in range(len(sizes))]
        added = sum(n * g for n, g in zip(sizes, gradients))
        wanted = added / sum(sizes)
        mistakes = {
            "This counts all workers alike; one with more examples must count more.": sum(gradients)
            / len(sizes),
            "The gradients are means already: divide their weighted sum by all examples.": added,
            "Divide by the number of examples, not by the number of workers.": added / len(sizes),
            "A sum of means is no mean.": sum(gradients),
            "A worker with more examples must count more, not less.": sum(
                g / n for n, g in zip(sizes, gradients)
            )
            / sum(1 / n for n in sizes),
        }
        yield Case(
            (gradients, list(sizes)),
            wanted,
            mistakes,
            "Turn each mean into a sum over its examples, add the sums up, divide by all examples.",
        )


@exercise("16.largest_batch")
def _largest_batch():
    for memory, parameters, slots, numbers_out in (
        (60_000_000, 1_000_000, 2, 50_000),
        (60_000_000, 1_000_000, 0, 50_000),
        (99_999_999, 3_000_000, 1, 70_001),
        (10_000_000, 1_000_000, 2, 1_000),
    ):
        each = 4 * numbers_out

        def left(numbers, memory=memory, parameters=parameters):
            return memory - 4 * parameters * numbers

        wanted = max(0, left(2 + slots) // each)
        mistakes = {
            "Weights and gradients are both there: two numbers for each parameter.": left(1 + slots)
            // each,
            "What the optimizer keeps is missing.": left(2) // each,
            "The weights are there once, whatever the batch size.": memory
            // (4 * parameters * (2 + slots) + each),
            "This is for weights and activations alone.": left(1) // each,
            "A float32 has 4 bytes, in the weights as in the activations.": (
                memory - parameters * (2 + slots)
            )
            // numbers_out,
            "Round down: a part of an example does not fit.": -(-left(2 + slots) // each),
            "Where not even the weights fit, the answer is 0.": left(2 + slots) // each,
            "Only whole examples fit: round down.": left(2 + slots) / each,
        }
        yield Case(
            (memory, parameters, slots, numbers_out),
            wanted,
            mistakes,
            "What weights, gradients and optimizer leave free is for the activations of the batch.",
        )
