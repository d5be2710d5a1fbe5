"""What the exercises of the notebook on early stopping want."""

import inspect
import math

import numpy as np

LARGEST_OF = {10: 1.5388, 25: 1.9653, 50: 2.2491}  # the mean largest of so many standard normals


def best_of_inputs(random):
    if random is None:
        return [(25, 100, 0.8)]
    return [
        (int(random.choice([10, 25, 50])), int(random.choice([64, 100, 144])),
         float(random.choice([0.7, 0.75, 0.8])))
    ]  # fmt: skip


def best_of(networks, pictures, accuracy):
    """The mean of the highest accuracy of networks that are equally good."""
    one = math.sqrt(accuracy * (1 - accuracy))  # spread of one right or wrong answer
    spread, largest = one / math.sqrt(pictures), LARGEST_OF[networks]
    mistakes = {
        "That is what each of them can do, and what one that nobody chose would get on average. "
        "The best one was also lucky.": accuracy,
        "That is one spread above the truth. The largest of so many lies further out: the lesson "
        "has a table.": accuracy + spread,
        "That is the lowest of them. Of accuracies, the largest is published.": (
            accuracy - largest * spread
        ),
        "That is the spread of one answer; an accuracy is the mean of many, and its spread is "
        "smaller by the root of their number.": accuracy + largest * one,
        "Nobody reads every picture; luck adds only a few hundredths here.": 1.0,
    }
    return (
        accuracy + largest * spread,
        mistakes,
        "The truth, plus as many spreads as the largest of so many lies above the mean. The spread "
        "is that of a mean of right and wrong answers.",
    )


def smallest_patience_inputs(random):
    if random is None:
        curves = (
            [0.9, 0.5, 0.6, 0.7, 0.55, 0.4, 0.45, 0.3, 0.35, 0.36, 0.37, 0.38, 0.39],
            [0.9, 0.6, 0.5, 0.52, 0.49, 0.45, 0.48, 0.47, 0.46, 0.5],
            [0.5, 0.8, 0.7, 0.6, 0.4, 0.42, 0.41, 0.39, 0.43],
            [0.8, 0.7, 0.6, 0.5],
            [0.3, 0.4, 0.5, 0.6, 0.7],
        )
        return [(losses,) for losses in curves]
    curves = [random.permutation(np.arange(20, 90))[:n] - 5 * np.arange(n) for n in (13, 10, 9)]
    curves = [np.abs(curve - curve.min()) + 20 + np.arange(len(curve)) / 10 for curve in curves]
    falling = np.sort(random.permutation(np.arange(30, 90))[:5])
    return [((curve / 100).round(3).tolist(),) for curve in (*curves, falling[::-1], falling)]


def smallest_patience(losses):
    def kept(patience):
        best = 0
        for epoch, loss in enumerate(losses):
            if loss < losses[best]:
                best = epoch
            elif epoch - best >= patience:
                break
        return best

    lowest = losses.index(min(losses))
    wanted = next(p for p in range(1, 99) if kept(p) == lowest)
    rises = "".join("01"[b > a] for a, b in zip(losses, losses[1:]))[:lowest]
    longest = max(map(len, rises.split("0")))
    records = [t for t, loss in enumerate(losses) if loss == min(losses[: t + 1])]
    gaps = [b - a for a, b in zip(records, [*records[1:], len(losses)])]
    within = [b - a for a, b in zip(records, records[1:])]
    mistakes = {
        "With this patience training stops one epoch before the improvement comes.": wanted - 1,
        "One less is enough: an improvement in the very epoch where patience would run out "
        "still counts.": wanted + 1,
        "What comes after the lowest loss does not matter: it has been found.": max(gaps),
        "This is the wait from the first epoch to the lowest loss; patience starts anew with "
        "every improvement.": lowest,
        "This is the epoch of the lowest loss; patience starts anew with every improvement.": (
            lowest + 1
        ),
        "A loss that falls is no improvement while it is above the best one.": max(longest, 1),
        "Count from 1: patience 0 stops where patience 1 does.": max(within, default=0),
    }
    return (
        wanted,
        mistakes,
        "Look for the longest wait from one improvement to the next, up to the lowest loss.",
    )


