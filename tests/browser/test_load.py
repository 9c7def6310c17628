"""Visitors at once, without browsers: each gets the answer that it would get alone."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from tools import load


def test_photographs_that_are_handed_over_at_once_bring_each_visitor_its_own_answer(server):
    asked = load.uploads(server.url, 4, 2026, lambda n: {})
    with ThreadPoolExecutor() as elsewhere:  # the browser's loop runs in this thread
        told = elsewhere.submit(asyncio.run, asked).result()
    assert told["failures"] == 0, told["why"]
    assert told["compared_with_a_solo_run"] == 4
    assert told["different_from_it"] == 0
    assert told["different_rankings"] > 1
