"""Two of the lecture's ways to choose hyperparameters, which no library has as the lecture does.

* Bayesian optimisation with a Gaussian process: `gaussian_process_sampler` gives a sampler for an
  Optuna study, so that the study does the rest: resuming, many workers, stopping poor trials.
* Best ball: `best_ball` tries a small grid around the present settings at each epoch, and goes on
  with the weights and the optimizer state of the winner.

Grid, random search and TPE are Optuna's own samplers; `run` runs any study. A search space is a
dictionary from names to Optuna's `FloatDistribution` and `IntDistribution`. The loss is what
becomes small.
"""

import itertools
import json
import math
import os
import sys
import warnings
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np


class Trial(NamedTuple):
    """One setting that was tried."""

    settings: dict  # name → value
    loss: float  # what it gave
    epochs: float  # what it cost


# ------------------------------------------------------------------- the space as a unit cube


def to_unit(settings, space):
    """Return settings as a point of the unit cube, log axes by their logarithm: array (d,).

    Args:
        settings: dict of d numbers, by name.
        space: dict of d distributions, by name.

    Raises:
        ValueError: `space` or `settings` is none, or `settings` lacks a name of the space.
    """
    _check_settings(settings, space)
    axes = [(np.log if d.log else float, settings[name], d) for name, d in space.items()]
    widths = [f(d.high) - f(d.low) or 1.0 for f, _, d in axes]  # an axis of one value has none
    return np.array([(f(x) - f(d.low)) / width for (f, x, d), width in zip(axes, widths)])


def from_unit(point, space):
    """Return the settings at a point of the unit cube; the inverse of `to_unit`.

    Args:
        point: d numbers; outside of [0, 1] they are clipped.
        space: as for `to_unit`. A distribution with steps gives the nearest one.

    Raises:
        ValueError: `space` is none, or `point` has not one number for each of its distributions.
    """
    _check_space(space)
    point, settings = _numbers("point", point, 1), {}
    _want(len(point) == len(space), "point", point, _count(len(space), "number"))
    for u, (name, d) in zip(np.clip(point, 0, 1), space.items()):
        x = d.low * (d.high / d.low) ** u if d.log else d.low + u * (d.high - d.low)
        if d.step:
            x = d.low + d.step * round((x - d.low) / d.step)
        settings[name] = int(x) if isinstance(d.low, int) else float(np.clip(x, d.low, d.high))
    return settings


# --------------------------------------------------------------------- Bayesian optimisation


def gaussian_process(points, losses):
    """Fit a Gaussian process with a Matérn 5/2 kernel and noise.

    Each parameter has its own length scale once there are five points for each of them; with
    fewer, one scale for all is what the points can tell.

    Args:
        points: array (n, d) in the unit cube.
        losses: array (n,).

    Returns:
        A scikit-learn `GaussianProcessRegressor`; `predict(points, return_std=True)` gives mean and
        standard deviation in the unit of the losses.

    Raises:
        ValueError: there are no finite points and as many finite losses.
    """
    points, losses = _tried(points, losses)
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    n, d = np.shape(points)
    scales = np.full(d if n >= 5 * d else 1, 0.3)
    kernel = ConstantKernel(1.0, (1e-2, 1e4)) * Matern(scales, (0.1, 4.0), nu=2.5)
    kernel += WhiteKernel(1e-4, (1e-8, 1.0))
    with warnings.catch_warnings():  # a scale at its bound is an answer, no fault
        warnings.simplefilter("ignore", ConvergenceWarning)
        return GaussianProcessRegressor(kernel, normalize_y=True).fit(points, losses)


def expected_improvement(mean, deviation, lowest):
    """Return by how much normally distributed losses undercut `lowest` on average: array (n,).

    (l - m) Φ(z) + s φ(z) with z = (l - m) / s; Jones, Schonlau and Welch 1998, equation 15.

    Args:
        mean, deviation: arrays (n,), in the unit of the loss.
        lowest: the lowest loss so far.

    Raises:
        ValueError: one of them holds what is no number.
    """
    mean, deviation = _numbers("mean", mean), _numbers("deviation", deviation)
    lowest = _numbers("lowest", lowest)
    from scipy.stats import norm

    gain = lowest - mean
    z = gain / np.maximum(deviation, 1e-12)
    return gain * norm.cdf(z) + deviation * norm.pdf(z)


