"""What the exercise of the notebook on tuning hyperparameters wants."""

import math


def random_trials_inputs(random):
    if random is None:
        return [(0.05, 0.95), (0.5, 0.7), (0.01, 0.5), (0.2, 0.99)]
    ends = (
        (0.03, 0.1, 0.9, 0.97),
        (0.3, 0.6, 0.65, 0.8),
        (0.01, 0.03, 0.4, 0.6),
        (0.1, 0.25, 0.98, 0.995),
    )
    return [(round(random.uniform(a, b), 3), round(random.uniform(c, d), 3)) for a, b, c, d in ends]


def random_trials(share, confidence):
    wanted = 1
    while 1 - (1 - share) ** wanted < confidence:
        wanted += 1
    log_hit, log_miss = math.log(share), math.log(1 - share)
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
        "A whole number of trials is wanted: round up.": math.log(1 - confidence) / log_miss,
        "One trial less is enough.": wanted + 1,
    }
    return (
        wanted,
        mistakes,
        "All n trials miss with probability (1 - share)^n; make that 1 - confidence at most.",
    )


EXERCISES = {
    "random_trials": {
        "kind": "write",
        "inputs": random_trials_inputs,
        "case": random_trials,
        "hints": [
            "It is easier to ask for the opposite: how probable is it that all n trials miss?",
            "One trial misses with probability 1 - share, all n with (1 - share)^n. That must be "
            "1 - confidence or less.",
            "n is log(1 - confidence) / log(1 - share), rounded up to a whole number.",
        ],
    },
}
