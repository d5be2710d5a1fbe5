"""What the exercises want: a file for each notebook, by its topic, and no framework in any.

The engine, `exercises.py`, reads these files; they import nothing of it. Each ends with a dict
`EXERCISES`, from the names to dicts of plain data and functions:

kind        "predict", "write", "repair" or "build"
inputs      function(random) → the calls of the answer, a list of tuples of arguments. `random` is
            a NumPy Generator, or None for the calls of the notebook itself. A prediction and a
            build have one call, a prediction with the numbers that it starts from.
hints       two or three texts, from a nudge to nearly the answer

predict, write:
case        function(*arguments) → (wanted, mistakes, otherwise): the right result; {hint: result of
            an answer with that mistake}; and what to say of any other wrong result. Whole numbers
            and texts are compared exactly, other numbers within the tolerance.
tolerance   relative and absolute, 1e-5 if left out
options     predict: the texts to choose from or to put in order, if it is a choice or an order
because     predict: why the right one is right

repair:
look        function(answer, *arguments, progress) → what was seen, a dict of numbers, texts,
            arrays and Keras models; `progress("epoch 3")` draws a line and ends what takes too long
faults      function(seen, *arguments) → {fault: what was seen of it, or "" where it is mended}
says        {fault: what to say}, the gravest first; each fault is a point
seconds     how long `look` may take, if there is a limit

build:
looks       function(model) → {fault: what is wrong with the model's form, or ""}
parameters  the largest number of parameters
measure     function(model, *arguments, progress) → a number, such as the accuracy after training
goal        the least that the number must be; `of`, what the number is
says        {fault: what to say}, with "too many" parameters and "too low" a number among them
seconds     how long `measure` may take

`look`, `faults` and `measure` get what the notebook hands to `check` by name, too: data that no
file of the package may load for itself.
"""