def next_point(points, losses, random):
    """Return the point of the unit cube with the largest expected improvement: array (d,).

    Args:
        points: array (n, d) in the unit cube, what has been tried.
        losses: array (n,), what it gave.
        random: a NumPy `Generator`, for the candidates.

    Raises:
        ValueError: as `gaussian_process`; or `random` is no generator.
    """
    from threadpoolctl import threadpool_limits

    points, losses = _tried(points, losses)
    made = isinstance(random, np.random.Generator)
    _want(made, "random", random, "a NumPy generator, such as np.random.default_rng(0)")
    found, d = points[np.argmin(losses)], np.shape(points)[1]
    candidates = np.vstack([random.random((1000, d)), found + random.normal(0, 0.1, (300, d))])
    # On a busy machine the threads of so small a matrix wait for each other ten times as long.
    with threadpool_limits(1, "blas"):
        process, lowest = gaussian_process(points, losses), np.min(losses)
        for scale in (0.1, 0.03, 0.01, 0.003, 0.001):  # closer and closer around the best
            candidates = np.clip(np.vstack([found, candidates]), 0, 1)
            mean, deviation = process.predict(candidates, return_std=True)
            found = candidates[np.argmax(expected_improvement(mean, deviation, lowest))]
            candidates = found + random.normal(0, scale, (300, d))
    return found


def gaussian_process_sampler(space, seed=0, starts=6):
    """Return an Optuna sampler that takes the largest expected improvement of a Gaussian process.

    What it proposes depends on the seed, the trial's number and the trials before alone, so a study
    that resumes goes on as if it had never stopped. A trial that is running elsewhere, has failed
    or has diverged (a loss that is infinite) counts with the worst loss so far, so that workers do
    not crowd at one point.

    Args:
        space: dict of distributions, by name.
        seed: a whole number.
        starts: how many trials are spread evenly (Sobol's sequence) before the process takes over.

    Raises:
        TypeError: a distribution is not numeric; Optuna's TPE sampler takes categories.
        ValueError: `space` is no dictionary, or `seed` or `starts` no whole number.
    """
    import optuna
    from scipy.stats import qmc

    _want(isinstance(space, dict) and space, "space", space, SPACE)
    _want(_whole(seed, 0), "seed", seed, "a whole number from 0 on")
    _want(_whole(starts, 1), "starts", starts, "a whole number from 1 to a million")
    for name, d in space.items():
        if not hasattr(d, "low"):
            raise TypeError(f"{name!r} is a {type(d).__name__}; a Gaussian process wants numbers.")
    spread = qmc.Sobol(len(space), rng=np.random.default_rng(seed))
    spread = spread.random_base2(math.ceil(math.log2(starts)))

    class GaussianProcessSampler(optuna.samplers.BaseSampler):
        def infer_relative_search_space(self, study, trial):
            return space

        def sample_relative(self, study, trial, search_space):
            tried = [t for t in study.get_trials(deepcopy=False) if t.number < trial.number]
            tried = [t for t in tried if set(space) <= set(t.params)]
            sign = -1 if study.direction == optuna.study.StudyDirection.MAXIMIZE else 1
            losses = [math.inf if t.value is None else sign * t.value for t in tried]
            finite = [loss for loss in losses if math.isfinite(loss)]
            if trial.number < starts or not finite:
                return from_unit(spread[trial.number % len(spread)], space)
            losses = [loss if math.isfinite(loss) else max(finite) for loss in losses]
            points = np.array([to_unit(t.params, space) for t in tried])
            random = np.random.default_rng(100_000 * seed + trial.number)
            return from_unit(next_point(points, np.array(losses), random), space)

        def sample_independent(self, study, trial, name, distribution):
            raise KeyError(f"{name!r} is not in the sampler's space: {', '.join(space)}.")

    return GaussianProcessSampler()


# --------------------------------------------------------------------------- running a study


