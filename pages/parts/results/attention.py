"""Whether attention finds the object, by the masks of the built-in gallery."""

import streamlit as st

from core.figures.rows import Interval, shares_inside
from pages.ui import charts
from pages.ui.code import show_code
from pages.ui.result_files import read, show_origin
from pages.ui.tables import pinned_table


def show_attention() -> None:
    """Whether attention finds the object, by the masks of the built-in gallery."""
    st.header("Does attention look at the object? · Scenes", anchor=False)
    result = read("attention-scenes", "Attention against masks")
    if not result:
        return
    area = result["object_area_share"]
    st.markdown(
        f"Each of the {result['n_images']:,} pictures of *Scenes* comes with the exact mask of "
        f"its object, which covers **{area:.0%}** of the picture on average. A map that knew "
        "nothing of objects would put as much of itself inside: the dotted line. Above it "
        "attention finds objects, below it the background."
    )
    rows = result["rows"]
    intervals = [
        Interval(
            f"{row['map']} · {row['over_area']:.2f} × the object's area ·",
            row["share_inside"],
            row["low"],
            row["high"],
        )
        for row in rows
    ]
    charts.chart(
        shares_inside(intervals, area=area),
        key="inside",
        alt="Share of each map inside the object: "
        + ", ".join(f"{row['map']} {row['share_inside']:.1%}" for row in rows),
    )
    with st.expander("By category"):
        maps = [row["map"] for row in rows]
        pinned_table(
            [
                {"Category": name, "Object covers": f"{shares['area']:.1%}"}
                | {it: f"{shares[it]:.1%}" for it in maps if it in shares}
                for name, shares in result["categories"].items()
            ]
        )
    show_origin("attention-scenes", result)
    show_code(
        "core.evaluation.attention_focus:cell_shares",
        "core.evaluation.attention_focus:share_inside",
    )
