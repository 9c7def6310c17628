"""Systems of known quality stand in for the real ones, so that every figure can be told."""

import json

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from core.errors import GalleryError, SettingError, StoreError
from core.evaluation import experiment
from core.evaluation.experiment import CLAIMS, COMPARED, run_experiment, run_method
from core.evaluation.pieces import pieces_of
from core.evaluation.protocol import draw_split
from core.evaluation.results import RESULTS
from core.files import file_digest
from core.galleries.base import GalleryItem, digest_of
from core.methods.base import Pictures

CLASSES, PER_CLASS, QUERIES = 4, 15, 5
N_GALLERY = CLASSES * (PER_CLASS - QUERIES)
LABELS = np.repeat(np.arange(CLASSES), PER_CLASS)


class Numbers:
    """A gallery in memory: each file is the image's number, or garbage."""

    key = "numbers"
    title = "Numbers"

    def __init__(self, garbage=()):
        self.garbage = set(garbage)
        self.items = [
            GalleryItem(id, f"{id}.png", f"class {label}", file_digest(str(id).encode()))
            for id, label in enumerate(LABELS)
        ]
        self.digest = digest_of(self.items)

    def read(self, id):
        return b"\xff garbage \x00" if id in self.garbage else str(id).encode()


class Fake:
    """A method that remembers what it was shown; ``order`` is how it ranks one query."""

    def __init__(self, key, order=None, **settings):
        self.key = key
        self.title = f"The {key}"
        self.order = order or (lambda relevant, rng: np.arange(len(relevant)))
        self._settings = settings
        self.fits = 0

    def settings(self):
        return self._settings

    def fit(self, gallery, labels, *, seed, progress):
        self.fits += 1
        self.seed = seed
        self.shown = gallery
        self.labels = labels.copy()
        self.files = [gallery.read(row) for row in range(len(gallery))]
        labels[:] = 0  # nobody else's labels
        progress(1, 1, "Learning")

    def rank(self, queries, user, *, progress):
        self.asked = queries
        rng = np.random.default_rng(self.seed)
        rows = np.arange(len(self.shown))
        progress(1, 1, "Searching")
        return [self.order(user(query, rows), rng) for query in range(len(queries))]


def perfect(relevant, rng):
    """All relevant images first."""
    return np.argsort(~relevant, kind="stable")


def worst(relevant, rng):
    return perfect(relevant, rng)[::-1]


def at_random(relevant, rng):
    return rng.permutation(len(relevant))