def steps_for_decay_inputs(random):
    if random is None:
        return [(0.5, 0.1, 0.25), (0.8, 0.5, 0.1), (0.2, 0.9, 0.4)]
    return [tuple(random.uniform(0.1, 0.9, 3).round(2).tolist()) for _ in range(3)]


def steps_for_decay(h, eta, decay):
    """From the decay's share of the goal, h / (h + decay), to the time at which descent has it."""
    missing = 1 - h / (h + decay)
    rate = -math.log1p(-eta * h)  # of the distance that is left, by step
    right = -math.log(missing) / rate
    mistakes = {
        "That is the rule for flat directions; the exact number of steps depends on h, too.": (
            1 / (eta * decay)
        ),
        "h / (h + λ) is the share that is reached; (1 - ηh)^T is the share still missing.": (
            -math.log(h / (h + decay)) / rate
        ),
        "A number of steps is positive: both logarithms are negative.": -right,
        "The quotient is upside down: log(1 - ηh) is what each single step contributes.": 1 / right,
        "eta is missing: a step multiplies the distance by 1 - ηh.": (
            math.log(missing) / math.log(1 - h)
        ),
        "(1 - ηh)^T is only near e^(-ηhT); take the logarithm of 1 - ηh itself.": (
            -math.log(missing) / (eta * h)
        ),
        "The number need not be whole: do not round it.": round(right),
    }
    return right, mistakes, "Set λ / (h + λ) equal to (1 - ηh)^T and take logarithms."


EPOCHS, PATIENCE = 40, 5


def trained_inputs(random):
    """When the curves turn: validation loss and accuracy, test loss and accuracy."""
    shift = 0 if random is None else int(random.integers(1, 6))
    return [(9 + shift, 14 + shift, 7 + shift, 12 + shift)]


def turning(epoch):
    """A curve over the epochs that is lowest at `epoch`, with a bump at epoch 5."""
    epochs = np.arange(1, EPOCHS + 1)
    return 0.5 + 0.01 * np.abs(epochs - epoch) + 0.015 * (epochs == 5)


def trained_look(answer, loss, accuracy, test_loss, test_accuracy, progress):
    """Hand the loop a network whose `fit` sets the weights to the number of the epoch."""
    import keras

    sets = {
        name: (np.full((4 + n, 1), float(n)), np.zeros(4 + n, "int32"))
        for n, name in enumerate(("training", "validation", "test"))
    }
    curves = {
        "validation": {"val_loss": turning(loss), "val_accuracy": 1.2 - turning(accuracy)},
        "test": {"val_loss": turning(test_loss), "val_accuracy": 1.2 - turning(test_accuracy)},
    }
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse", metrics=["accuracy"], run_eagerly=True)
    model.train_on_batch(*sets["training"])  # so that its metrics have their names
    called, seen = inspect.signature(keras.Model.fit), {"fits": 0}

    def fit(*given, **named):
        options = dict(called.bind(model, *given, **named).arguments)
        held = options.get("validation_data")
        same = (k for k, v in sets.items() if held is not None and np.array_equal(held[0], v[0]))
        chosen = next(same, "none")
        logs = {"loss": 1 / np.arange(1, EPOCHS + 1), "accuracy": np.linspace(0.3, 1, EPOCHS)}
        if chosen == "training":
            logs |= {f"val_{name}": curve for name, curve in logs.items()}
        logs |= curves.get(chosen, {})
        callbacks = options.get("callbacks") or []
        callbacks = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]
        callbacks = [] if chosen == "none" else callbacks  # they have nothing to watch
        model.stop_training = False
        for callback in callbacks:
            callback.set_model(model)
            callback.on_train_begin()
        for epoch in range(min(int(options.get("epochs", 1)), EPOCHS)):
            model.set_weights([np.full((1, 1), epoch + 1.0)])
            for callback in callbacks:
                callback.on_epoch_end(epoch, {name: float(c[epoch]) for name, c in logs.items()})
            if model.stop_training:
                break
        for callback in callbacks:
            callback.on_train_end()
        restores = any(getattr(c, "restore_best_weights", False) for c in callbacks)
        seen.update(fits=seen["fits"] + 1, chosen=chosen, ended=epoch + 1, restores=restores)

    model.fit = fit
    if answer(model, *sets.values()) is not model:
        raise ValueError("it gives something else than the model that it got")
    if not seen["fits"]:
        raise ValueError("it does not call model.fit")
    return seen | {"kept": round(float(model.get_weights()[0][0, 0]))}


