import numpy as np
import pytest

from core.index.families.hyperplanes import draw_hyperplanes, keys_of
from core.lessons import plane


def test_the_neighbours_are_the_nearest_by_angle():
    gallery = plane.plane_gallery()
    between = np.abs((gallery.directions - gallery.query + 180) % 360 - 180)
    assert gallery.neighbours.tolist() == np.argsort(between)[: plane.N_NEIGHBOURS].tolist()


def test_the_lines_are_the_hyperplanes_of_the_index():
    drawn = draw_hyperplanes(n_tables=plane.MOST_TABLES, n_bits=plane.MOST_BITS, dim=2, seed=7)
    assert plane.unit(plane.plane_normals(7)) == pytest.approx(drawn, abs=1e-6)


@pytest.mark.parametrize(("K", "L"), [(3, 1), (8, 1), (8, 4)])
def test_as_many_neighbours_are_found_in_the_mean_as_expected(K, L):
    gallery = plane.plane_gallery()
    embeddings = plane.unit(gallery.directions[gallery.neighbours])
    query = plane.unit(np.array([gallery.query]))
    found = []
    for seed in range(500):
        normals = plane.unit(plane.plane_normals(seed)[:L, :K])
        same = keys_of(embeddings, normals) == keys_of(query, normals)  # (k, L)
        found.append(same.any(axis=1).sum())
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found) - gallery.expected(K, L)) < 4 * error


@pytest.mark.parametrize(("K", "L"), [(1, 1), (5, 3), (8, 4)])
def test_candidates_are_on_the_query_s_side_of_all_lines_of_a_table(K, L):
    gallery, normals = plane.plane_gallery(), plane.plane_normals(11)[:L, :K]

    def side(degrees: float, normal: float) -> bool:
        return abs((degrees - normal + 180) % 360 - 180) <= 90

    wanted = [
        id
        for id, direction in enumerate(gallery.directions.tolist())
        if any(
            all(side(direction, it) == side(gallery.query, it) for it in table)
            for table in normals.tolist()
        )
    ]
    assert gallery.candidates(normals).tolist() == wanted
