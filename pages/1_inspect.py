"""Inspect a query: everything about one query, and why each image came up or did not."""

from core.language import later
from pages.ui import navigation

choice = navigation.set_up_with_choice("Inspect a query")
with navigation.starting(navigation.INSPECT):
    from pages.parts.inspect.buckets import show_buckets_read
    from pages.parts.inspect.candidates import show_candidates
    from pages.parts.inspect.export import offer_files
    from pages.parts.inspect.gallery_map import show_gallery_map
    from pages.parts.inspect.hash_code import show_hash_code
    from pages.parts.inspect.inspection import inspect_query
    from pages.parts.inspect.missed import show_missed
    from pages.parts.inspect.overview import show_overview
    from pages.parts.inspect.why import show_why
    from pages.ui import address, answers, errors

PARTS = {
    later("Hash code"): show_hash_code,
    later("Buckets"): show_buckets_read,
    later("Candidates"): show_candidates,
    later("Map"): show_gallery_map,
    later("Missed"): show_missed,
    later("Why?"): show_why,
    later("Evidence"): offer_files,
}


with errors.reported():
    if asked := answers.ask(choice, page=navigation.INSPECT):
        inspection = inspect_query(*asked)
        answers.notes(inspection.evidence.result, inspection.shown)
        show_overview(inspection)
        address.show_open_tab(PARTS, inspection)
