"""Each notebook's lesson, broken on purpose: then the claim that answers its question must fail.

notebook → (text in one of its code cells, what replaces it, the claim that must fall).
`make measure` runs it and keeps what the claim saw; tests/test_records.py reads that, and
`make test-weekly` runs it again.
"""

SABOTAGES = {
    "14_object_detection": (  # the boxes are the anchors: nothing moves or stretches them
        """    y, x = y + t_y / 10 * h, x + t_x / 10 * w
    h, w = h * np.exp(t_h / 5), w * np.exp(t_w / 5)
""",
        "",
        "each box has an IoU above 0.8 with the one drawn by hand",
    ),
    "15_hyperparameter_tuning": (  # the process learns nothing from its trials
        """tuning.gaussian_process_sampler(space, seed=seed),
        }""",
        """optuna.samplers.RandomSampler(seed=seed + 1),
        }""",
        "On both functions the Gaussian process comes closest on average",
    ),
    "16_devices": (  # the second worker's gradients are left out
        "(a + b) / 2 for w, a, b in zip(weights, g1, g2)",
        "(a + a) / 2 for w, a, b in zip(weights, g1, g2)",
        "two programs with 32 digits each learn the weights of one program with 64",
    ),
}
