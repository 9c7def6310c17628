"""The bank: three questions or more on each of ten subjects, of which a test takes one."""

from random import Random

from core.language import later
from pages.parts.selftest import about_attention, about_hashing, about_results
from pages.parts.selftest.question import DrawnQuestion, Maker

BANK: dict[str, tuple[Maker, ...]] = {
    later("Precision and recall"): (
        about_results.precision,
        about_results.recall,
        about_results.recall_of_neighbours,
    ),
    later("Channel attention"): (
        about_attention.what_goes_in,
        about_attention.channel_gates,
        about_attention.gate_times_value,
    ),
    later("Spatial attention"): (
        about_attention.maps_under_the_kernel,
        about_attention.reach_of_the_kernel,
        about_attention.spatial_gates,
        about_attention.places_of_the_thing,
        about_attention.where_attention_gains,
    ),
    later("The gate and Grad-CAM"): (
        about_attention.what_depends_on_the_hit,
        about_attention.part_of_the_network,
        about_attention.gate_twice_as_high,
    ),
    later("One hyperplane"): (
        about_hashing.chance_of_a_cut,
        about_hashing.bits_that_differ,
        about_hashing.how_much_more_often,
    ),
    later("Bits per key"): (
        about_hashing.number_of_keys,
        about_hashing.all_bits_agree,
        about_hashing.one_bit_more,
    ),
    later("Tables"): (
        about_hashing.one_of_the_tables,
        about_hashing.ids_in_tables,
        about_hashing.one_table_more,
    ),
    later("Probes"): (
        about_hashing.buckets_read,
        about_hashing.without_a_new_index,
        about_hashing.second_probe,
    ),
    later("Margins"): (
        about_hashing.fragile_bit,
        about_hashing.one_bit_differs,
        about_hashing.cost_of_two_flips,
    ),
    later("When hashing pays"): (
        about_results.ten_times_the_gallery,
        about_results.slower_when_small,
        about_results.where_they_cross,
    ),
}
"""Subject, in English -> what makes its questions, in the order of the tour."""


def draw(seed: int) -> dict[str, DrawnQuestion]:
    """Draw one question on each subject; the same seed draws the same."""
    rng = Random(seed)
    return {subject: rng.choice(makers)(rng) for subject, makers in BANK.items()}
