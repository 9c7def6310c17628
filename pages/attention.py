"""How attention works: CBAM stage by stage, what its switches do, and Grad-CAM beside it."""

from core.language import later, tr
from pages.ui import glossary, navigation, tour

choice = navigation.set_up_with_choice("How attention works")
with navigation.starting(navigation.ATTENTION):
    from pages.parts.attention.ablation import show_ablation
    from pages.parts.attention.clutter import show_clutter
    from pages.parts.attention.gradcam import show_gradcam
    from pages.parts.attention.query import AttentionQuery
    from pages.parts.attention.walk_through import show_walk_through
    from pages.ui import address, answers, errors

PARTS = {
    later("Walk through"): show_walk_through,
    later("Ablation"): show_ablation,
    later("Clutter"): show_clutter,
    later("Grad-CAM"): show_gradcam,
}

if tour.shows("words"):
    glossary.markdown(
        tr(
            "**Attention is a set of weights that a [[network]] computes for each picture anew.** "
            "[[CBAM]] has two: one for the kinds of thing that it sees ([[channels]]), one for "
            "where it sees them (places). Look at both at work, switch them off, and ask what a "
            "similarity really rests on."
        )
    )

with errors.reported():
    if asked := answers.ask(choice, page=navigation.ATTENTION, teaches=True):
        address.show_open_tab_apart(PARTS, AttentionQuery(*asked))
