"""Grad-CAM: what one similarity rests on, beside the gate that knows nothing of it."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import HashlightError
from core.evaluation import results
from core.evaluation.attention_focus import cell_shares, share_inside
from core.galleries.base import Gallery
from core.language import later, later_written, tr
from core.model.gradcam import explain_similarity, grad_cam, similarity_map
from core.search import EmbeddedQuery, SearchResult
from core.wording import decimal
from pages.parts.attention.query import SIDE, AttentionQuery
from pages.ui import glossary, heatmap, resources
from pages.ui.address import tied
from pages.ui.code import show_code
from pages.ui.errors import plain
from pages.ui.heatmap import Panel, Scale, gate_panel
from pages.ui.pictures import data_url, image_file
from pages.ui.question import question
from pages.ui.result_files import link_to

_MAPS = (later("the gate M_s"), "Grad-CAM", later("both alike"))
_CAM_SCALE = Scale(0.0, 1.0, ("0", later_written(0.5, ".1f"), "1"), hover="Grad-CAM")
_ALIKE = 0.1  # of a ratio: closer ones are called alike
_FINDS = 1.25  # a ratio from which on a map is said to find the object


def show_gradcam(about: AttentionQuery) -> None:
    """Show what one similarity rests on, beside the gate that knows nothing of it."""
    measured = _measured()
    if measured:
        _question(measured)
    _maps(about)
    st.latex(  # typeset late: above the maps it would move them from under the pointer
        r"\begin{gathered}w_c=\operatorname*{mean}_{y,x}\frac{\partial s}{\partial F_c(y,x)},\quad "
        r"s=\cos(e_q,e_h)\\\text{map}=\mathrm{ReLU}\Big(\sum_c w_c F_c\Big)\end{gathered}"
    )
    show_code(grad_cam, similarity_map, share_inside)
    if measured:
        _finding(measured)


def _measured() -> Mapping[str, Any] | None:
    """Return what was measured over the whole built-in gallery, where it was."""
    try:
        return results.load("attention-scenes", results.RESULTS)
    except HashlightError:  # damaged: the Results page says so
        return None


def _over_area(measured: Mapping[str, Any]) -> dict[str, float]:
    """Each map's share inside the object over the object's share of the area."""
    return {row["map"]: row["ratio"]["mean"] for row in measured["rows"]}


def _question(measured: Mapping[str, Any]) -> None:
    ratios = _over_area(measured)
    gate, cam = ratios["M_s, trained"], ratios["Grad-CAM, trained"]
    right = _MAPS[2 if abs(gate - cam) < _ALIKE else 0 if gate > cam else 1]
    question(
        tr(
            "Two maps say *where*: the gate M_s of the network, and Grad-CAM of one similarity. "
            "Which lies more on the object of a picture?"
        ),
        _MAPS,
        right=right,
        because=tr(
            "Over the {n_images:,} scenes, whose objects have exact masks, M_s "
            "puts **×{gate:.2f}** of the object's share of the area on it and Grad-CAM "
            "**×{cam:.2f}**; ×1 is a map that knows nothing of objects.",
            n_images=measured["n_images"],
            gate=gate,
            cam=cam,
        ),
        key="guess-map",
    )


@st.fragment
def _maps(about: AttentionQuery) -> None:
    """Show query and hit with both maps; another hit redraws nothing else."""
    glossary.markdown(
        tr(
            "**A [[gate]]** is part of the network: M_s weighs the places of a picture *before* "
            "anyone says what it is compared with, and it is the same for every [[hit]]. "
            "**[[Grad-CAM]]** is no part of it: it asks afterwards how the similarity to *one* "
            "hit would react if channels at a place answered more. They answer different "
            "questions, so they may differ."
        )
    )
    result = about.result()
    hit = _choose_hit(about, result)
    if hit is None:
        st.info(tr("There is no other image to compare with; choose a larger gallery."))
        return
    mode = about.shown.attention
    network = resources.embedder().checkpoint.network
    other = resources.embedded_query(about.gallery.read(hit), mode)
    vector = about.stored.of(mode)[np.searchsorted(about.stored.ids, hit)]  # (D,)
    query = result.query
    panels = [
        *_panels(
            "query",
            query,
            explain_similarity(network, about.forward_pass(), vector, attention=mode),
            _mask(about.gallery, result.query_id),
        ),
        *_panels(
            "hit",
            other,
            explain_similarity(
                network,
                resources.forward_pass(about.gallery.read(hit), mode),
                query.embedding,
                attention=mode,
            ),
            _mask(about.gallery, hit),
        ),
    ]
    st.markdown(
        tr(
            "Similarity s of the query to **{name}**: **{similarity}**.",
            name=plain(about.gallery.items[hit].name),
            similarity=decimal(float(query.embedding @ vector), 3),
        )
    )
    if query.spatial_gate is None:
        st.info(tr("Spatial attention is off in the settings, so there is no M_s to compare with."))
    thumbnail = resources.gallery_thumbnail(about.gallery, hit, max_side=SIDE)
    images = {"query": about.picture, "hit": data_url(thumbnail)}
    heatmap.show_maps("gradcam", panels, images, least=170)
    st.caption(
        tr(
            "Each Grad-CAM is drawn over its own maximum, so its pattern tells something and its "
            "height does not."
        )
        + " "
        + (
            tr("The white line is the object's exact mask.")
            if any(panel.outline for panel in panels)
            else tr("Only *Scenes* has masks, so nothing here can be scored.")
        )
    )


def _choose_hit(about: AttentionQuery, result: SearchResult) -> int | None:
    """Draw the choice of a hit; it goes to the address by its name. Return its id."""
    hits = result.hits or result.exact_hits
    names = {hit.name: f"{hit.rank} · {hit.name} · {decimal(hit.similarity, 3)}" for hit in hits}
    ids = {about.gallery.items[id].name: id for id in about.stored.ids.tolist()}
    wanted = st.query_params.get("hit", "")
    if wanted in ids and ids[wanted] != result.query_id and wanted not in names:
        # a link may name any image of the gallery
        names[wanted] = tr("{name} · no hit", name=wanted)
    if not names:
        return None
    chosen = st.selectbox(
        tr("Compared with the hit"),
        list(names),
        format_func=names.__getitem__,
        width=360,
        **tied("hit", names, next(iter(names))),
    )
    id: int = ids[chosen]
    return id


def _panels(
    picture: Literal["query", "hit"],
    embedded: EmbeddedQuery,
    cam: NDArray[np.float32],
    mask: NDArray[np.bool_] | None,
) -> list[Panel]:
    """Build gate and Grad-CAM of one image."""
    gate, outline = embedded.spatial_gate, None if mask is None else _outline(mask)
    panels = []
    if gate is not None:
        panels.append(
            gate_panel(
                gate,
                title=(
                    tr("Gate M_s of the query") if picture == "query" else tr("Gate M_s of the hit")
                ),
                note=_score(gate, mask),
                picture=picture,
                outline=outline,
            )
        )
    return [
        *panels,
        Panel(
            title=(
                tr("Grad-CAM on the query") if picture == "query" else tr("Grad-CAM on the hit")
            ),
            values=cam,
            scale=_CAM_SCALE,
            unit=tr("of its maximum"),
            note=_score(cam, mask),
            picture=picture,
            outline=outline,
        ),
    ]


def _score(values: NDArray[np.floating], mask: NDArray[np.bool_] | None) -> str:
    """Say how much of a map lies inside the object, against the object's share of the area."""
    if mask is None:
        return ""
    cells = cell_shares(mask, *values.shape)[None]  # (1, H, W)
    area = float(cells.mean())
    if area == 0:
        return tr("Its object is hidden.")
    inside = float(share_inside(values[None], cells)[0])
    return tr(
        "{inside:.1%} inside the object, which covers {area:.1%}: ×{ratio:.2f}",
        inside=inside,
        area=area,
        ratio=inside / area,
    )


