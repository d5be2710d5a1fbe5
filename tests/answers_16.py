"""Right and wrong answers to the exercises of 16_devices."""


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


RIGHT = {"16.combine": combine, "16.largest_batch": largest_batch}
WRONG = {
    "16.combine": [all_alike, only_added, not_divided, divided_by_workers, the_small_count_more],
    "16.largest_batch": [
        without_gradients,
        without_optimizer,
        weights_only,
        weights_for_each_example,
        a_byte_a_number,
        rounded_up,
        below_zero,
        not_whole,
    ],
}
