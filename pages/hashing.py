"""How LSH works: six parts, from lines in the plane to the tables of a real index."""

from dataclasses import replace

from core.language import later
from pages.ui import navigation, tour
from pages.ui.languages.tabs import draw_tabs

LAB = later("Hyperplane lab")

choice = navigation.set_up_with_choice("How LSH works")
with navigation.starting(navigation.HASHING):
    from pages.parts.hashing.bits_and_tables import show_bits_and_tables
    from pages.parts.hashing.buckets import show_buckets
    from pages.parts.hashing.gallery import IndexedGallery, is_large_enough
    from pages.parts.hashing.gallery_map import show_gallery_map
    from pages.parts.hashing.hyperplane_lab import show_hyperplane_lab
    from pages.parts.hashing.probes import show_probes
    from pages.parts.hashing.theory_and_practice import show_theory_and_practice
    from pages.ui import answers, errors, galleries, inputs, view

PARTS = {
    later("Bits and tables"): show_bits_and_tables,
    later("Theory and practice"): show_theory_and_practice,
    later("Probes"): show_probes,
    later("Buckets"): show_buckets,
    later("Map"): show_gallery_map,
}

# Settings that a part offers itself, beside what they change; or that it has whatever is set.
SET_THERE = {
    "Bits and tables": ("hyperplanes", "K", "L"),
    "Theory and practice": ("hyperplanes",),
    "Probes": ("probes",),
}

shown = view.current()
tabs = draw_tabs([LAB, *PARTS], with_closed=tour.shows("other parts"))
if tabs[0].open:
    with tabs[0]:
        show_hyperplane_lab()
else:
    with choice:
        if tour.shows("choice"):
            galleries.choose(shown)
    for tab, (part, show_part) in zip(tabs[1:], PARTS.items(), strict=True):
        if tab.open:
            with tab, errors.reported():
                if opened := galleries.open_embedded(shown):
                    there = SET_THERE.get(part, ())
                    shown = replace(shown, teaches="hyperplanes" in there)
                    shown = answers.settled(shown, opened[1])
                    if tour.shows("settings"):
                        inputs.settings(shown, without=there)
                    indexed = IndexedGallery(shown, *opened)
                    if is_large_enough(indexed):
                        show_part(indexed)
