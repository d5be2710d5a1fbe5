"""The gradient of every weight of a Keras model, exactly, on any backend.

Keras has no call for gradients that works on TensorFlow, JAX and PyTorch alike. But each backend's
`train_on_batch` hands the gradients to the optimizer. So the optimizer here records them instead
of stepping.
"""

import numpy as np


def of(model, x, y, loss):
    """Gradients of the mean loss over one batch, with respect to each trainable weight.

    The model runs in training mode, as in `fit`: dropout drops, batch normalization uses the
    batch, and what layers add to the loss counts. Nothing about the model changes: not its
    weights, not its moving averages, not how it was compiled.

    Args:
        model: a built Keras model, Sequential or Functional.
        x, y: one batch, as for `fit`: arrays (batch, ...), or what the model takes.
        loss: a Keras loss or its name, as for `compile`.

    Returns:
        A dictionary from each trainable weight's path (`"dense/kernel"`) to an array of the
        weight's shape, in the order of `model.trainable_weights`. Units: loss per unit of weight.

    Raises:
        TypeError: `model` is no Keras model, or neither Sequential nor Functional.
        ValueError: the model is not built, or has no trainable weights; Keras has no such loss; or
            it cannot run the model and the loss on this batch: the message says why.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(f"model={model!r:.60}: give a Keras model.")
    if not model.built:
        raise ValueError(
            f"The model {model.name!r} is not built, so it has no weights yet; start it with "
            "keras.Input(shape) or call model.build(input_shape)."
        )
    if not getattr(model, "inputs", None):
        raise TypeError(f"The model {model.name!r} is neither Sequential nor Functional.")
    if not model.trainable_weights:
        raise ValueError(f"The model {model.name!r} has no trainable weights, so no gradients.")
    ends = (model.inputs, model.outputs)
    inputs, outputs = (end[0] if len(end) == 1 else end for end in ends)
    twin = keras.Model(inputs, outputs)  # the same layers, compiled apart
    recorder = _recorder()
    # For a single batch, compiling a deep network would take ten times as long as running it.
    twin.compile(optimizer=recorder, loss=loss, run_eagerly=True)
    state = [_values(variable) for variable in model.non_trainable_variables]
    try:
        twin.train_on_batch(x, y)
    except Exception as error:  # each backend has its own kinds, of many lines
        sizes = " and ".join(f"{name} {_sizes(batch)}" for name, batch in (("x", x), ("y", y)))
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise ValueError(
            f"The model {model.name!r} with the loss {loss!r:.60} cannot learn from {sizes}: "
            f"{reason:.200}"
        ) from error
    finally:
        for variable, value in zip(model.non_trainable_variables, state):
            variable.assign(value)
    return {
        weight.path: _values(gradient)
        for weight, gradient in zip(twin.trainable_variables, recorder.gradients)
    }


def _sizes(batch):
    return f"of shape {batch.shape}" if hasattr(batch, "shape") else f"{batch!r:.60}"


def _values(variable):
    """A copy of a variable's values as a NumPy array, which later steps do not change."""
    import keras

    return np.array(keras.ops.convert_to_numpy(variable))


def _recorder():
    """A Keras optimizer that keeps each gradient it is given and moves no weight."""
    import keras

    class Recorder(keras.optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            # Optimizer variables, because on JAX nothing else leaves a compiled training step.
            self.gradients = [
                self.add_variable_from_reference(variable, name="gradient")
                for variable in variables
            ]

        def update_step(self, gradient, variable, learning_rate):
            self.assign(self.gradients[self._get_variable_index(variable)], gradient)

    return Recorder(learning_rate=0.0)
