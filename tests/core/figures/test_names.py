"""Names of files are never HTML in a chart: Plotly takes every text for it."""

import json

import numpy as np

from core.figures import cbam, evidence, hashing, shift

TAG = '<a href="https://example.com">photo</a> & <b>bold'


def texts(figure) -> str:
    return json.dumps(figure.to_dict(), default=str)


def test_a_file_named_like_a_link_is_no_link():
    figures = [
        evidence.tables_by_cosine(
            np.array([0.5, 0.6]), np.array([1, 2]), ["hit", "missed"], [TAG, TAG], n_tables=8
        ),
        hashing.hamming_scatter(
            np.array([30.0]), np.array([0.2]), (np.zeros(181), np.ones(181)), chosen=0, texts=[TAG]
        ),
        shift.slope_chart([shift.Slope(TAG, 1, 2, None)], k=5),
        cbam.rank_paths([cbam.RankPath(TAG, (1, 2), None)], ["a", "b"], k=5),
    ]
    for figure in figures:
        assert "<a href" not in texts(figure)
        assert "&lt;a href=" in texts(figure)
        assert "&amp; &lt;b&gt;" in texts(figure)