def run(study, objective, trials, epochs=1, lost_after=None):
    """Say what a study costs, then run it until `trials` of its trials are finished.

    A study whose storage keeps it (`storage`) resumes; several processes may run one study.

    Args:
        study: an Optuna study.
        objective: function of an Optuna trial that returns the loss, or raises `TrialPruned`.
        trials: how many finished trials are wanted in all, pruned ones included. Workers that
            finish at the same moment may bring a few more. A trial that fails is not replaced.
        epochs: what one trial costs at most.
        lost_after: seconds after which a trial that still runs counts as lost with its worker, and
            its settings are queued again; more than any trial takes. None: it stays as it is. A
            worker that was only slow throws its result away and goes on.

    Raises:
        ValueError: an argument is none of what is listed; no trial has run then. What `objective`
            raises, other than `TrialPruned`, comes through.
    """
    import optuna

    _want(isinstance(study, optuna.Study), "study", study, "an Optuna study")
    _want(callable(objective), "objective", objective, "a function of a trial")
    _want(_whole(trials, 0), "trials", trials, "a whole number up to a million")
    _want(_positive(epochs), "epochs", epochs, "a number above 0")
    _want(lost_after is None or _positive(lost_after), "lost_after", lost_after, "seconds")
    states = optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED

    def finished():
        return len(study.get_trials(deepcopy=False, states=states))

    left = trials - finished()
    words = f"{study.study_name}: {_count(trials, 'trial')} of {_count(epochs, 'epoch')}"
    words += f" = {_count(trials * epochs, 'epoch')}"
    print(words + (f", {max(left, 0) * epochs} of them to go" if left < trials else ""))
    if left <= 0:
        return
    line = _Progress()

    def tell(study, trial):
        best = f", lowest loss {study.best_value:.4f}" if study.best_trials else ""
        line.write(f"{study.study_name}: trial {finished()} of {trials}{best}")
        if lost_after is not None:
            retry_lost(study, lost_after)

    if lost_after is not None:
        retry_lost(study, lost_after)
    mine = {}

    def watched(trial):
        mine.update(number=trial.number, raised=None)
        try:
            return objective(trial)
        except Exception as error:
            mine["raised"] = error
            raise

    enough = optuna.study.MaxTrialsCallback(trials, states=states)
    while left > 0:
        try:
            study.optimize(watched, n_trials=left, callbacks=[tell, enough])
            break
        except Exception as error:  # Optuna has several for a trial that another worker has ended
            number, every = mine.pop("number", None), study.get_trials(deepcopy=False)
            ended = number is not None and every[number].state == optuna.trial.TrialState.FAIL
            if error is mine.get("raised") or not ended:
                raise
            line.write(f"{study.study_name}: trial {number} was slow and went to another worker")
            left = trials - finished()
    line.write("")


def retry_lost(study, seconds):
    """Give up the trials that have been running for more than `seconds`; queue their settings.

    On SQLite, workers that see a lost trial in the same moment may each queue its settings.

    Returns:
        The numbers of these trials.

    Raises:
        ValueError: `study` is no study, or `seconds` no number from 0 on.
    """
    import optuna

    _want(isinstance(study, optuna.Study), "study", study, "an Optuna study")
    _want(_positive(seconds) or seconds == 0, "seconds", seconds, "a number from 0 on")
    running, failed = optuna.trial.TrialState.RUNNING, optuna.trial.TrialState.FAIL
    limit = datetime.now() - timedelta(seconds=seconds)
    lost = []
    for trial in study.get_trials(deepcopy=False, states=(running,)):
        if trial.datetime_start > limit:
            continue
        try:
            study.tell(trial.number, state=failed)
        except (ValueError, optuna.exceptions.UpdateFinishedTrialError):
            continue  # another worker was faster
        study.enqueue_trial(trial.params, user_attrs={"again": trial.number})
        lost.append(trial.number)
    return lost


