"""Each notebook's lesson, broken on purpose: then the claim that answers its question must fail.

notebook → (text in one of its code cells, what replaces it, the claim that must fall).
`make measure` runs it and keeps what the claim saw; tests/test_records.py reads that, and
`make test-weekly` runs it again.
"""

SABOTAGES = {
    "00_backpropagation": (  # uphill, not down
        "[node.value - eta * node.gradient for node in nodes]",
        "[node.value + eta * node.gradient for node in nodes]",
        "one step of ours and one of Keras's SGD lead to the same weights",
    ),
    # one unit more than the lecture's
    "01_keras_models": (
        'layers.Dense(20, activation="relu", name="layer2")',
        'layers.Dense(21, activation="relu", name="layer2")',
        "Keras counts 2,641 as well",
    ),
    # tanh under the sigmoid's name
    "02_activations": (
        '"sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),',
        '"sigmoid": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),',
        "with sigmoid the gradient shrinks by a factor of more than 1e9 on its way down",
    ),
    # He's rule without the factor that makes up for ReLU
    "03_initialization": (
        '"He\'s rule": lambda n_in, n_out: 2 / n_in,',
        '"He\'s rule": lambda n_in, n_out: 1 / n_in,',
        "from He's rule it reads more than 0.2 of them",
    ),
    # an ε beside which the root does not matter
    "04_optimizers": (
        '"adam": optimizers.Adam,',
        '"adam": lambda: optimizers.Adam(epsilon=1.0),',
        "100 times the loss leaves Adam's as it was, within 25 %, at its two smallest η",
    ),
    # no normalization in the normalised network
    "05_batch_normalization": (
        "        if normalise:",
        "        if False:",
        "rate 3: the normalised reads over 0.6 of the test digits",
    ),
    "06_dropout": (  # no rate but 0
        "def network(rate, dropout=layers.Dropout):",
        "def network(rate, dropout=layers.Dropout):\n    rate = 0",
        "p = 0.5 lowers the test loss by a twentieth or more",
    ),
    "07_early_stopping": (  # validation pictures that the network trains on
        "x_val, y_val = pictures[-2000:], labels[-2000:]",
        "x_val, y_val = np.tile(pictures[:500], (4, 1)), np.tile(labels[:500], 4)",
        "validation is worse by then: its loss is on average 0.05 or more above its lowest",
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
        "in the style that they learned from, and on average over the two others, the features win",
    ),
    "09_convolution_by_hand": (
        "np.sum(image[i : i + 3, j : j + 3] * kernel)",
        "np.sum(image[i : i + 3, j : j + 3])",
        "layers.Conv2D gives the same",
    ),
    "10_pooling": (  # the sixth network pools nothing
        '"whole map": network([], [layers.GlobalMaxPooling2D()])',
        '"whole map": network([], [])',
        "the maximum of the whole map does so less often",
    ),
    "11_mnist_cnn": (
        "return [layer, *pooling, *normal, layers.ReLU()]",
        "return [layer, *(layers.AveragePooling2D(2) for _ in pooling), *normal]",
        "more than 99.3 % of the test digits are read right",
    ),
    "12_data_augmentation": (  # what is called slight turns by any angle
        "return moved(digits, 15 * strength * angle,",
        "return moved(digits, (180 if strength else 0) * angle,",
        "slight changes help to read more upright digits",
    ),
    "14_object_detection": (  # the boxes are the anchors: nothing moves or stretches them
        """    y, x = y + t_y / 10 * h, x + t_x / 10 * w
    h, w = h * np.exp(t_h / 5), w * np.exp(t_w / 5)
""",
        "",
        "each box has an IoU above 0.8 with the one drawn by hand",
    ),
    "16_hyperparameter_tuning": (  # the process goes where it expects least
        "tried.append(int(improvement.argmax()))",
        "improvement[tried] = np.inf\n        tried.append(int(improvement.argmin()))",
        "with 8, the Gaussian process has less regret than grid and random search on average",
    ),
    "17_devices": (  # every output is kept, where a checkpoint should throw most of them away
        "peak_of(gradients_with_checkpoints, deep, rows, wanted, 8)",
        "peak_of(gradients_with_checkpoints, deep, rows, wanted, 64)",
        "checkpoints leave less than 0.4 of the memory",
    ),
    "18_many_machines": (  # the gradients are added up, and no mean is taken
        "parts = [share / sum(shares) for share in shares]",
        "parts = [1 for share in shares]",
        "two programs with 32 digits each learn the weights of one program with 64",
    ),
    # every anchor is told that its digit is a 0
    "15_training_a_detector": (
        "goal[matched, 0] = labels[owner[matched]] + 1",
        "goal[matched, 0] = 1",
        "it learns to say what is where: AP on unseen canvases",
    ),
}
