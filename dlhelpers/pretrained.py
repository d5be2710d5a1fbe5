"""Two small pretrained networks, written out in Keras and filled with arrays.

The arrays come from `datasets.efficientnet_lite0()` and `datasets.ssd_mobilenet_v2()`, or from any
dictionary that has an array for each weight, named by layer and weight: "stem_conv/kernel".
Both networks take RGB pictures with values from 0 to 255 and scale them inside.
"""

from collections.abc import Mapping

# repeats, kernel size, stride of the first, expansion, filters
EFFICIENTNET_LITE0 = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
MOBILENET_V2 = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (3, 3, 2, 6, 32),
    (4, 3, 2, 6, 64),
    (3, 3, 1, 6, 96),
    (3, 3, 2, 6, 160),
    (1, 3, 1, 6, 320),
)
SSD_EXTRA = ((256, 512), (128, 256), (128, 256), (64, 128))  # filters of a 1 × 1 and a 3 × 3


def efficientnet_lite0(weights=None, input_shape=(224, 224, 3), include_top=True):
    """EfficientNet-Lite0, an ImageNet classifier without squeeze-and-excite.

    Args:
        weights: dictionary of arrays, as `datasets.efficientnet_lite0()` returns it; None leaves
            the weights random. Names that the network does not have are left aside.
        input_shape: (height, width, 3). ImageNet's weights were trained at 224 × 224.
        include_top: whether the pooling and the dense layer with 1,000 logits follow. Without
            them the output is the feature map, (height / 32, width / 32, 1280), rounded up.

    Returns:
        A `keras.Model` of 4,694,024 parameters (3,413,024 without the top). Layers are named
        stem_…, block0_… to block15_… and head_….

    Raises:
        ValueError: an array is missing, or its shape does not fit, and nothing is filled then; or
            the network cannot read `input_shape`.

    Source: Tan and Le, *EfficientNet*, arXiv:1905.11946; the Lite variant is described at
    github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite.
    """
    import keras
    from keras import layers

    start, listed = start_for(weights), isinstance(input_shape, list | tuple)
    sizes = [type(size) is int and size >= 32 for size in input_shape[:2]] if listed else []
    if sizes != [True, True] or tuple(input_shape[2:]) != (3,):
        raise ValueError(f"input_shape={input_shape!r:.60}: give (height, width, 3), each ≥ 32.")

    def normalised(x, name, relu=True):
        x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_bn")(x)
        return layers.ReLU(6, name=f"{name}_relu")(x) if relu else x

    def conv(x, name, filters, kernel_size=1, relu=True, **options):
        options.update(padding="same", use_bias=False, kernel_initializer=start)
        x = layers.Conv2D(filters, kernel_size, name=f"{name}_conv", **options)(x)
        return normalised(x, name, relu)

    def depthwise(x, name, kernel_size, strides):
        options = dict(padding="same", use_bias=False, depthwise_initializer=start)
        x = layers.DepthwiseConv2D(kernel_size, strides, name=f"{name}_conv", **options)(x)
        return normalised(x, name)

    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="rescaling")(inputs)
    x = conv(x, "stem", 32, 3, strides=2)
    x = inverted_residuals(x, EFFICIENTNET_LITE0, conv, depthwise)
    x = conv(x, "head", 1280)
    if include_top:
        x = layers.GlobalAveragePooling2D(name="pooling")(x)
        x = layers.Dropout(0.2, name="dropout")(x)
        x = layers.Dense(1000, kernel_initializer=start, name="logits")(x)
    return fill(keras.Model(inputs, x, name="efficientnet_lite0"), weights)


