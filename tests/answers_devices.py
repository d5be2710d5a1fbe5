"""Right and wrong answers to the exercises of `dlhelpers/checks/devices.py`."""


def combine(gradients, sizes):
    return sum(n * g for n, g in zip(sizes, gradients, strict=True)) / sum(sizes)


def all_alike(gradients, sizes):
    return sum(gradients) / len(gradients)


def only_added(gradients, sizes):
    return sum(gradients)


def not_divided(gradients, sizes):
    return sum(n * g for n, g in zip(sizes, gradients, strict=True))


def divided_by_workers(gradients, sizes):
    return not_divided(gradients, sizes) / len(sizes)


def the_small_count_more(gradients, sizes):
    return combine(gradients, [1 / n for n in sizes])


def largest_batch(memory, parameters, slots, numbers_out):
    return max(0, (memory - 4 * parameters * (2 + slots)) // (4 * numbers_out))


def without_gradients(memory, parameters, slots, numbers_out):
    return largest_batch(memory, parameters, slots - 1, numbers_out)


def without_optimizer(memory, parameters, slots, numbers_out):
    return largest_batch(memory, parameters, 0, numbers_out)


def weights_only(memory, parameters, slots, numbers_out):
    return largest_batch(memory, parameters, -1, numbers_out)


def weights_for_each_example(memory, parameters, slots, numbers_out):
    return memory // (4 * parameters * (2 + slots) + 4 * numbers_out)


def a_byte_a_number(memory, parameters, slots, numbers_out):
    return largest_batch(4 * memory, parameters, slots, numbers_out)


def rounded_up(memory, parameters, slots, numbers_out):
    return max(0, -(-(memory - 4 * parameters * (2 + slots)) // (4 * numbers_out)))


def below_zero(memory, parameters, slots, numbers_out):
    return (memory - 4 * parameters * (2 + slots)) // (4 * numbers_out)


def not_whole(memory, parameters, slots, numbers_out):
    return max(0, (memory - 4 * parameters * (2 + slots)) / (4 * numbers_out))


RIGHT = {"devices.combine": combine, "devices.largest_batch": largest_batch}
WRONG = {
    "devices.combine": [
        (all_alike, "This counts all"),
        (only_added, "A sum of"),
        (not_divided, "The gradients are"),
        (divided_by_workers, "Divide by the"),
        (the_small_count_more, "A worker with"),
        (lambda gradients, sizes: combine(gradients, [n**2 for n in sizes]), "Turn each mean"),
    ],
    "devices.largest_batch": [
        (without_gradients, "Weights and gradients"),
        (without_optimizer, "What the optimizer"),
        (weights_only, "This is for"),
        (weights_for_each_example, "The weights are"),
        (a_byte_a_number, "A float32 has"),
        (rounded_up, "Round down: a"),
        (below_zero, "Where not even"),
        (not_whole, "Only whole examples"),
        (
            lambda memory, parameters, slots, numbers_out: (
                4 * largest_batch(memory, parameters, slots, numbers_out)
            ),
            "What weights, gradients",
        ),
    ],
}