def _mask(gallery: Gallery, id: int | None) -> NDArray[np.bool_] | None:
    """Return where the object is, in the one gallery that knows."""
    if id is None or not hasattr(gallery, "mask"):
        return None
    mask: NDArray[np.bool_] = gallery.mask(id)
    return mask


def _outline(mask: NDArray[np.bool_]) -> str:
    """Draw the border of a mask: a white line with a dark one outside it."""
    line = np.zeros((*mask.shape, 4), dtype=np.uint8)
    once = _grown(mask)
    line[_grown(once) & ~mask] = (0, 0, 0, 255)
    line[once & ~mask] = (255, 255, 255, 255)
    return data_url(image_file(line, "PNG"), "PNG")


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask with one pixel more on every side."""
    padded = np.pad(mask, 1)
    grown: NDArray[np.bool_] = (
        mask | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    )
    return grown


def _finding(measured: Mapping[str, Any]) -> None:
    """Say what was found over all scenes."""
    ratios = _over_area(measured)
    with st.container(border=True):
        gate, cam = ratios["M_s, trained"], ratios["Grad-CAM, trained"]
        st.markdown(
            tr(
                "**An honest finding.** The paper says that attention finds the key regions. "
                "Measured over all {n_images:,} scenes, the trained spatial gate puts "
                "**×{gate:.2f}** of the object's share of the area on it, and Grad-CAM of a "
                "similarity **×{cam:.2f}**; ×1 knows nothing of objects. {finding}",
                n_images=measured["n_images"],
                gate=gate,
                cam=cam,
                finding=_who_finds_it(gate, cam),
            )
        )
        if untouched := ratios.get("Grad-CAM, untouched ImageNet"):
            st.markdown(
                tr(
                    "ResNet50 as trained on ImageNet, without any CBAM, has **×{untouched:.2f}** "
                    "in Grad-CAM: its channels find objects by themselves.",
                    untouched=untouched,
                )
            )
        link_to("Attention", tr("All maps, with intervals and by category"))


def _who_finds_it(gate: float, cam: float) -> str:
    """Say which of both maps finds the object."""
    if gate >= _FINDS:
        return tr("So the gate does find the object.")
    if cam >= _FINDS:
        return tr("So the network does use the object, but it isn't this gate that finds it.")
    return tr("So neither of the two finds the object.")
