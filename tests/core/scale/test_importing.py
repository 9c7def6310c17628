import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import GalleryError, StoreError
from core.index.lsh import LSHConfig
from core.scale.importing import copied, import_images, no_longer_listed
from core.scale.index import TableIndex
from core.scale.sources import GalleryImages
from core.scale.table import Table, exists
from tests.core.scale.conftest import PLAN, MadeUpSource, made_up, unit_rows

ROOT = Path(__file__).parents[3]


def names_in(table):
    return Counter(table.done())


def test_every_image_is_there_once_under_its_place_and_damaged_ones_are_named(address):
    source = MadeUpSource(50, damaged={4, 17})
    imported = import_images(source, address, made_up(source), PLAN)
    assert imported.n_new == 50
    assert len(imported.table) == 48
    assert imported.table.failures() == {"17.jpg": "It is damaged.", "4.jpg": "It is damaged."}
    assert imported.table.ids_of(["0.jpg", "49.jpg"]) == {"0.jpg": 0, "49.jpg": 49}
    for id, row in enumerate(unit_rows(50)):
        if id not in source.damaged:
            assert TableIndex(imported.table).query(row, k=1).ids.tolist() == [id]


def test_a_second_run_embeds_only_what_is_new(address):
    source = MadeUpSource(30, damaged={2})
    import_images(source, address, made_up(source), PLAN)
    asked = []
    assert import_images(source, address, made_up(source, asked), PLAN).n_new == 0
    assert asked == []
    larger = MadeUpSource(33)
    table = import_images(larger, address, made_up(larger, asked), PLAN).table
    assert sorted(asked) == ["30.jpg", "31.jpg", "32.jpg"]
    assert len(table) == 32
    assert no_longer_listed(MadeUpSource(31), table) == [31, 32]


def test_an_import_goes_on_with_a_table_that_has_no_row_yet(address):
    """Its writer was killed between making it and the first row."""
    source = MadeUpSource(30)
    made = import_images(source, address, made_up(source), PLAN).table
    made.delete(list(range(30)))
    imported = import_images(source, address, made_up(source), PLAN)
    assert len(imported.table) == 30


def test_what_could_not_be_read_is_tried_again(address):
    source = MadeUpSource(30, unreadable={5, 6})
    imported = import_images(source, address, made_up(source), PLAN)
    assert imported.unread == {"5.jpg": "It timed out.", "6.jpg": "It timed out."}
    healed, asked = MadeUpSource(30), []
    imported = import_images(healed, address, made_up(healed, asked), PLAN)
    assert sorted(asked) == ["5.jpg", "6.jpg"]
    assert len(imported.table) == 30


def test_ids_stay_when_images_come_between(address):
    class Renamed(MadeUpSource):
        def images(self):
            listed = list(super().images())
            return iter([listed[-1]._replace(name="99.jpg"), *listed[:-1]])

    first = MadeUpSource(20)
    import_images(first, address, made_up(first), PLAN)
    source = Renamed(20)
    table = import_images(source, address, made_up(source, rows=unit_rows(100)), PLAN).table
    assert table.ids_of(["0.jpg", "18.jpg", "19.jpg", "99.jpg"]) == {
        "0.jpg": 0,
        "18.jpg": 18,
        "19.jpg": 19,
        "99.jpg": 20,
    }


def test_another_models_embeddings_never_get_into_a_table(address):
    source = MadeUpSource(20)
    import_images(source, address, made_up(source), PLAN)
    for plan in (replace(PLAN, embedder="f" * 64), replace(PLAN, lsh=LSHConfig(n_bits=7))):
        with pytest.raises(StoreError, match="The table made up"):
            import_images(source, address, made_up(source), plan)


def test_a_source_of_damaged_images_alone_makes_no_table(address):
    source = MadeUpSource(30, damaged=range(30))
    with pytest.raises(GalleryError, match="no image that can be searched"):
        import_images(source, address, made_up(source), PLAN)
    assert not exists(address)


def test_damaged_images_that_come_first_are_not_forgotten(address):
    source = MadeUpSource(200, damaged=range(190))
    table = import_images(source, address, made_up(source), replace(PLAN, sample=1)).table
    assert len(table) == 10
    assert len(table.failures()) == 190


def test_stored_embeddings_are_copied_with_their_gallerys_ids(gallery, embedder, address):
    from core.galleries.store import load_or_build  # noqa: PLC0415

    stored = load_or_build(gallery, embedder)
    source = GalleryImages(gallery)
    plan = replace(PLAN, embedder=embedder.digest)
    table = import_images(source, address, copied(source, stored, "both"), plan).table
    rows = table.all_rows()
    order = np.argsort(rows.ids)
    assert np.array_equal(rows.ids[order], stored.ids)
    assert np.array_equal(rows.embeddings[order], stored.of("both"))
    item = gallery.items[3]
    assert table.ids_of_digest(item.digest) == (3,)
    assert table.details([3], ["label"])[3]["label"] == item.label


SLOWLY = """
import sys, time
from tests.core.scale.conftest import PLAN, MadeUpSource, made_up
from core.scale.importing import import_images
source = MadeUpSource(400, damaged={3, 303})
print("ready", flush=True)
def embed(images):
    for it in made_up(source)(images):
        time.sleep(0.01)
        yield it
import_images(source, sys.argv[1], embed, PLAN)
"""


def test_an_import_that_is_killed_ten_times_ends_complete_and_without_duplicates(address):
    chance = random.Random(0)
    kills = 0
    for _ in range(10):
        command = [sys.executable, "-c", SLOWLY, address]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            time.sleep(chance.uniform(0.1, 0.4))
            process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
    assert kills >= 5  # an import may be done before
    source = MadeUpSource(400, damaged={3, 303})
    table = import_images(source, address, made_up(source), PLAN).table
    ids = table.all_rows().ids
    assert sorted(ids.tolist()) == sorted(set(range(400)) - {3, 303})
    assert sorted(table.failures()) == ["3.jpg", "303.jpg"]
    assert os.path.isdir(address.removeprefix("lance://"))


def test_two_imports_at_once_write_no_image_twice(address, two_processes):
    source = MadeUpSource(10)
    import_images(source, address, made_up(source), PLAN)
    script = SLOWLY.replace("flush=True)", "flush=True); sys.stdin.readline()")
    two_processes(script, address)
    ids = Table.open(address).all_rows().ids.tolist()
    assert sorted(ids) == sorted(set(range(400)) - {303})
