"""What the machine is told, judged by the index and by adding up; and its words."""

import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from pages.ui import machine, navigation
from pages.ui.machine import STAGES, opened
from tests.pages.conftest import opener

RED = {"gallery": "scenes", "image": "red/1.jpg", "K": "3", "L": "2", "probes": "2", "k": "4"}
ROOT = Path(__file__).parents[3]

machine_page = opener("pages/machine.py")


@pytest.fixture
def machines(monkeypatch):
    """What the machine is told, and the stage whose lesson the visitor asks for in the next run."""
    seen = SimpleNamespace(told=None, chosen=None)

    def mount(data, **_):
        seen.told = json.loads(json.dumps(data))
        return SimpleNamespace(chosen=seen.chosen)

    monkeypatch.setattr(machine, "_machine", mount)
    return seen


def adds_up(sum, total):
    """Whether terms and rest are a total, to the four digits that are told."""
    terms, rest, told = sum
    added = math.fsum(left * right for _, left, right in terms) + rest
    return added == pytest.approx(told, abs=1e-3) and told == pytest.approx(total, abs=1e-4)


def test_the_sums_of_all_stages_are_those_of_the_search(machine_page, machines):
    machine_page(**RED)
    told = machines.told
    assert adds_up(told["squares"], 1)
    for key, margins, products in zip(told["keys"], told["margins"], told["products"], strict=True):
        assert len(key) == told["bits"] == 3
        assert key == "".join("1" if margin >= 0 else "0" for margin in margins)
        assert all(adds_up(*each) for each in zip(products, margins, strict=True))
    assert [sum(worth) for worth in told["worth"]] == [int(key, 2) for key in told["keys"]]
    assert all(adds_up(hit["sum"], hit["cosine"]) for hit in told["hits"])
    gate = told["channel"]["sum"]
    z = gate["average_path"] + gate["maximum_path"]
    assert gate["gate"] == pytest.approx(1 / (1 + math.exp(-z)), abs=1e-5)
    gate = told["spatial"]["sum"]
    z = gate["mean_term"] + gate["maximum_term"] + gate["bias"]
    assert gate["gate"] == pytest.approx(1 / (1 + math.exp(-z)), abs=1e-5)
    assert gate["gate"] == pytest.approx(max(told["spatial"]["gate"]), abs=1e-3)


def test_buckets_candidates_and_hits_are_counted_as_the_index_has_them(machine_page, machines):
    machine_page(**RED)
    told, read = machines.told, machines.told["read"]
    for key, probes, places in zip(told["keys"], read["tables"], read["places"], strict=True):
        (own, flips, cost, _), (other, flipped, _, _) = probes
        assert (own, flips, cost) == (key, [], 0)
        assert [at for at in range(3) if other[at] != key[at]] == flipped
        assert places == sum(n for *_, n in probes)
    assert (told["n"], told["k"], read["own"]) == (11, 4, 1)
    assert read["candidates"] == read["different"] - 1 == sum(told["found"])
    cosines = [hit["cosine"] for hit in told["hits"]]
    assert cosines == sorted(cosines, reverse=True)
    assert len(cosines) == told["nHits"] == min(4, read["candidates"])


def test_the_query_flies_first_and_each_image_to_the_side_that_its_key_says(machine_page, machines):
    machine_page(**RED)
    told = machines.told
    query, *others = told["flight"]
    assert query["label"] == "the query"
    np.testing.assert_allclose(query["margins"], told["margins"], atol=1e-3)
    assert len({it["name"] for it in others} - {"red/1.jpg"}) == len(others) == 11
    own = [probes[0][3] for probes in told["read"]["tables"]]  # images in the query's bucket
    keys = np.array([np.array(it["margins"]) >= 0 for it in told["flight"]])  # (12, L, K)
    assert (keys == keys[0]).all(axis=2).sum(axis=0).tolist() == own


@pytest.mark.parametrize(
    ("attention", "off"), [("off", {"channel", "spatial"}), ("channel", {"spatial"})]
)
def test_a_gate_that_is_off_has_no_values(machine_page, machines, attention, off):
    machine_page(**RED, attention=attention)
    assert {name for name in ("channel", "spatial") if machines.told[name] is None} == off


def test_a_lesson_opens_with_the_view(machine_page, machines):
    page = machine_page(**RED)
    machines.chosen = [it.name for it in STAGES].index("candidates")
    page.run()
    assert not page.exception
    assert {**RED, "part": "Candidates"}.items() <= dict(page.query_params).items()


@pytest.mark.parametrize(
    ("address", "stage", "table"),
    [
        ({}, None, 0),
        ({"stage": "keys", "table": "2"}, "keys", 1),
        ({"stage": "walls", "table": "3"}, None, 0),
        ({"stage": "keys", "table": "0"}, "keys", 0),
        ({"table": "٢"}, None, 0),
        ({"table": "9" * 5_000}, None, 0),
    ],
)
def test_the_address_says_what_is_open_and_nonsense_opens_nothing(
    monkeypatch, address, stage, table
):
    monkeypatch.setattr(st, "query_params", address)
    assert opened(2) == {"stage": stage, "table": table}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_is_told_in_sixty_words_and_has_a_lesson_that_is_there(stage):
    assert len(stage.says.split()) <= 60
    assert stage.page in {page for page, _, _ in navigation.MENU}
    page = (ROOT / stage.page).read_text(encoding="utf-8")
    assert not stage.part or f'"{stage.part}"' in page
