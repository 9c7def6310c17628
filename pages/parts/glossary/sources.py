"""The paper, the works it rests on, and how to cite both the paper and this software."""

import streamlit as st

from core import __version__
from core.language import tr
from core.paper.references import PAPER, REFERENCES

_CITATION = f"""@article{{luo2022image,
  author  = {{Luo, Y. and Li, W. and Ma, X. and Zhang, K.}},
  title   = {{Image Retrieval Algorithm Based on Locality-Sensitive Hash Using Convolutional
             Neural Network and Attention Mechanism}},
  journal = {{Information}},
  volume  = {{13}},
  number  = {{10}},
  pages   = {{446}},
  year    = {{2022}},
  doi     = {{10.3390/info13100446}}
}}

@software{{hashlight,
  title   = {{Hashlight}},
  version = {{{__version__}}},
  note    = {{Image retrieval with attention and locality-sensitive hashing}}
}}"""


def show_sources() -> None:
    """Show the references and the citation."""
    st.header(tr("The paper and its sources"), anchor=False)
    st.markdown(
        tr("**The paper**: {reference} [{url}]({url})", reference=PAPER.text, url=PAPER.url)
    )
    st.markdown(tr("Numbers in square brackets on the other pages are the paper's own:"))
    st.markdown("\n".join(f"- **[{it.number}]** {it.text} *{tr(it.why)}.*" for it in REFERENCES))
    st.header(tr("Cite this"), anchor=False)
    st.markdown(tr("The paper, and this software:"))
    st.code(_CITATION, language=None, wrap_lines=True)
