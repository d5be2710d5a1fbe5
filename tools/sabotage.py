"""Each notebook's lesson, broken on purpose: then the claim that answers its question must fail.

notebook → (text in one of its code cells, what replaces it, the claim that must fall).
`make measure` runs it and keeps what the claim saw; tests/test_records.py reads that, and
`make test-weekly` runs it again.
"""

SABOTAGES = {
    "06_dropout": (  # no rate but 0
        "def network(rate, dropout=layers.Dropout):",
        "def network(rate, dropout=layers.Dropout):\n    rate = 0",
        "p = 0.5 lowers the test loss by a tenth or more",
    ),
    "07_early_stopping": (  # validation pictures that the network trains on
        "x_val, y_val = pictures[-2000:], labels[-2000:]",
        "x_val, y_val = np.tile(pictures[:500], (4, 1)), np.tile(labels[:500], 4)",
        "validation is worse by then: its loss is 0.05 or more above its lowest",
    ),
    "08_skip_connections": (  # no shortcut
        "x = layers.Add()([F, x]) if shortcuts else F",
        "x = F",
        "with shortcuts 50 layers end at less than 1.5 times the loss of 4",
    ),
    "13_transfer_learning": (  # the body's weights are shuffled
        "body = pretrained.efficientnet_lite0(weights, ",
        "shuffle = np.random.default_rng(0).permutation\n"
        "mixed_up = {k: shuffle(v.ravel()).reshape(v.shape) for k, v in weights.items()}\n"
        "body = pretrained.efficientnet_lite0(mixed_up, ",
        "over the three styles the features win by 5 points or more, with 2, 5 and 20 labels",
    ),
}
