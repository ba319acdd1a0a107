"""The arithmetic that `benchmarks/rate.py` counts, against sums made by hand."""

from tests.networks.building import build


def test_the_seed_network_has_a_multiply_add_a_weight():
    from rate import multiply_adds

    assert multiply_adds(build("mlp", (128,), 0)) == 784 * 128 + 128 * 10 == 101_632


def test_a_filter_is_applied_at_every_place_of_one_view():
    from rate import multiply_adds

    patches = 14 * 14 * 16 * 4
    first = 14 * 14 * 9 * 16 * 48
    second = 7 * 7 * 9 * 48 * 96
    network = build("conv", (48, 96), 0, mirrored=True)
    assert multiply_adds(network) == patches + first + second + 96 * 10