def storage(address):
    """Return the Optuna storage at an address; the same study then runs on one host or on many.

    Args:
        address: a file name, for Optuna's journal, shared by the processes of one host;
            `postgresql+psycopg://user:password@host/database`, shared by many hosts;
            `grpc://host:port`, Optuna's proxy in front of a database.

    Raises:
        ValueError: it is no address of a proxy, or a file that cannot be written. What SQLAlchemy
            says of a database, wrong address or no answer, comes through as it is.
    """
    import optuna

    _want(isinstance(address, str) and address, "address", address, "a file name or an address")
    if address.startswith("grpc://"):
        host, _, port = address.removeprefix("grpc://").rpartition(":")
        if not (host and port.isdigit()):
            raise ValueError(f"{address!r} is no address of a proxy; wanted: grpc://host:port.")
        with warnings.catch_warnings():  # Optuna marks its proxy as experimental
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return optuna.storages.GrpcStorageProxy(host=host, port=int(port))
    if "://" in address:
        return optuna.storages.RDBStorage(address)
    lock = optuna.storages.journal.JournalFileOpenLock(address)
    try:
        file = optuna.storages.journal.JournalFileBackend(address, lock_obj=lock)
        return optuna.storages.JournalStorage(file)
    except OSError as error:
        raise ValueError(f"{address} cannot be used: {error.strerror}.") from error


# -------------------------------------------------------------------------------- best ball


def neighbours(settings, space, step):
    """Return the small grid around `settings`: list of up to 3^d different dicts, itself first.

    Args:
        settings: dict of d numbers, by name.
        space: dict of d distributions, by name. What sticks out of the space is clipped.
        step: distance along each axis of the unit cube; on a log axis that is a factor.

    Raises:
        ValueError: as `to_unit`, or `step` is no number above 0.
    """
    _want(_positive(step), "step", step, "a number above 0")
    centre = to_unit(settings, space)
    moves = itertools.product((0, -step, step), repeat=len(space))
    different = {}
    for ball in [settings, *(from_unit(centre + move, space) for move in moves)]:
        different.setdefault(tuple(np.round(to_unit(ball, space), 9)), ball)
    return list(different.values())


def best_ball(model, train, start, space, rounds, step=0.1, epochs=1, seed=0, file=None):
    """Tune while training: each round, every neighbour trains on from the winner of the last.

    The winner's weights and optimizer state are copied; `model` ends with those of the last winner.
    Population based training (arXiv 1711.09846) grew out of this idea.

    Args:
        model: a compiled Keras model.
        train: function (model, settings) that trains it for `epochs` epochs and returns the loss on
            validation data.
        start: dict, the first settings. Each must be one that can change while a model trains.
        space: dict of distributions, by name.
        rounds: how many; a round costs at most 3^d × `epochs` epochs.
        step: as for `neighbours`.
        seed: all balls of a round start from the same random numbers. On JAX and PyTorch the first
            `fit` of a model draws others: train an epoch before for runs that repeat to the digit.
        file: where to keep the state (`.npz`). If it is there, training resumes from it.

    Returns:
        list of lists of `Trial`, one for each round, the winner of each first.

    Raises:
        ValueError: `start` and `space` differ in their names, an argument is none of what is
            listed, or the file is of other arguments or no file of best ball.
        FloatingPointError: no ball of a round gave a finite loss.
    """
    import keras

    _check_space(space)
    if not isinstance(start, dict) or set(start) != set(space):
        names = sorted(start) if isinstance(start, dict) else repr(start)[:60]
        raise ValueError(f"start has {names}, but the space has {sorted(space)}.")
    compiled = isinstance(model, keras.Model) and getattr(model, "optimizer", None) is not None
    _want(compiled, "model", model, "a compiled Keras model")
    _want(callable(train), "train", train, "a function of model and settings")
    _want(_whole(rounds, 0), "rounds", rounds, "a whole number up to a million")
    _want(_positive(step), "step", step, "a number above 0")
    _want(_positive(epochs), "epochs", epochs, "a number above 0")
    _want(_whole(seed, 0), "seed", seed, "a whole number from 0 on")
    named = file is None or isinstance(file, str | os.PathLike) and os.path.basename(file)
    _want(named, "file", file, "a file name, or None")
    model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.optimizer.variables]
    state, history = _copy(variables), []
    asked = json.dumps([start, {name: repr(d) for name, d in space.items()}, step, epochs, seed])
    if file is not None and os.path.exists(file):
        state, history = _load(file, asked)
    balls = 3 ** len(space)
    words = f"best ball: {_count(rounds, 'round')} of up to {_count(balls, 'ball')}"
    words += f" × {_count(epochs, 'epoch')} = {_count(rounds * balls * epochs, 'epoch')}"
    print(words + (f", {_count(len(history), 'round')} of it done" if history else ""))

    line = _Progress()
    for n in range(len(history), rounds):
        tried, winner = [], Trial(None, math.inf, epochs)
        for settings in neighbours(history[-1][0].settings if history else start, space, step):
            _assign(variables, state)
            keras.utils.set_random_seed(seed + n)
            loss = train(model, settings)
            number = np.shape(loss) == () and not callable(loss)
            _want(number, "what train returns", loss, "the loss, a number")
            trial = Trial(settings, float(loss), epochs)
            tried.append(trial)
            if trial.loss < winner.loss:
                winner, winning_state = trial, _copy(variables)
            line.write(f"round {n + 1} of {rounds}, ball {len(tried)}, loss {trial.loss:.4f}")
        if winner.settings is None:
            raise FloatingPointError(f"In round {n + 1} no ball gave a finite loss: {tried}")
        state = winning_state
        history.append([winner, *(trial for trial in tried if trial is not winner)])
        if file is not None:
            _save(file, asked, state, history)
    line.write("")
    _assign(variables, state)
    return history


