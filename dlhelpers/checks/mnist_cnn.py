"""What the exercises of the notebook on a CNN for MNIST want."""

import numpy as np


def error_rate_inputs(random):
    random = np.random.default_rng(11) if random is None else random
    calls = []
    for pictures, digits in ((6, 3), (10, 10), (8, 10)):
        scores = random.normal(size=(pictures, digits)).round(1)
        labels = np.array([max(range(digits), key=row.__getitem__) for row in scores])
        misread = np.arange(pictures) % 4 == 1
        labels[misread] = (labels[misread] + 1) % digits
        calls.append((labels, scores))
    return calls


def error_rate(labels, scores):
    pictures, digits = scores.shape
    read = [max(range(digits), key=row.__getitem__) for row in scores]
    wrong = sum(digit != label for digit, label in zip(read, labels.tolist()))
    mistakes = {
        "This is the accuracy; the error rate is what is missing to 1.": 1 - wrong / pictures,
        "This counts the misread pictures; divide by how many pictures there are.": wrong,
        "This is in per cent; a fraction between 0 and 1 is wanted.": 100 * wrong / pictures,
        "A misread picture counts once, however far apart the two digits are.": np.mean(
            np.abs(scores.argmax(axis=1) - labels)
        ),
        "Divide by the number of pictures, not by the number of scores in a row.": wrong / digits,
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
    return (
        wrong / pictures,
        mistakes,
        "The digit that was read is the place of the highest score in a row (axis 1).",
    )


def digit_recall_inputs(random):
    tables = (
        [[8, 2], [3, 2]],
        [[5, 0, 0], [3, 6, 1], [0, 2, 18]],
        [[9, 0, 1, 0], [0, 4, 0, 0], [2, 1, 7, 2], [2, 0, 1, 1]],
    )
    if random is not None:
        tables = [random.integers(0, 5, (n, n)) + np.diag(random.integers(1, 9, n)) for n in (2, 3)]
        table = random.integers(0, 3, (4, 4)) + np.diag([7, 5, 1, 4])
        table[2] = 0, 3, 1, 2  # a digit that is read as another more often than as itself
        tables.append(table)
    return [(np.array(table),) for table in tables]


def digit_recall(confusion):
    columns = list(zip(*confusion))
    right = np.array([row[i] for i, row in enumerate(confusion)], float)
    written, read = np.array([*map(sum, confusion)]), np.array([*map(sum, columns)])
    mistakes = {
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
    }
    return (
        right / written,
        mistakes,
        "Divide the diagonal, the digits read right, by the sums of the rows.",
    )


EXERCISES = {
    "error_rate": {
        "kind": "write",
        "inputs": error_rate_inputs,
        "case": error_rate,
        "hints": [
            "Which digit does the network read in a picture, given its row of scores?",
            "np.argmax gives the place of the highest score; say along which axis. Compare with "
            "the labels.",
            "np.argmax(scores, axis=1) != labels is True where a picture is misread; the mean of "
            "these is a fraction.",
        ],
    },
    "digit_recall": {
        "kind": "write",
        "inputs": digit_recall_inputs,
        "case": digit_recall,
        "hints": [
            "Where in the table do the pictures stand that were read right?",
            "On the diagonal. All pictures of one digit that was written stand in one row.",
            "np.diag(confusion) are those read right; np.sum(confusion, axis=1) those written.",
        ],
    },
}
