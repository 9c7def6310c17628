"""The words of the field in plain English, and how they open wherever they stand.

In a text for ``markdown``, ``[[margin]]`` is a word whose meaning opens when the mouse rests on
it, when a finger taps it, or when it has the focus of the keyboard. ``[[Abstand|margin]]`` is the
same term by another word, as other languages need it.
"""

import re
from html import escape

import streamlit as st

from core.language import later, tr
from core.paper.references import PAPER

TERMS = {
    later("attention"): later(
        "Weights that the network computes for each picture anew: what counts in it, and where."
    ),
    later("bit"): later("A 1 or a 0: on which side of one hyperplane a picture lies."),
    later("bucket"): later("All pictures with the same key in one hash table."),
    later("candidate"): later(
        "A picture in a bucket that was read. Only candidates are compared with the query."
    ),
    later("candidate ratio"): later(
        "Candidates divided by all pictures: the part of the gallery that was looked at."
    ),
    "CBAM": later(
        "Convolutional block attention module: channel attention, then spatial attention."
    ),
    later("channel"): later(
        "One of many small maps inside the network. It is high where the picture shows "
        "the kind of thing that this channel answers to."
    ),
    later("channel attention"): later(
        "Weights for channels, computed anew for each picture from their averages and maxima."
    ),
    later("cosine"): later(
        "Of the angle between two arrows: 1 for the same direction, 0 for a right angle. "
        "Here it is the similarity of two pictures."
    ),
    later("embedding"): later(
        "The list of numbers that the network makes of a picture; an arrow of length 1."
    ),
    later("exact scan"): later(
        "Comparing the query with every picture. It misses nothing; LSH is judged by it."
    ),
    later("gallery"): later("The pictures that are searched."),
    later("gate"): later(
        "A weight between 0 and 1: 0 shuts something off, 1 lets all of it through."
    ),
    "Grad-CAM": later("A map made afterwards: which places of a picture one similarity rests on."),
    later("hash code"): later("All keys of a picture together: K bits in each of L tables."),
    later("hash table"): later("A set of hyperplanes of its own, and the buckets that they make."),
    later("hit"): later("One of the best candidates, which are shown."),
    later("hyperplane"): later("A flat cut through the middle of space. In a plane it is a line."),
    "K": later("How many bits a key has: the hyperplanes of one table."),
    later("kernel"): later("A small window of learnt weights that slides over a map."),
    later("key"): later("The K bits of a picture in one table. It names the bucket."),
    "L": later("How many hash tables there are."),
    later("label"): later("The word for what a picture shows, where the gallery has one."),
    "LSH": later(
        "Locality-sensitive hashing: a way to put near things into the same bucket more often "
        "than far ones."
    ),
    "mAP": later(
        "Mean average precision: how far up the right pictures stand, over many queries. 1 is best."
    ),
    later("margin"): later("How far a picture lies from a hyperplane. Near 0 the bit is fragile."),
    later("neighbour"): later(
        "One of the pictures nearest to the query, as the exact scan finds them."
    ),
    later("neighbour recall"): later("The share of the exact scan's hits that LSH finds too."),
    later("network"): later(
        "ResNet50: a program of many layers whose weights were learnt from pictures."
    ),
    later("paper"): later("{paper} The app builds its system and measures it."),
    later("place"): later("One cell of the grid in which the network sees a picture."),
    later("precision"): later("The share of the hits that are right."),
    later("probe"): later(
        "To read a bucket in each table: first the query's own, then those with the next smallest "
        "margins. More probes need no new index."
    ),
    later("query"): later("The picture that you search with."),
    later("recall"): later("The share of all right pictures that are among the hits."),
    later("rerank"): later("To put the candidates in order by their exact cosine to the query."),
    later("spatial attention"): later("One weight for each place of the picture."),
}
"""Term -> what it means, in the order of the alphabet."""

MARKED = re.compile(r"\[\[([^\]|]+)(?:\|([^\]]+))?\]\]")
"""A term in a text: the word that is shown, and the term where that is another."""
_BY_NAME = {term.lower(): term for term in TERMS}


def meaning(term: str) -> str:
    """Return what a term means."""
    return tr(TERMS[term], paper=PAPER.text)


def markdown(text: str) -> None:
    """Write Markdown in which ``[[term]]`` opens its meaning.

    Raises:
        KeyError: a term that has no meaning here.
    """
    st.markdown(MARKED.sub(_term, text), unsafe_allow_html=True)


def term_of(word: str) -> str:
    """Return the term that a word is, in whatever number and case.

    Raises:
        KeyError: there is none.
    """
    name = word.lower()
    return _BY_NAME[name if name in _BY_NAME else name.removesuffix("s")]


def plain(text: str) -> str:
    """Return a text with its terms as mere words."""
    return MARKED.sub(r"\1", text)


def _term(match: re.Match[str]) -> str:
    told = escape(meaning(term_of(match[2] or match[1])))
    return (
        f'<span class="term" tabindex="0" role="note">{match[1]}'
        f'<span class="meaning" role="tooltip">{told}</span></span>'
    )
