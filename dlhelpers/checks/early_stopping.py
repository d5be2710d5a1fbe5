"""What the exercises of the notebook on early stopping want."""

import numpy as np


def stopping_epoch_inputs(random):
    rising = [0.50, 0.60, 0.70, 0.68, 0.72, 0.75, 0.71, 0.74, 0.73, 0.80]
    slow = [0.40, 0.50, 0.52, 0.54, 0.56, 0.58, 0.60]
    if random is None:
        level = [0.50, 0.625, 0.625, 0.625, 0.625, 0.625, 0.625, 0.75]
        falling = [0.90, 0.80, 0.70, 0.60]
        return [
            (rising, 2, 0.0), (rising, 4, 0.0), (level, 3, 0.0), (slow, 2, 0.05), (slow, 3, 0.05),
            (falling, 1, 0.0),
        ]  # fmt: skip
    up, down = random.integers(40, 60), random.integers(60, 90)
    wave = (up + np.cumsum(random.integers(-4, 8, 10))) / 100
    level = [0.5, *[0.625] * int(random.integers(4, 7)), 0.75]
    slow = (up + np.cumsum([0, 10, *random.integers(1, 4, 5)])) / 100
    return [
        (wave.tolist(), 2, 0.0), (wave.tolist(), 4, 0.0), (level, 3, 0.0),
        (slow.tolist(), 2, 0.05), (slow.tolist(), 3, 0.05),
        (((down - np.cumsum(random.integers(1, 9, 4))) / 100).tolist(), 1, 0.0),
    ]  # fmt: skip


def stopping_epoch(accuracies, patience, delta):
    # Looking back from the end: the records that counted, and the first one that was waited out.
    records = [0]
    for t, accuracy in enumerate(accuracies):
        if accuracy > accuracies[records[-1]] + delta:
            records.append(t)
    ends = [*records[1:], len(accuracies)]
    fits = (r + patience for r, end in zip(records, ends) if r + patience < end)
    stop = min(next(fits, len(accuracies) - 1), len(accuracies) - 1)
    best = max(r for r in records if r <= stop)
    mistakes = {
        "Epochs count from 1 here, not from 0 as in Keras.": (stop, best),
        "Of accuracies the larger one is better.": stopping_rule(
            [1 - accuracy for accuracy in accuracies], patience, delta
        ),
        "This stops one epoch late: patience 1 stops at the first epoch that is no better.": (
            stopping_rule(accuracies, patience + 1, delta)
        ),
        "min_delta is left out: an improvement must be larger than it.": stopping_rule(
            accuracies, patience, 0
        ),
        "An epoch that only equals the best one is no improvement.": stopping_rule(
            accuracies, patience, delta, ties=True
        ),
        "Compare with the best accuracy so far, not with that of the epoch before.": stopping_rule(
            accuracies, patience, delta, neighbours=True
        ),
        "The order is: first the epoch after which training stops, then the best one.": (
            best + 1,
            stop + 1,
        ),
        "The best epoch is the best of those before training stopped, and only if min_delta let "
        "it count.": (stop + 1, int(np.argmax(accuracies)) + 1),
    }
    return (
        (stop + 1, best + 1),
        mistakes,
        "Keep the best accuracy and its epoch; stop when the epoch lies `patience` behind it, and "
        "give both epochs.",
    )


def stopping_rule(accuracies, patience, delta, ties=False, neighbours=False):
    """The rule, or with a tie or a rise since the epoch before taken for an improvement."""
    best, best_epoch = -1.0, 0
    for epoch, accuracy in enumerate(accuracies, 1):
        if accuracy > best + delta or (ties and accuracy == best + delta):
            best, best_epoch = accuracy, epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
        best = accuracy if neighbours else best
    return len(accuracies), best_epoch


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
        "Patience cannot be smaller than 1 epoch.": max(within, default=0),
    }
    return (
        wanted,
        mistakes,
        "Look for the longest wait from one improvement to the next, up to the lowest loss.",
    )


EXERCISES = {
    "stopping_epoch": {
        "kind": "write",
        "inputs": stopping_epoch_inputs,
        "case": stopping_epoch,
        "hints": [
            "Walk through the epochs and remember two things: the best accuracy so far and its "
            "epoch.",
            "An epoch is better if its accuracy is above best + min_delta. If it is not, ask how "
            "long ago the best epoch was.",
            "elif epoch - best_epoch >= patience: break. Count with enumerate(accuracies, "
            "start=1), and return epoch, best_epoch.",
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
}
