import numpy as np

from core.index.exact import exact_scan
from core.index.promise import PrefixTables
from core.search import build_index
from pages.parts.hashing.promise import LONGEST
from pages.ui import resources


def test_the_query_stops_where_its_promise_allows_and_says_what_it_found(
    hashing_page, small_gallery
):
    page = hashing_page(part="Probes", image="red/1.jpg", k="4", promise="70")
    assert not page.exception
    stored = resources.finished(resources.embedded(small_gallery))
    index = build_index(stored, "both", LONGEST)
    query = next(item.id for item in small_gallery.items if item.name == "red/1.jpg")
    vector = index.vectors.rows([query])[0]
    tables = PrefixTables(index, index.functions.keys(index.vectors.matrix))
    found = tables.query(vector, k=4, recall=0.7, exclude=query)
    truth = exact_scan(vector, index.vectors, k=4, exclude=query).ids
    numbers = {metric.label: metric.value for metric in page.metric}
    assert numbers["Buckets until it stops"] == f"{len(found.steps)}"
    assert numbers["Images compared"] == f"{found.steps[-1].n_read}"
    assert numbers["Found of 4 neighbours"] == f"{np.isin(truth, found.hits.ids).sum()}"
