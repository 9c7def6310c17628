"""What training does to a picture before the network sees it (section 3.1, Figure 3)."""

from core.language import tr
from pages.ui import glossary, navigation

choice = navigation.set_up_with_choice("Augmentation")
with navigation.starting(navigation.AUGMENTATION):
    from pages.parts.augmentation.draws import show_draws
    from pages.parts.augmentation.guess import guess_the_furthest
    from pages.parts.augmentation.one_by_one import show_one_by_one
    from pages.ui import errors, galleries, inputs, resources

SAMPLE = "china"  # the query where nobody has chosen one yet
SIDE = 384  # pixels: Corel's longer side; the same noise is finer grain in a larger picture

shown = galleries.choose_in(choice)
glossary.markdown(
    tr(
        "**Would you still know a picture if it were tilted, cut, faded and full of grain?** You "
        "would, and a network can learn it. Beside each picture itself, the training of the "
        "paper's experiment shows it copies that were scaled, turned, cropped, recoloured and "
        "roughened at random (section 3.1 and Figure 3 of the [[paper]]). The model that this app "
        "searches with is trained without them. Do it yourself to any picture, one change at a "
        "time or all five at once."
    )
)

with errors.reported():
    gallery = galleries.open_chosen(shown)
    asked = shown if shown.source else shown.with_query("sample", SAMPLE)
    inputs.choose_query(asked, gallery, page=navigation.AUGMENTATION)
    query = inputs.query(asked, gallery)
    if query:
        pixels = resources.small_picture(query.data, max_side=SIDE)
        guess_the_furthest(pixels, shown)
        show_one_by_one(pixels, query.title)
        show_draws(pixels, shown)
