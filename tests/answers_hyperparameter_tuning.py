"""Right and wrong answers to the exercises of `dlhelpers/checks/hyperparameter_tuning.py`."""

import numpy as np


def random_trials(share, confidence):
    return int(np.ceil(np.log(1 - confidence) / np.log(1 - share)))


def rounded_down(share, confidence):
    return int(np.log(1 - confidence) / np.log(1 - share))


def not_rounded(share, confidence):
    return np.log(1 - confidence) / np.log(1 - share)


def once_on_average(share, confidence):
    return int(np.ceil(1 / share))


def all_hit(share, confidence):
    return int(np.ceil(np.log(1 - confidence) / np.log(share)))


def confidence_for_its_rest(share, confidence):
    return int(np.ceil(np.log(confidence) / np.log(1 - share)))


def shares_added_up(share, confidence):
    return int(np.ceil(confidence / share))


def one_more(share, confidence):
    return random_trials(share, confidence) + 1


RIGHT = {"hyperparameter_tuning.random_trials": random_trials}
WRONG = {
    "hyperparameter_tuning.random_trials": [
        (rounded_down, "Round up: with"),
        (not_rounded, "A whole number"),
        (once_on_average, "That many trials"),
        (all_hit, "All trials must"),
        (confidence_for_its_rest, "All miss with"),
        (shares_added_up, "Shares do not"),
        (one_more, "One trial less"),
        (lambda share, confidence: int(100 * confidence), "All n trials"),
    ],
}
