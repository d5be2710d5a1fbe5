"""Right and wrong answers to the exercises of `dlhelpers/checks/early_stopping.py`."""

import numpy as np


def stopping_epoch(accuracies, patience, min_delta):
    best, best_epoch = -np.inf, 0
    for epoch, accuracy in enumerate(accuracies, start=1):
        if accuracy > best + min_delta:
            best, best_epoch = accuracy, epoch
        elif epoch - best_epoch >= patience:
            break
    return epoch, best_epoch


def smaller_is_better(accuracies, patience, min_delta):
    return stopping_epoch([-accuracy for accuracy in accuracies], patience, min_delta)


def counted_from_0(accuracies, patience, min_delta):
    stopped, best = stopping_epoch(accuracies, patience, min_delta)
    return stopped - 1, best - 1


def one_epoch_late(accuracies, patience, min_delta):
    return stopping_epoch(accuracies, patience + 1, min_delta)


def min_delta_left_out(accuracies, patience, min_delta):
    return stopping_epoch(accuracies, patience, 0)


def ties_count(accuracies, patience, min_delta):
    best, best_epoch = -np.inf, 0
    for epoch, accuracy in enumerate(accuracies, start=1):
        if accuracy >= best + min_delta:
            best, best_epoch = accuracy, epoch
        elif epoch - best_epoch >= patience:
            break
    return epoch, best_epoch


def compared_with_the_epoch_before(accuracies, patience, min_delta):
    before, best_epoch = -np.inf, 0
    for epoch, accuracy in enumerate(accuracies, start=1):
        if accuracy > before + min_delta:
            best_epoch = epoch
        elif epoch - best_epoch >= patience:
            break
        before = accuracy
    return epoch, best_epoch


def wrong_order(accuracies, patience, min_delta):
    return stopping_epoch(accuracies, patience, min_delta)[::-1]


def best_of_all(accuracies, patience, min_delta):
    stopped, _ = stopping_epoch(accuracies, patience, min_delta)
    return stopped, int(np.argmax(accuracies)) + 1


def stop_only(accuracies, patience, min_delta):
    return stopping_epoch(accuracies, patience, min_delta)[0]


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


RIGHT = {
    "early_stopping.stopping_epoch": stopping_epoch,
    "early_stopping.smallest_patience": smallest_patience,
}
WRONG = {
    "early_stopping.stopping_epoch": [
        (smaller_is_better, "Of accuracies the"),
        (counted_from_0, "Epochs count from"),
        (one_epoch_late, "This stops one"),
        (min_delta_left_out, "min_delta is left"),
        (ties_count, "An epoch that"),
        (compared_with_the_epoch_before, "Compare with the"),
        (wrong_order, "The order is:"),
        (best_of_all, "The best epoch"),
        (stop_only, "Keep the best"),
    ],
    "early_stopping.smallest_patience": [
        (one_too_few, "With this patience"),
        (one_too_many, "One less is"),
        (waits_after_the_optimum_too, "What comes after"),
        (epoch_of_the_optimum, "This is the wait"),
        (epoch_of_the_optimum_from_1, "This is the epoch"),
        (longest_rise, "A loss that"),
        (lambda losses: int(np.diff(improvements(losses)).max(initial=0)), "Patience cannot be"),
        (lambda losses: len(losses), "Look for the"),
    ],
}
