"""What the parts of Inspect are given."""

import pytest

from pages.parts.inspect import inspection


@pytest.fixture
def seen(monkeypatch):
    """What the page shows, in the order of its runs."""
    runs = []
    inspect_query = inspection.inspect_query

    def watched(*given):
        runs.append(inspect_query(*given))
        return runs[-1]

    monkeypatch.setattr(inspection, "inspect_query", watched)
    return runs