def half(relevant, rng):
    """Half of the relevant images, and nothing else."""
    found = np.flatnonzero(relevant)
    return found[: len(found) // 2]


def judged(order, labels=LABELS, seed=0):
    pictures = Pictures(Numbers(), np.arange(len(labels)))
    method = Fake("fake", order)
    return run_method(method, pictures, labels, draw_split(labels, seed, QUERIES)), method


def circumstances():
    return {"command": "c", "date": "today", "machine": {"cores": 2}, "versions": {"numpy": "2"}}


def run_all(methods, seeds=(0, 1, 2), *, gallery=None, **options):
    options = {"circumstances": circumstances, "per_class": QUERIES, **options}
    return run_experiment(gallery or Numbers(), methods, seeds, **options)


# Leaks ------------------------------------------------------------------------------------


def test_no_query_is_ever_in_what_a_method_learns_from():
    for seed in range(5):
        split = draw_split(LABELS, seed, QUERIES)
        _, method = judged(perfect, seed=seed)
        assert method.seed == seed
        assert method.shown.ids.tolist() == split.gallery.tolist()
        assert set(method.shown.ids.tolist()).isdisjoint(split.queries.tolist())
        assert method.files == [str(id).encode() for id in split.gallery]
        assert method.labels.tolist() == LABELS[split.gallery].tolist()
        assert method.asked.ids.tolist() == split.queries.tolist()


def test_garbage_in_place_of_the_queries_changes_nothing_that_was_learned():
    split = draw_split(LABELS, 0, QUERIES)
    clean, poisoned = Fake("clean"), Fake("poisoned")
    for method, garbage in ((clean, ()), (poisoned, split.queries.tolist())):
        pictures = Pictures(Numbers(garbage), np.arange(len(LABELS)))
        run_method(method, pictures, LABELS, split)
    assert poisoned.asked.read(0) != clean.asked.read(0)  # the garbage is there …
    assert poisoned.files == clean.files  # … and was not learned from
    assert poisoned.labels.tolist() == clean.labels.tolist()


def test_other_classes_of_the_queries_change_nothing_that_was_learned():
    split = draw_split(LABELS, 0, QUERIES)
    shuffled = LABELS.copy()
    shuffled[split.queries] = np.roll(LABELS[split.queries], QUERIES)
    told = []
    for labels in (LABELS, shuffled):
        method = Fake("fake")
        run_method(method, Pictures(Numbers(), np.arange(len(LABELS))), labels, split)
        told.append((method.labels.tolist(), method.shown.ids.tolist()))
    assert told[0] == told[1]


def test_a_method_is_shown_no_label_beside_those_it_may_learn():
    _, method = judged(perfect)
    for pictures in (method.shown, method.asked):
        assert {item.label for item in pictures.gallery.items} == {None}


def test_what_was_computed_for_an_image_is_there_for_the_next_system():
    pictures = Pictures(Numbers(), np.arange(len(LABELS)))
    method = Fake("fake")
    run_method(method, pictures, LABELS, draw_split(LABELS, 0, QUERIES))
    assert method.shown.computed is method.asked.computed is pictures.computed


# The judge --------------------------------------------------------------------------------


def test_a_perfect_ranking_scores_1_wherever_that_is_possible():
    run, _ = judged(perfect)
    assert run.mean_average_precision == 1
    # 10 relevant images of each query
    assert run.precision == pytest.approx({"5": 1, "10": 1, "20": 0.5, "30": 1 / 3})
    assert run.recall == {"10": 1, "30": 1, "100": 1}
    assert run.candidate_ratio == 1


def test_the_worst_ranking_scores_what_is_worked_out_by_hand():
    run, _ = judged(worst)
    ranks = np.arange(31, 41)  # the ten relevant images come last of forty
    assert run.mean_average_precision == pytest.approx(np.mean(np.arange(1, 11) / ranks))
    assert run.precision == {"5": 0, "10": 0, "20": 0, "30": 0}
    assert run.recall == {"10": 0, "30": 0, "100": 1}


def test_what_a_ranking_leaves_out_counts_as_missed():
    run, _ = judged(half)
    assert run.mean_average_precision == 0.5  # 5 of 10, each with precision 1
    assert run.precision == pytest.approx({"5": 1, "10": 0.5, "20": 0.25, "30": 5 / 30})
    assert run.recall == {"10": 0.5, "30": 0.5, "100": 0.5}
    assert run.candidate_ratio == 5 / N_GALLERY


def test_a_ranking_without_any_candidate_scores_0():
    run, _ = judged(lambda relevant, rng: np.empty(0, dtype=np.intp))
    assert run.mean_average_precision == run.candidate_ratio == run.precision["5"] == 0


def test_the_judge_equals_scikit_learn():
    split = draw_split(LABELS, 3, QUERIES)
    run, _ = judged(at_random, seed=3)
    rng = np.random.default_rng(3)
    expected = []
    for id in split.queries:
        order = rng.permutation(N_GALLERY)
        scores = np.empty(N_GALLERY)
        scores[order] = -np.arange(N_GALLERY)
        relevant = LABELS[split.gallery] == LABELS[id]
        expected.append(average_precision_score(relevant, scores))
    assert run.mean_average_precision == pytest.approx(np.mean(expected))


def test_the_user_answers_about_the_rows_that_were_asked_for():
    asked, known = np.array([7, 8]), np.array([8, 7, 9, 7])
    user = experiment.user_who_knows(asked, known)
    assert user(0, np.array([3, 0, 1])).tolist() == [True, False, True]
    assert user(1, np.array([0, 2])).tolist() == [True, False]


@pytest.mark.parametrize(
    ("ranking", "sentence"),
    [
        ([0, 1, 1], "ranked a row twice for query 0"),
        ([0, N_GALLERY], f"rows 0 to {N_GALLERY} for query 0; the gallery has rows 0 to 39"),
        ([-1, 0], "rows -1 to 0"),
        ([0.5, 1.5], "by float64 of shape"),
        ([[0, 1]], r"shape \(1, 2\)"),
        ([True, False], "by bool"),
    ],
)
def test_a_ranking_that_is_none_is_one_sentence(ranking, sentence):
    with pytest.raises(SettingError, match=rf"^The fake .*{sentence}.*\.$"):
        judged(lambda relevant, rng: np.array(ranking))


def test_a_method_must_rank_for_every_query():
    method = Fake("lazy")
    method.rank = lambda queries, user, progress: [np.arange(3)] * (len(queries) - 1)
    pictures = Pictures(Numbers(), np.arange(len(LABELS)))
    with pytest.raises(SettingError, match="19 rankings for 20 queries"):
        run_method(method, pictures, LABELS, draw_split(LABELS, 0, QUERIES))


# The table --------------------------------------------------------------------------------

ORDERS = {"sift": at_random, "svm": worst, "vgg": half, "ours": perfect}
EXPECTED = {"svm": np.mean(np.arange(1, 11) / np.arange(31, 41)), "vgg": 0.5, "ours": 1.0}


def fakes():
    return [Fake(key, order, name=key) for key, order in ORDERS.items()]


def check_table(result):
    """Each system has the figures of its own quality, and none those of another."""
    systems = result["systems"]
    assert list(systems) == list(ORDERS)
    for key, system in systems.items():
        assert system["title"] == f"The {key}"
        assert system["settings"] == {"name": key}
    for key, value in EXPECTED.items():
        assert systems[key]["mean"]["mean_average_precision"] == pytest.approx(value)
        for run in systems[key]["runs"]:
            assert run["mean_average_precision"] == pytest.approx(value)
    # A random ranking finds the share that there is: 10 of 40.
    by_chance = systems["sift"]["mean"]["precision"]["30"]
    assert by_chance == pytest.approx(0.25, abs=0.02)
    for key, ratio in {"sift": 1, "svm": 1, "vgg": 5 / 40, "ours": 1}.items():
        assert systems[key]["mean"]["candidate_ratio"] == ratio


@pytest.mark.usefixtures("home")
def test_each_system_has_its_own_figures_in_the_table():
    check_table(run_all(fakes()))


@pytest.mark.usefixtures("home")
def test_pieces_that_were_swapped_on_the_disk_do_not_reach_the_table():
    run_all(fakes())
    folder = pieces_of(Numbers().digest).folder
    for seed in range(3):
        (ours,), (worst_one,) = (folder.glob(f"{key}-seed{seed}-*") for key in ("ours", "svm"))
        mine, other = ours.read_bytes(), worst_one.read_bytes()
        ours.write_bytes(other)
        worst_one.write_bytes(mine)
    check_table(run_all(fakes()))


@pytest.mark.usefixtures("home")
def test_every_system_gets_the_same_queries_of_every_seed():
    seen = []

    class Watched(Fake):
        def rank(self, queries, user, *, progress):
            seen.append((self.seed, self.key, queries.ids.tolist(), self.shown.ids.tolist()))
            return super().rank(queries, user, progress=progress)

    run_all([Watched("a"), Watched("b")], (4, 2))
    assert [it[:2] for it in seen] == [(4, "a"), (4, "b"), (2, "a"), (2, "b")]
    assert seen[0][2:] == seen[1][2:] != seen[2][2:] == seen[3][2:]


@pytest.mark.usefixtures("home")
def test_mean_and_deviation_are_over_the_seeds():
    result = run_all([Fake("sift", at_random)])
    system = result["systems"]["sift"]
    runs = system["runs"]
    assert [run["seed"] for run in runs] == result["seeds"] == [0, 1, 2]
    assert len({run["mean_average_precision"] for run in runs}) == 3
    for metric in ("mean_average_precision", "candidate_ratio"):
        values = [run[metric] for run in runs]
        assert system["mean"][metric] == pytest.approx(np.mean(values))
        assert system["deviation"][metric] == pytest.approx(np.std(values, ddof=1))
    for metric, ns in (("precision", ["5", "10", "20", "30"]), ("recall", ["10", "30", "100"])):
        assert list(system["mean"][metric]) == list(system["deviation"][metric]) == ns
        for n in ns:
            values = [run[metric][n] for run in runs]
            assert system["mean"][metric][n] == pytest.approx(np.mean(values))
            assert system["deviation"][metric][n] == pytest.approx(np.std(values, ddof=1))


@pytest.mark.usefixtures("home")
def test_the_result_says_how_it_came_about_and_is_json():
    methods = fakes()
    result = run_all(methods)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert circumstances().items() <= result.items()
    assert result["gallery"] == "numbers"
    assert result["gallery_digest"] == Numbers().digest
    assert (result["n_gallery"], result["n_queries"]) == (N_GALLERY, CLASSES * QUERIES)
    assert result["queries_per_class"] == QUERIES
    for system in result["systems"].values():
        for run in system["runs"]:
            assert run["date"] == "today"
            assert set(run["seconds"]) == {"fit", "rank"}
            assert not {"machine", "versions"} & set(run)
    seconds = [sum(r["seconds"].values()) for s in result["systems"].values() for r in s["runs"]]
    assert result["seconds"] == pytest.approx(sum(seconds))


# Differences ------------------------------------------------------------------------------


def system_of(*figures):
    """A system with one run for each pair of mAP and precision@10."""
    return {
        "runs": [
            {"mean_average_precision": average, "precision": {"10": precision}}
            for average, precision in figures
        ]
    }


def test_differences_pair_the_runs_and_count_them():
    systems = {
        "ours": system_of((0.9, 1.0), (0.7, 0.5), (0.8, 0.5)),
        "sift": system_of((0.5, 1.0), (0.4, 0.5), (0.6, 0.5)),
    }
    by_map, by_precision = experiment.differences(systems)
    assert by_map["metric"] == "mean_average_precision"
    assert by_map["mean"] == pytest.approx(0.3)
    reach = 4.302653 * 0.1 / np.sqrt(3)  # t of 2 degrees of freedom, 97.5 %, from a table
    assert (by_map["low"], by_map["high"]) == pytest.approx((0.3 - reach, 0.3 + reach))
    assert by_precision["metric"] == "precision@10"
    assert [by_precision[name] for name in ("mean", "low", "high")] == [0, 0, 0]
    for one in (by_map, by_precision):
        assert (one["better"], one["worse"], one["n_runs"]) == ("ours", "sift", 3)
        assert one["claim"].endswith(".")


def test_one_run_doesnt_tell_how_runs_differ():
    systems = {"ours": system_of((0.9, 1.0)), "sift": system_of((0.5, 1.0))}
    assert experiment.differences(systems) == []


@pytest.mark.parametrize("key", ["corel1k", "corel50", "corel5k"])
def test_the_differences_that_ship_are_those_of_the_runs_that_ship(key):
    result = json.loads((RESULTS / f"experiment-{key}.json").read_text(encoding="utf-8"))
    assert result["differences"] == experiment.differences(result["systems"])


def test_attention_against_none_is_asked_first_and_every_claim_by_both_metrics():
    keys = ("sift", "svm", "vgg", "cnn-lsh", "cnn-attention", "ours", "cnn")
    found = experiment.differences({key: system_of((0.5, 0.5), (0.6, 0.5)) for key in keys})
    pairs = [(one["better"], one["worse"]) for one in found]
    assert pairs[:2] == [("cnn-attention", "cnn")] * 2
    rivals = ["sift", "svm", "vgg", "cnn-lsh", "cnn-attention"]
    assert pairs[2::2] == pairs[3::2] == [("ours", rival) for rival in rivals]
    assert len(found) == len(CLAIMS) * len(COMPARED)


@pytest.mark.usefixtures("home")
def test_the_table_says_by_how_much_the_perfect_system_leads():
    result = run_all(fakes())
    leads = {(one["worse"], one["metric"]): one for one in result["differences"]}
    assert set(leads) == {(key, metric) for key in ("sift", "svm", "vgg") for metric in COMPARED}
    assert leads["vgg", "mean_average_precision"]["mean"] == 0.5
    assert leads["svm", "precision@10"]["mean"] == 1
    assert leads["sift", "precision@10"]["mean"] > 0.6
    assert {one["n_runs"] for one in result["differences"]} == {3}


# Going on where it was --------------------------------------------------------------------


@pytest.mark.usefixtures("home")
def test_a_killed_experiment_goes_on_where_it_was():
    class Killed(Fake):
        def fit(self, gallery, labels, *, seed, progress):
            if seed == 1:
                raise KeyboardInterrupt
            super().fit(gallery, labels, seed=seed, progress=progress)

    first = Fake("sift", at_random)
    with pytest.raises(KeyboardInterrupt):
        run_all([first, Killed("ours", perfect)])
    assert first.fits == 2
    resumed = [Fake("sift", at_random), Fake("ours", perfect)]
    result = run_all(resumed)
    assert [method.fits for method in resumed] == [1, 2]  # 6 pieces, of which 3 were there
    again = [Fake("sift", at_random), Fake("ours", perfect)]
    assert run_all(again) == result
    assert [method.fits for method in again] == [0, 0]


@pytest.mark.usefixtures("home")
def test_what_was_taken_up_equals_what_would_be_measured():
    def figures(result):
        return {key: (s["mean"], s["deviation"]) for key, s in result["systems"].items()}

    first, taken_up = run_all(fakes()), run_all(fakes())
    fresh = fakes()
    anew = run_all(fresh, fresh=True)
    assert figures(first) == figures(taken_up) == figures(anew)
    assert first["differences"] == taken_up["differences"] == anew["differences"]
    assert {method.fits for method in fresh} == {3}


@pytest.mark.usefixtures("home")
def test_other_settings_queries_or_versions_are_measured_anew(monkeypatch):
    def fits(**options):
        method = Fake("ours", perfect, **options.pop("settings", {"bits": 12}))
        run_all([method], (0,), **options)
        return method.fits

    assert [fits(), fits()] == [1, 0]
    assert fits(settings={"bits": 13}) == 1
    assert fits(per_class=QUERIES - 1) == 1
    for name, value in (("__version__", "99"), ("VERSION", 99)):
        monkeypatch.setattr(experiment, name, value)
        assert [fits(), fits()] == [1, 0]


@pytest.mark.usefixtures("home")
def test_a_damaged_piece_is_measured_again():
    run_all([Fake("ours", perfect)])
    for path in pieces_of(Numbers().digest).folder.glob("*seed1*"):
        path.write_text("{")
    method = Fake("ours", perfect)
    run_all([method])
    assert method.fits == 1


@pytest.mark.usefixtures("home")
def test_a_run_from_another_machine_says_so():
    elsewhere = {**circumstances(), "date": "yesterday", "machine": {"cores": 64}}
    run_all([Fake("ours", perfect)], (0,), circumstances=lambda: elsewhere)
    result = run_all([Fake("ours", perfect)], (0, 1))
    first, second = result["systems"]["ours"]["runs"]
    assert (first["date"], first["machine"]) == ("yesterday", {"cores": 64})
    assert second["date"] == "today"
    assert "versions" not in first
    assert "machine" not in second


@pytest.mark.usefixtures("home")
def test_one_seed_has_no_deviation():
    system = run_all([Fake("ours", perfect)], (0,))["systems"]["ours"]
    assert system["deviation"]["mean_average_precision"] is None
    assert system["deviation"]["precision"]["5"] is None


@pytest.mark.usefixtures("home")
def test_progress_names_the_system_and_the_seed():
    told = []
    run_all([Fake("ours")], (3,), progress=lambda *it: told.append(it))
    assert told == [
        (1, 1, "The ours, seed 3: Learning"),
        (1, 1, "The ours, seed 3: Searching"),
    ]


# What can't be measured -------------------------------------------------------------------


@pytest.mark.usefixtures("home")
def test_an_experiment_that_makes_none_is_one_sentence():
    for methods, seeds in (([], [0]), ([Fake("a")], []), ([Fake("a"), Fake("a")], [0])):
        with pytest.raises(SettingError, match=r"make no experiment; .*\.$"):
            run_all(methods, seeds)


@pytest.mark.usefixtures("home")
def test_images_without_a_class_are_refused_before_anything_is_fitted():
    gallery = Numbers()
    gallery.items[7] = GalleryItem(7, "7.png", None, "0")
    method = Fake("ours")
    with pytest.raises(GalleryError, match=r"7\.png of Numbers has no label"):
        run_all([method], gallery=gallery)
    with pytest.raises(SettingError, match="don't leave a gallery"):
        run_all([method], per_class=PER_CLASS)
    assert method.fits == 0


def test_a_home_that_can_not_be_written_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("HASHLIGHT_HOME", str(tmp_path / "file"))
    with pytest.raises(StoreError, match="choose another directory"):
        run_all([Fake("ours")])
