"""Right and wrong answers to the exercises of `dlhelpers/checks/early_stopping.py`."""

import numpy as np

LARGEST_OF = {10: 1.539, 25: 1.965, 50: 2.249}


def spread(pictures, accuracy):
    return np.sqrt(accuracy * (1 - accuracy) / pictures)


def best_of(networks, pictures, accuracy):
    return accuracy + LARGEST_OF[networks] * spread(pictures, accuracy)


def worst_of(networks, pictures, accuracy):
    return accuracy - LARGEST_OF[networks] * spread(pictures, accuracy)


def improvements(losses):
    return [t for t, loss in enumerate(losses) if loss == min(losses[: t + 1])]


def smallest_patience(losses):
    improved = improvements(losses)
    return max([later - earlier for earlier, later in zip(improved, improved[1:])], default=1)


def one_too_few(losses):
    return smallest_patience(losses) - 1


def one_too_many(losses):
    return smallest_patience(losses) + 1


def waits_after_the_optimum_too(losses):
    return int(np.diff([*improvements(losses), len(losses)]).max())


def epoch_of_the_optimum(losses):
    return losses.index(min(losses))


def epoch_of_the_optimum_from_1(losses):
    return losses.index(min(losses)) + 1


def longest_rise(losses):
    longest = current = 0
    for before, after in zip(losses, losses[1 : losses.index(min(losses)) + 1]):
        current = current + 1 if after > before else 0
        longest = max(longest, current)
    return max(longest, 1)


def steps_for_decay(h, eta, decay):
    return np.log(decay / (h + decay)) / np.log(1 - eta * h)


def trained(held_out="validation", patience=5, **options):
    """The loop of the exercise, with these options of EarlyStopping."""

    def loop(model, training, validation, test):
        import keras

        sets = {"training": training, "validation": validation, "test": test, "none": None}
        stop = keras.callbacks.EarlyStopping(patience=patience, **options)
        held = {"validation_data": sets[held_out]}
        model.fit(*training, epochs=40, verbose=0, callbacks=[stop], **held)
        return model

    return loop


BEST = {"monitor": "val_accuracy", "mode": "max", "restore_best_weights": True}
NEEDS_KERAS = ["early_stopping.trained"]
RIGHT = {
    "early_stopping.best_of": best_of,
    "early_stopping.smallest_patience": smallest_patience,
    "early_stopping.steps_for_decay": steps_for_decay,
    "early_stopping.trained": trained(**BEST),
}
WRONG = {
    "early_stopping.best_of": [
        (lambda networks, pictures, accuracy: accuracy, "That is what each"),
        (
            lambda networks, pictures, accuracy: accuracy + spread(pictures, accuracy),
            "That is one spread",
        ),
        (worst_of, "That is the lowest"),
        (
            lambda networks, pictures, accuracy: (
                accuracy + LARGEST_OF[networks] * spread(1, accuracy)
            ),
            "That is the spread of one",
        ),
        (lambda networks, pictures, accuracy: 1, "Nobody reads"),
        (lambda networks, pictures, accuracy: 0.5, "The truth, plus"),
    ],
    "early_stopping.steps_for_decay": [
        (lambda h, eta, decay: 1 / (eta * decay), "That is the rule"),
        (lambda h, eta, decay: np.log(h / (h + decay)) / np.log(1 - eta * h), "h / (h + λ)"),
        (lambda h, eta, decay: -steps_for_decay(h, eta, decay), "A number of steps"),
        (lambda h, eta, decay: 1 / steps_for_decay(h, eta, decay), "The quotient"),
        (lambda h, eta, decay: steps_for_decay(h, 1, decay), "eta is missing"),
        (lambda h, eta, decay: -np.log(decay / (h + decay)) / (eta * h), "(1 - ηh)^T is only"),
        (
            lambda h, eta, decay: round(steps_for_decay(h, eta, decay)),
            "The number need not be whole: do not round it.",
        ),
        (lambda h, eta, decay: 2 * steps_for_decay(h, eta, decay), "Set λ"),
    ],
    "early_stopping.trained": [
        (trained("test", monitor="val_loss", mode="max"), "Which pictures"),
        (trained("training", **BEST), "Which pictures"),
        (trained("none", **BEST), "Which pictures"),
        (trained(monitor="val_loss", mode="max"), "Is more of"),
        (trained(**BEST | {"mode": "min"}), "Is more of"),
        (trained(**BEST, patience=1), "Is more of"),
        (trained(monitor="val_loss"), "What shall be"),
        (trained(**BEST | {"monitor": "accuracy"}), "What shall be"),
        (trained(monitor="val_accuracy", mode="max"), "Stopping alone"),
    ],
    "early_stopping.smallest_patience": [
        (one_too_few, "With this patience"),
        (one_too_many, "One less is"),
        (waits_after_the_optimum_too, "What comes after"),
        (epoch_of_the_optimum, "This is the wait"),
        (epoch_of_the_optimum_from_1, "This is the epoch"),
        (longest_rise, "A loss that"),
        (lambda losses: int(np.diff(improvements(losses)).max(initial=0)), "Count from 1"),
        (lambda losses: len(losses), "Look for the"),
    ],
}
