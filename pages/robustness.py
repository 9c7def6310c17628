"""Change a query by hand and see what becomes of its bits, buckets and ranks (section 4.4.3)."""

from core.language import tr
from pages.ui import glossary, navigation

choice = navigation.set_up_with_choice("Robustness")
with navigation.starting(navigation.ROBUSTNESS):
    from pages.parts.robustness.further import link_further
    from pages.parts.robustness.guess import guess_flipped_bits
    from pages.parts.robustness.playground import show_playground
    from pages.parts.robustness.query import prepare_query
    from pages.parts.robustness.strengths import show_how_far
    from pages.ui import answers, errors

glossary.markdown(
    tr(
        "**How much can you change a photograph before its neighbours lose it?** Turn it, cut it, "
        "blur it: the network gives it another [[embedding]], some [[hyperplanes]] now see it on "
        "their other side, and their [[bits]] flip. One flipped bit is enough to leave a "
        "[[bucket]]."
    )
)

with errors.reported():
    if asked := answers.ask(choice, page=navigation.ROBUSTNESS, teaches=True):
        about = prepare_query(*asked)
        guess_flipped_bits(about)
        show_playground(about)
        show_how_far(about)
        link_further(about.shown)
