"""All of the evidence as files."""

import json
from typing import Any

import streamlit as st

from core.language import tr
from core.lessons.evidence import Evidence, as_csv, as_json, versions
from pages.parts.inspect.inspection import Inspection


def offer_files(inspection: Inspection) -> None:
    """Offer all of it as files."""
    others = []
    if name := st.query_params.get("other"):
        others = [it.id for it in inspection.gallery.items if it.name == name]
        others = [id for id in others if id in inspection.evidence.index.vectors]
    arguments: dict[str, Any] = {
        "title": inspection.query.title,
        "model_digest": inspection.model_digest,
        "address": inspection.address,
        "others": others,
    }
    st.markdown(
        tr(
            "**Take it away and check it.** The JSON file holds what it takes to redo this query "
            "by hand: hyperplanes, the query's embedding and margins, each probe with its bucket, "
            "each image's keys and cosine, and the steps from one to the next. The CSV file has "
            "one row per candidate and per nearest neighbour."
        )
    )
    with st.container(horizontal=True, gap="small"):
        files = {  # written when somebody asks for them
            "JSON": ("application/json", lambda: _json(inspection.evidence, arguments)),
            "CSV": ("text/csv", lambda: as_csv(inspection.evidence, **arguments)),
        }
        for kind, (mime, content) in files.items():
            st.download_button(
                tr("Download {kind}", kind=kind),
                content,
                file_name=f"hashlight-evidence.{kind.lower()}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"download-{kind}",
            )
    rows = {
        tr("Address"): arguments["address"],
        tr("Gallery"): tr(
            "{title}, digest {digest}",
            title=inspection.gallery.title,
            digest=inspection.gallery.digest,
        ),
        tr("Model"): tr("digest {digest}", digest=inspection.model_digest),
        tr("Versions"): ", ".join(f"{name} {number}" for name, number in versions().items()),
    }
    for name, value in rows.items():
        st.markdown(f"{name}: `{value}`")
    if inspection.query.is_upload:
        st.caption(tr("An upload can't be put in a link: the address works only in this session."))


def _json(found: Evidence, arguments: dict[str, Any]) -> str:
    content = as_json(found, **arguments)
    return json.dumps(content, ensure_ascii=False, allow_nan=False)
