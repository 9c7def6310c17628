"""What a page shows, as its address says it: the one place where state lives.

Each run of the script reads the address, and widgets write to it before the script runs
again. Reload, back, a second tab and a link that someone sends therefore need no code of
their own. Whatever in an address makes no sense is ignored, and its default taken.

Streamlit can bind single widgets to an address (``bind="query-params"``). We don't use that for
what stands here: gallery and image change together, and *back* has to bring back both. A page
binds what is its own alone, such as which of its tabs is open; such names are left as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import streamlit as st
from streamlit.errors import StreamlitAPIException

from core.index.families.hyperplanes import Hyperplanes
from core.index.fitting import FAMILIES, MOST_PROBES
from core.index.lsh import LSHConfig
from core.model.attention import ATTENTION_MODES, AttentionMode
from core.search import SearchConfig
from pages.ui import menu

DEFAULT_GALLERY = "scenes"

# What the sliders offer, and so what an address may say; the core allows more.
# What is chosen for the gallery unless somebody sets it.
FITTING = ("hyperplanes", "K", "L", "probes")
RANGES = {
    "K": (1, 24),
    "L": (1, 32),
    "probes": (1, MOST_PROBES),
    "k": (1, 50),
    "seed": (0, 9_999),
}
MANNERS: dict[str, type[Hyperplanes]] = {family.manner: family for family in FAMILIES}
SOURCES = ("image", "sample", "upload")
FEATURES = ("embeddings", "colour")  # what relevance feedback learns from


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One state of a page; field by field what its address says, which is what was set by hand."""

    gallery: str = DEFAULT_GALLERY
    source: str | None = None  # where the query comes from: one of SOURCES; None: none yet
    name: str = ""  # of the query image, in its source
    hyperplanes: str = ""  # one of MANNERS; "" for what fits the gallery (``answers.settled``)
    K: int = 0  # this, L and the probes: 0 for what fits the gallery
    L: int = 0
    seed: int = LSHConfig().seed
    probes: int = 0
    k: int = SearchConfig().k
    attention: AttentionMode = "both"
    features: str = "embeddings"  # one of FEATURES
    teaches: bool = False  # then the hyperplanes are the paper's, whatever is set or fits
    fitted: frozenset[str] = frozenset()  # settings whose value was chosen for the gallery

    @property
    def lsh(self) -> LSHConfig:
        """How the index is built."""
        return LSHConfig(n_bits=self.K, n_tables=self.L, seed=self.seed)

    @property
    def family(self) -> type[Hyperplanes] | None:
        """Of the hyperplanes; None where it isn't settled yet."""
        return Hyperplanes if self.teaches else MANNERS.get(self.hyperplanes)

    @property
    def built(self) -> tuple[LSHConfig, type[Hyperplanes]]:
        """How the index is built, once the view is settled."""
        assert self.family is not None
        return self.lsh, self.family

    @property
    def search(self) -> SearchConfig:
        """How it is asked."""
        return SearchConfig(k=self.k, n_probes=self.probes)

    def params(self) -> dict[str, str]:
        """Return the address's parameters: the query with its gallery, and what is not default."""
        params = {}
        if self.source or self.gallery != DEFAULT_GALLERY:
            params["gallery"] = self.gallery
        if self.source:
            params[self.source] = self.name
        for name in (*RANGES, "hyperplanes", "attention", "features"):
            value = getattr(self, name)
            if name not in self.fitted and value != getattr(UNSET, name):
                params[name] = str(value)
        return params

    def chosen(self, settings: Mapping[str, Any]) -> Self:
        """Return this view with settings that were chosen for its gallery."""
        return replace(self, fitted=self.fitted | settings.keys(), **settings)

    def with_query(self, source: str, name: str) -> Self:
        """Return this view with another query."""
        return replace(self, source=source, name=name)

    def with_gallery(self, gallery: str) -> Self:
        """Return this view of another gallery; an image of the old one is no query there."""
        changed = replace(self, gallery=gallery)
        return replace(changed, source=None, name="") if self.source == "image" else changed


UNSET = View()  # what goes without saying


def parse(params: Mapping[str, str]) -> View:
    """Read an address's parameters; what makes no sense is left at its default."""
    values: dict[str, Any] = {}
    for name, (low, high) in RANGES.items():
        number = _whole(params.get(name, ""))
        if number is not None and low <= number <= high:
            values[name] = number
    if params.get("hyperplanes") in MANNERS:
        values["hyperplanes"] = params["hyperplanes"]
    if params.get("attention") in ATTENTION_MODES:
        values["attention"] = params["attention"]
    if params.get("features") in FEATURES:
        values["features"] = params["features"]
    if params.get("gallery"):
        values["gallery"] = params["gallery"]
    source = next((source for source in SOURCES if params.get(source)), None)
    if source:
        values |= {"source": source, "name": params[source]}
    return View(**values)


def current() -> View:
    """Read the browser's address, and write it back as we would have written it.

    An address that is right already stays untouched.
    """
    view = here()
    show(view)
    return view


def here() -> View:
    """Return what the browser's address says now.

    A callback asks this: the page it was drawn with may show an earlier state.
    """
    return parse(st.query_params)


def change(**settings: Any) -> None:
    """Put settings into the browser's address, and leave there whatever else it says."""
    show(replace(here(), **settings))


def show(view: View) -> None:
    """Make the browser's address say this; the browser's *back* undoes it.

    What a page has put there besides stays.
    """
    wanted, address = view.params(), st.query_params
    others = {name: value for name, value in address.items() if name not in menu.GOES_ALONG}
    if wanted | others == address.to_dict():
        return
    try:
        address.from_dict(wanted | others)  # in one step, so that *back* is one step too
    except StreamlitAPIException:  # a widget owns one of the others, which may not even be kept
        changed = {name: value for name, value in wanted.items() if address.get(name) != value}
        address.update(changed)
        for name in set(menu.GOES_ALONG) & set(address) - set(wanted):
            del address[name]


def _whole(text: str) -> int | None:
    """Read a whole number of at most nine plain digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None
