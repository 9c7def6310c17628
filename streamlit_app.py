"""The home page: what this is, in one screen, with a live example."""

import re

import streamlit as st

from pages.ui import navigation, tour

N_HITS = 8
STEP = 67  # from one example to the next: prime, and more than a category

navigation.set_up("Home")
st.title("Hashlight", anchor=False)
st.markdown(
    "An image goes in, the images most like it come out, and every step in between can be seen: "
    "where **attention** (ResNet50 with CBAM) looks, which **hash code** random hyperplanes give, "
    "and which few buckets of a gallery are read instead of all of it (**LSH**)."
)
with st.spinner("Starting …"):  # seconds, once after a server start: these bring PyTorch along
    from core.errors import HashlightError
    from core.figures.timing import duration
    from core.search import SearchResult
    from pages.ui import errors, galleries, resources
    from pages.ui.answers import answer
    from pages.ui.errors import plain
    from pages.ui.grid import show_grid
    from pages.ui.grid.gallery import Searched, hit_tiles
    from pages.ui.inputs import Query
    from pages.ui.pictures import attention_heatmap, code_picture, query_picture
    from pages.ui.view import View


def example_number() -> int:
    """Return which example the address names, from 0."""
    text = st.query_params.get("example", "")
    return int(text) if re.fullmatch("[0-9]{1,4}", text) else 0


def another() -> None:
    """Go on to the next example."""
    st.query_params["example"] = str(example_number() + 1)


def told(result: SearchResult) -> str:
    """Say what was measured, in two sentences."""
    embed, found_in = duration(result.seconds["embed"]), duration(result.look_up_seconds)
    probes = result.candidates.probes
    full = sum(len(probe.ids) > 0 for probe in probes)
    found = round(result.neighbour_recall * len(result.exact_hits))
    return (
        f"The network took **{embed}** to embed this image. The {len(probes)} buckets that were "
        f"read, {full} of them not empty, hold "
        f"**{result.n_candidates:,} of {result.n_gallery:,} images** "
        f"({result.candidate_ratio:.0%}); reading and ranking them took **{found_in}**. "
        f"**{found} of the {len(result.exact_hits)}** images that an exact scan ranks highest are "
        "among them."
    )


try:
    gallery = resources.finished(resources.opened(View().gallery))
    stored = galleries.embeddings(gallery)
    if stored:
        example = stored.ids[(7 + STEP * example_number()) % len(stored.ids)]
        item = gallery.items[int(example)]
        shown = View().with_query("image", item.name)
        query = Query(item.name, gallery.read(item.id), item.id)
        result = answer(query, gallery, stored, shown)

        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(key="go", width="content"):
                st.page_link(
                    navigation.SEARCH,
                    label="Search with an image of your own",
                    icon=":material/search:",
                )
            page, params = tour.link(1)
            st.page_link(
                page,
                label="Guided tour: ten steps, ten minutes",
                icon=":material/route:",
                query_params=params,
            )
            st.button("Another example", icon=":material/casino:", on_click=another)

        with st.container(border=True, key="example-box"):
            picture, attention, code = st.columns([3, 3, 4], gap="medium")
            with picture:
                st.markdown("**1 · The query**")
                query_picture(result, item.label or item.name)
                st.caption(f"{plain(item.name)} · label {plain(item.label or 'none')}")
            with attention:
                st.markdown("**2 · Where the network looks**")
                attention_heatmap(result)
            with code:
                st.markdown("**3 · Its hash code**")
                code_picture(result)
                st.caption("One row per hash table; pale bits flip easily.")
            st.markdown("**4 · Its first hits**")
            searched = Searched(result=result, stored=stored)
            show_grid("home", hit_tiles(result.hits[:N_HITS], gallery, shown, searched=searched))
            st.markdown(told(result))
except HashlightError as error:
    errors.show(error)

st.caption(
    "Measured just now, on this machine. The pictures are *Scenes*, painted by our own code so "
    "that there is something to search at once; they are no substitute for photographs. On the "
    "Search page you can choose real galleries (Corel, Imagenette, Caltech101, Flowers102, "
    "Oxford-IIIT Pet), a zip of your own images, or any picture as the query."
)