def ssd_mobilenet_v2(weights=None, classes=24):
    """The single-shot detector on MobileNetV2, for pictures of 300 × 300.

    Args:
        weights: dictionary of arrays, as `datasets.ssd_mobilenet_v2()` returns it; None leaves
            the weights random. Names that the network does not have are left aside.
        classes: logits of each anchor; the first is the background.

    Returns:
        A `keras.Model` of 4,951,996 parameters. Its output is a dictionary: "boxes", (pictures,
        1917, 4), the raw offsets (y, x, height, width) of each anchor, and "logits", (pictures,
        1917, classes). Decoding and suppression are left to the caller. Batch normalization
        is folded into the convolutions, so the network is for inference.

    Raises:
        ValueError: an array is missing, or its shape does not fit, and nothing is filled then; or
            `classes` is no number of classes.

    Source: Liu et al., *SSD*, arXiv:1512.02325; Sandler et al., *MobileNetV2*, arXiv:1801.04381.
    """
    import keras
    from keras import layers

    if type(classes) is not int or not 2 <= classes <= 10_000:
        raise ValueError(f"classes={classes!r:.60}: give a whole number from 2 to 10,000.")
    start = start_for(weights)
    boxes, logits = [], []

    def conv(x, name, filters, kernel_size=1, relu=True, **options):
        options.update(padding="same", kernel_initializer=start, name=f"{name}_conv")
        x = layers.Conv2D(filters, kernel_size, **options)(x)
        return layers.ReLU(6, name=f"{name}_relu")(x) if relu else x

    def depthwise(x, name, kernel_size, strides):
        options = dict(padding="same", depthwise_initializer=start, name=f"{name}_conv")
        x = layers.DepthwiseConv2D(kernel_size, strides, **options)(x)
        return layers.ReLU(6, name=f"{name}_relu")(x)

    def predict(x, anchors):
        level = len(boxes)
        for found, kind, size in ((boxes, "box", 4), (logits, "class", classes)):
            raw = conv(x, f"{kind}{level}", anchors * size, relu=False)
            found.append(layers.Reshape((-1, size), name=f"{kind}{level}")(raw))

    inputs = keras.Input((300, 300, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(inputs)
    x = conv(x, "stem", 32, 3, strides=2)
    outputs = inverted_residuals(x, MOBILENET_V2, conv, depthwise)
    # The finest boxes are read off in the middle of a block, on 19 × 19 places.
    model = keras.Model(inputs, outputs)
    predict(model.get_layer("block13_expand_relu").output, 3)
    x = conv(outputs, "head", 1280)
    predict(x, 6)
    for i, (narrow, wide) in enumerate(SSD_EXTRA):
        x = conv(x, f"extra{i}_narrow", narrow)
        x = conv(x, f"extra{i}_wide", wide, 3, strides=2)
        predict(x, 6)
    outputs = {
        "boxes": layers.Concatenate(axis=1, name="boxes")(boxes),
        "logits": layers.Concatenate(axis=1, name="logits")(logits),
    }
    return fill(keras.Model(inputs, outputs, name="ssd_mobilenet_v2"), weights)


def inverted_residuals(x, stages, conv, depthwise):
    """Blocks that widen, filter each channel by itself, and narrow again, with a shortcut."""
    from keras import layers

    block = 0
    for repeats, kernel_size, first_stride, expansion, filters in stages:
        for repeat in range(repeats):
            name, strides = f"block{block}", 1 if repeat else first_stride
            y = x if expansion == 1 else conv(x, f"{name}_expand", expansion * x.shape[-1])
            y = depthwise(y, f"{name}_depthwise", kernel_size, strides)
            y = conv(y, f"{name}_project", filters, relu=False)
            shortcut = strides == 1 and filters == x.shape[-1]
            x = layers.Add(name=f"{name}_add")([x, y]) if shortcut else y
            block += 1
    return x


def start_for(weights):
    """The initializer of a kernel: zeros, which are quickest to make, where it will be filled."""
    if weights is not None and not isinstance(weights, Mapping):
        raise ValueError(f"weights={weights!r:.60}: give a dictionary of arrays by name, or None.")
    return "glorot_uniform" if weights is None else "zeros"


def fill(model, weights):
    """Put `weights`, arrays by name, into `model` and return it; all of them or none."""
    if weights is None:
        return model
    places = {weight.path: weight for weight in model.weights}
    missing = [name for name in places if name not in weights]
    if missing:
        raise ValueError(
            f"{model.name} needs {len(places)} arrays and {len(missing)} are missing, the first "
            f"being {missing[0]!r}; give the dictionary that datasets.{model.name}() returns."
        )
    for name, weight in places.items():
        if tuple(weights[name].shape) != tuple(weight.shape):
            raise ValueError(
                f"{model.name}: {name!r} has shape {tuple(weights[name].shape)} where the network "
                f"needs {tuple(weight.shape)}; was it made for another network?"
            )
    for name, weight in places.items():
        weight.assign(weights[name].astype("float32"))
    return model
