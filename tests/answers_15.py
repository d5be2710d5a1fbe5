"""Right and wrong answers to the exercise of 15_hyperparameter_tuning."""

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


RIGHT = {"15.random_trials": random_trials}
WRONG = {
    "15.random_trials": [
        rounded_down,
        not_rounded,
        once_on_average,
        all_hit,
        confidence_for_its_rest,
        shares_added_up,
        one_more,
    ]
}
