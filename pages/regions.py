"""Find a part: mark it on a picture, and see it in all others of the gallery."""

from core.language import tr
from pages.ui import glossary, navigation

choice = navigation.set_up_with_choice("Find a part")
glossary.markdown(
    tr(
        "**Mark a part of a picture, and find it in all others.** The [[network]] sees a picture "
        "as a grid of [[places]]. Here each place has an [[embedding]] of its own, so you can "
        "search for an eye or a wing, not only for whole pictures."
    )
)
with navigation.starting(navigation.REGIONS):
    from pages.parts.regions.finder import show_finder
    from pages.parts.regions.query import PartQuery
    from pages.ui import errors, galleries, inputs

shown = galleries.choose_in(choice)
with errors.reported():
    if opened := galleries.open_embedded(shown):
        query, shown = inputs.query_or_example(shown, *opened, page=navigation.REGIONS)
        if query:
            show_finder(PartQuery(query, *opened, shown))