def _copy(variables):
    from keras import ops

    return [np.array(ops.convert_to_numpy(variable)) for variable in variables]


def _assign(variables, state):
    for variable, value in zip(variables, state, strict=True):
        variable.assign(value)


def _save(file, asked, state, history):
    try:
        with open(f"{file}.part", "wb") as part:
            np.savez(part, *state, asked=asked, history=json.dumps(history))
        os.replace(f"{file}.part", file)  # an interruption leaves the old file or the new one
    except OSError as error:
        raise ValueError(f"{file} cannot be written: {error.strerror}.") from error


def _load(file, asked):
    try:
        kept = np.load(file)
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(f"{file} is no file that best_ball has kept: {error}.") from error
    with kept:
        _want("asked" in kept, "file", file, "a file that best_ball has kept")
        if str(kept["asked"]) != asked:
            raise ValueError(f"{file} was made with {kept['asked']}, not with {asked}.")
        history = [[Trial(*t) for t in tried] for tried in json.loads(str(kept["history"]))]
        return [kept[f"arr_{i}"] for i in range(len(kept.files) - 2)], history


# ------------------------------------------------------------------------------ the results


def trials_of(study, epochs=1):
    """Return the finished trials of an Optuna study: list of `Trial`, in their order.

    Args:
        study: an Optuna study.
        epochs: what one trial cost; of a trial that reported its steps, their number counts.

    Raises:
        ValueError: `study` is no study, or `epochs` no number above 0.
    """
    _want(callable(getattr(study, "get_trials", None)), "study", study, "an Optuna study")
    _want(_positive(epochs), "epochs", epochs, "a number above 0")
    found = [t for t in study.get_trials(deepcopy=False) if t.value is not None]
    return [Trial(t.params, t.value, len(t.intermediate_values) or epochs) for t in found]


def best_so_far(trials):
    """Return what was spent and the lowest loss by then: two arrays, one entry for each trial.

    Raises:
        ValueError: `trials` is no list of `Trial`.
    """
    listed = isinstance(trials, list | tuple)
    listed = listed and all(hasattr(t, "epochs") and hasattr(t, "loss") for t in trials)
    _want(listed, "trials", trials, "a list of tuning.Trial, as trials_of returns it")
    spent = np.cumsum([trial.epochs for trial in trials])
    return spent, np.fmin.accumulate([trial.loss for trial in trials])