def trained_faults(seen, loss, accuracy, test_loss, test_accuracy):
    on_test = seen["chosen"] == "test"
    lowest, best = (test_loss, test_accuracy) if on_test else (loss, accuracy)
    kept, ended, best_seen = seen["kept"], seen["ended"], "test" if on_test else "validation"
    leaks = {
        "test": "Its validation_data is the test set.",
        "training": "Its validation_data is the training set.",
        "none": "fit gets no validation_data that it was handed.",
    }
    early = ended < lowest
    stopped = f"It stops after epoch {ended}, while {best_seen} loss and accuracy get better."
    other = f"It ends after epoch {ended}; the highest {best_seen} accuracy is at epoch {best}, "
    other += f"so with patience {PATIENCE} it should end after epoch {best + PATIENCE}."
    return {
        "leak": leaks.get(seen["chosen"], ""),
        "early": stopped if early else "",
        "watched": other if not early and ended != best + PATIENCE else "",
        "restore": ""
        if seen["restores"] or kept == best
        else f"It keeps the weights of epoch {kept}, its last one.",
    }


EXERCISES = {
    "best_of": {
        "kind": "predict",
        "inputs": best_of_inputs,
        "case": best_of,
        "tolerance": 0.005,
        "because": "the largest of so many lies that far above the truth",
        "hints": [
            "Each measured accuracy is the truth plus an error. How large is the spread of that "
            "error?",
            "The spread of a mean of n right or wrong answers is the root of p (1 - p) / n. How "
            "many spreads above the mean does the largest of 25 lie?",
            "The spread is 0.04, and the largest of 25 lies 1.97 spreads above the mean.",
        ],
    },
    "smallest_patience": {
        "kind": "write",
        "inputs": smallest_patience_inputs,
        "case": smallest_patience,
        "hints": [
            "Which wait on the way to the lowest loss needs the most patience?",
            "List the epochs whose loss is the lowest so far. Patience must bridge the gaps "
            "between them.",
            "The largest gap between neighbours in that list, and 1 where the list has one entry "
            "only.",
        ],
    },
    "steps_for_decay": {
        "kind": "write",
        "inputs": steps_for_decay_inputs,
        "case": steps_for_decay,
        "hints": [
            "Which share of the goal is still missing after T steps, and which one with decay?",
            "(1 - ηh)^T is missing after T steps, λ / (h + λ) with decay. Set them equal and solve "
            "for T.",
            "T = log(λ / (h + λ)) / log(1 - ηh).",
        ],
    },
    "trained": {
        "kind": "repair",
        "inputs": trained_inputs,
        "look": trained_look,
        "faults": trained_faults,
        "says": {
            "leak": "Which pictures may choose the epoch? Neither those that it learned from nor "
            "those that judge it in the end.",
            "early": "Is more of what it watches better or worse, and does it say so? And patience "
            "must outlast a bump.",
            "watched": "What shall be highest in the end? Watch that, with patience 5.",
            "restore": "Stopping alone does not bring the best weights back: it must be asked for.",
        },
        "hints": [
            "Go through the two calls argument by argument: what does each one choose?",
            "One argument of EarlyStopping is wrong and one is missing; one of fit is wrong.",
            'monitor="val_accuracy", mode="max", restore_best_weights=True, and '
            "validation_data=validation.",
        ],
    },
}
