import csv
import io
import json

from core.lessons.evidence import as_csv
from pages.parts.inspect import export

RED = {"gallery": "scenes", "image": "red/1.jpg"}
FEW = {"K": "12", "L": "2", "probes": "1"}  # such that something is missed


def test_the_files_hold_this_query_and_the_image_that_was_chosen(inspect_page, seen):
    inspect_page(**RED, **FEW, part="Evidence", other="blue/2.jpg")
    arguments = {"title": "red/1.jpg", "model_digest": "m", "address": "a", "others": [0]}
    found = seen[-1].evidence
    written = json.loads(export._json(found, arguments))
    assert written["query"]["id"] == found.result.query_id
    assert 0 in {it["id"] for it in written["explained"]}
    rows = list(csv.DictReader(io.StringIO(as_csv(found, **arguments))))
    assert 0 in {int(row["id"]) for row in rows}