def curves(results, ax=None, colors=None, **axes):
    """Draw the lowest loss so far over the epochs spent, a line for each way of tuning.

    Args:
        results: dict from a name to its list of `Trial`.
        ax: the Axes to draw on; a new figure's, if left out.
        colors: a colour for some names; the others get Matplotlib's next one.
        **axes: passed to `Axes.set`, such as `ylim`.

    Returns:
        The Axes; `ax.alt` says where each line ends.

    Raises:
        ValueError: `results` is no dictionary of lists of trials, or another argument is none of
            what is listed.
    """
    import matplotlib.pyplot as plt

    _check_results(results)
    _want(isinstance(colors, dict | None), "colors", colors, "a dictionary by names")
    ax = plt.subplots()[1] if ax is None else ax
    _want(isinstance(ax, plt.Axes), "ax", ax, "Matplotlib's Axes, or leave it out")
    words = []
    styles, markers = itertools.cycle(["-", "--", "-.", ":"]), itertools.cycle("s+xovD")
    for (name, trials), style, marker in zip(results.items(), styles, markers):
        spent, lowest = best_so_far(trials)
        ax.step(spent, lowest, style, marker=marker, ms=5, mfc="none", where="post", label=name,
                color=(colors or {}).get(name))  # fmt: skip
        words.append(f"{name} ≈{lowest[-1]:.3f} after ≈{spent[-1]:.0f}")
    ax.set(xlabel="epochs spent", ylabel="lowest loss so far", **axes)
    ax.legend()
    ax.alt = f"Step plot of the lowest loss over the epochs spent: {'; '.join(words)}."
    return ax


def table(results):
    """Return the results as text, a line for each way: epochs, lowest loss, its settings.

    Args:
        results: dict from a name to its list of `Trial`.

    Raises:
        ValueError: it is none.
    """
    _check_results(results)
    width = max(len(name) for name in results)
    lines = []
    for name, trials in results.items():
        best = min(trials, key=lambda trial: trial.loss)
        settings = ", ".join(f"{key} ≈{value:.3g}" for key, value in best.settings.items())
        spent = sum(trial.epochs for trial in trials)
        lines.append(f"{name:{width}}  ≈{spent:<4.0f} epochs  loss ≈{best.loss:.4f}  {settings}")
    return "\n".join(lines)


# -------------------------------------------------------------------------- what was given

SPACE = "a dictionary from names to Optuna's FloatDistribution and IntDistribution"


def _want(fits, name, value, wanted):
    if not fits:
        raise ValueError(f"{name}={value!r:.60}: give {wanted}.".replace("\n", ""))


def _whole(value, least):
    return isinstance(value, int | np.integer) and type(value) is not bool and least <= value <= 1e6


def _positive(value):
    number = isinstance(value, int | float | np.number) and type(value) is not bool
    return number and 0 < value <= 1e9


def _numbers(name, values, axes=None):
    """`values` as an array of finite numbers with so many axes."""
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        array = np.array(None)
    numbers = array.dtype.kind in "buif" and np.isfinite(array).all()
    _want(numbers and array.size, name, values, "finite numbers")
    _want(axes is None or array.ndim == axes, name, values, f"an array with {axes} axes")
    return array


def _tried(points, losses):
    """The arrays of points that were tried and of as many losses."""
    points, losses = _numbers("points", points, 2), _numbers("losses", losses, 1)
    _want(len(points) == len(losses), "losses", losses, _count(len(points), "number"))
    return points, losses


def _check_space(space):
    numeric = isinstance(space, dict) and space and all(hasattr(d, "low") for d in space.values())
    _want(numeric, "space", space, SPACE)


def _check_settings(settings, space):
    _check_space(space)
    known = isinstance(settings, dict) and set(settings) >= set(space)
    _want(known, "settings", settings, f"a dictionary of {', '.join(space)}")


def _check_results(results):
    _want(isinstance(results, dict) and results, "results", results, "a dictionary of trials")
    for name, trials in results.items():
        _want(len(best_so_far(trials)[0]), name, trials, "a list of trials that is not empty")


def _count(n, thing):
    return f"{n} {thing}{'' if n == 1 else 's'}"


class _Progress:
    """One line that is rewritten while somebody watches; nothing under pytest or when told so."""

    def __init__(self):
        self.line = None
        self.watched = (
            os.environ.get("DLHELPERS_PROGRESS") != "0" and "PYTEST_VERSION" not in os.environ
        )

    def write(self, text):
        if not self.watched:
            return
        if "ipykernel" not in sys.modules:
            print(f"\r{text:<78}", end="" if text else "\r", file=sys.stderr, flush=True)
            return
        from IPython.display import display

        if self.line is None:
            self.line = display({"text/plain": text}, raw=True, display_id=True)
        self.line.update({"text/plain": text}, raw=True)
