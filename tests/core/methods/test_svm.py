from time import perf_counter

import numpy as np
import pytest
from sklearn.svm import SVC

from core.errors import SettingError
from core.galleries.registry import open_gallery
from core.methods.base import Pictures
from core.methods.svm import FeedbackConfig, FeedbackSession, SvmActiveLearning
from core.progress import silent

GALLERY = np.arange(0, 720, 10)  # 72 scenes, 6 of each category
QUERIES = np.arange(5, 720, 120)  # 6 others


def blobs(seed=0, n=150, dim=6, apart=1.2):
    """Return two overlapping clouds (2n, D), which rows are of the first, and a query of it."""
    rng = np.random.default_rng(seed)
    is_first = rng.permutation(2 * n) < n
    features = rng.standard_normal((2 * n, dim)).astype(np.float32)
    features[is_first, 0] += 2 * apart
    query = np.zeros(dim, dtype=np.float32)
    query[0] = apart  # half way to the others
    return features, is_first, query


def play(session, relevant, n_rounds):
    """Let a user who knows all answer some rounds; return what was asked in each."""
    asked = []
    for _ in range(n_rounds):
        rows = session.to_ask()
        asked.append(rows)
        session.answer(rows, relevant[rows])
    return asked


def precision(ranking, relevant, n=50):
    return relevant[ranking[:n]].mean()


def by_distance(features, query):
    return np.argsort(((features.astype(float) - query) ** 2).sum(axis=1), kind="stable")


def test_the_first_ranking_is_by_distance_and_its_top_is_asked():
    features, _, query = blobs()
    session = FeedbackSession(features, query)
    expected = by_distance(features, query)
    np.testing.assert_array_equal(session.ranking(), expected)
    np.testing.assert_array_equal(session.to_ask(), expected[:10])
    assert not session.has_boundary
    assert session.answers == {}


def test_the_scores_are_those_of_scikit_learns_svm():
    features, relevant, query = blobs()
    session = FeedbackSession(features, query, FeedbackConfig(cost=3))
    play(session, relevant, 3)
    rows = list(session.answers)
    gamma = 1 / features.var(axis=0).sum()
    judge = SVC(C=3, kernel="rbf", gamma=gamma, class_weight="balanced", tol=1e-5)
    judge.fit(np.vstack([query, features[rows]]), [True, *relevant[rows]])
    np.testing.assert_allclose(session.scores, judge.decision_function(features), atol=5e-3)


@pytest.mark.parametrize("seed", range(5))
def test_answers_improve_the_ranking(seed):
    features, relevant, query = blobs(seed)
    session = FeedbackSession(features, query)
    before = precision(session.unaided_ranking(), relevant)
    play(session, relevant, 5)
    assert before < 0.8
    assert precision(session.unaided_ranking(), relevant) >= before + 0.1
    assert precision(session.ranking(), relevant) >= before + 0.1


def test_the_images_nearest_to_the_boundary_are_asked():
    features, relevant, query = blobs()
    session = FeedbackSession(features, query)
    while not session.has_boundary:
        play(session, relevant, 1)
    asked = session.to_ask()
    others = np.setdiff1d(np.arange(len(features)), [*asked, *session.answers])
    assert np.abs(session.scores[asked]).max() <= np.abs(session.scores[others]).min()
    assert not np.array_equal(np.sort(asked), np.sort(session.ranking()[:10]))


def test_nothing_is_asked_twice_and_everything_once():
    features, relevant, query = blobs(n=16)  # 32 images
    session = FeedbackSession(features, query)
    asked = play(session, relevant, 5)
    assert [len(rows) for rows in asked] == [10, 10, 10, 2, 0]
    assert sorted(np.concatenate(asked).tolist()) == list(range(32))
    assert sorted(session.ranking().tolist()) == list(range(32))
    assert sorted(session.unaided_ranking().tolist()) == list(range(32))


@pytest.mark.parametrize("says", [True, False])
def test_a_user_who_always_says_the_same_still_gets_a_ranking(says):
    features, _, query = blobs()
    session = FeedbackSession(features, query)
    play(session, np.full(len(features), says), 3)
    assert session.has_boundary is not says
    assert np.isfinite(session.scores).all()
    assert np.ptp(session.scores) > 0
    for ranking in (session.ranking(), session.unaided_ranking()):
        assert sorted(ranking.tolist()) == list(range(len(features)))


def test_without_a_boundary_the_images_near_what_is_relevant_come_first():
    features = np.array([[0, 0], [10, 0], [10, 1], [4, 0], [0, 10]], dtype=np.float32)
    session = FeedbackSession(features, features[0])
    assert session.ranking().tolist() == [0, 3, 1, 4, 2]
    session.answer([1], [True])
    place = session.ranking().tolist().index
    assert not session.has_boundary
    assert place(2) < place(4)  # it is next to the one called relevant


def test_what_is_called_irrelevant_pushes_its_neighbours_back():
    features, relevant, query = blobs()
    session = FeedbackSession(features, query)
    rows = np.flatnonzero(~relevant)[:30]
    unasked = np.flatnonzero(~relevant)[30:]
    before = np.argsort(session.ranking())[unasked].mean()
    session.answer(rows, np.zeros(30, dtype=bool))
    assert np.argsort(session.ranking())[unasked].mean() > before + 10


def test_an_answer_pins_no_image_to_the_top():
    features = np.random.default_rng(0).standard_normal((100, 4)).astype(np.float32) / 10
    features[:50] += 1  # the relevant ones
    features[99] = features[60]  # one among the others …
    session = FeedbackSession(features, features[0])
    session.answer([*range(1, 20), *range(60, 90)], [*[True] * 19, *[False] * 30])
    session.answer([99], [True])  # … and equal to one called irrelevant
    places = np.argsort(session.ranking())
    assert places[99] > 50
    assert session.scores[99] == session.scores[60]


def test_answers_drawn_by_lot_hardly_flatter_the_unaided_ranking():
    gained = {"ranking": [], "unaided_ranking": []}
    for seed in range(30):
        features, _, query = blobs(seed, n=60)
        lot = np.random.default_rng(seed).random(120) < 0.3
        session = FeedbackSession(features, query)
        play(session, lot, 2)
        for name, values in gained.items():
            values.append(precision(getattr(session, name)(), lot, 10) - lot.mean())
    assert np.mean(gained["ranking"]) > 0.2  # why the experiment doesn't judge this one
    assert abs(np.mean(gained["unaided_ranking"])) < 0.05


def test_an_answer_does_not_change_the_place_of_its_own_image():
    features, relevant, query = blobs()
    taught, contrary = (FeedbackSession(features, query) for _ in range(2))
    play(taught, relevant, 3)
    row = next(iter(taught.answers))
    play(contrary, relevant, 3)
    contrary.answer([row], [not relevant[row]])
    own = [np.argsort(it.ranking())[row] for it in (taught, contrary)]
    place = [np.argsort(it.unaided_ranking())[row] for it in (taught, contrary)]
    assert abs(own[0] - own[1]) > 20
    # Its neighbours in the ranking still move when they learn the answer.
    assert abs(place[0] - place[1]) < 10


def test_unanswered_images_keep_their_order_in_the_unaided_ranking():
    features, relevant, query = blobs()
    session = FeedbackSession(features, query)
    play(session, relevant, 3)
    unanswered = ~np.isin(np.arange(len(features)), list(session.answers))
    own, unaided = (it[unanswered[it]] for it in (session.ranking(), session.unaided_ranking()))
    np.testing.assert_array_equal(own, unaided)


def test_once_everything_is_answered_the_unaided_ranking_is_by_distance():
    features, relevant, query = blobs(n=10)
    session = FeedbackSession(features, query)
    session.answer(np.arange(20), relevant)
    np.testing.assert_array_equal(session.unaided_ranking(), by_distance(features, query))


def test_without_answers_both_rankings_are_one():
    features, _, query = blobs()
    session = FeedbackSession(features, query)
    np.testing.assert_array_equal(session.unaided_ranking(), session.ranking())


def test_a_second_answer_replaces_the_first():
    features, relevant, query = blobs()
    right, wrong = FeedbackSession(features, query), FeedbackSession(features, query)
    rows = right.to_ask()
    right.answer(rows, relevant[rows])
    wrong.answer(rows, ~relevant[rows])
    wrong.answer(rows[::-1], relevant[rows[::-1]])
    assert wrong.answers == right.answers
    np.testing.assert_array_equal(wrong.scores, right.scores)


def test_old_and_new_answers_can_come_together():
    features, relevant, query = blobs()
    at_once, mixed = FeedbackSession(features, query), FeedbackSession(features, query)
    at_once.answer([3, 8, 20, 41], relevant[[3, 8, 20, 41]])
    mixed.answer([3, 8], [False, False])
    mixed.answer([20, 8, 41, 3], relevant[[20, 8, 41, 3]])
    assert mixed.answers == at_once.answers
    np.testing.assert_array_equal(mixed.scores, at_once.scores)


def test_the_scale_of_the_vectors_does_not_matter():
    features, relevant, query = blobs()
    rankings = []
    for factor in (1, 1024):
        session = FeedbackSession(factor * features, factor * query)
        play(session, relevant, 3)
        rankings.append(session.ranking())
    np.testing.assert_array_equal(*rankings)


def test_a_query_of_the_gallery_is_left_out_and_never_asked():
    features, relevant, _ = blobs(n=10)
    session = FeedbackSession(features, features[4], exclude=4)
    asked = np.concatenate(play(session, relevant, 3))
    assert sorted(asked.tolist()) == sorted(set(range(20)) - {4})
    for ranking in (session.ranking(), session.unaided_ranking()):
        assert sorted(ranking.tolist()) == sorted(set(range(20)) - {4})
    with pytest.raises(SettingError, match="Row 4 is not among"):
        session.answer([4], [True])


def test_equal_images_stay_in_the_order_of_their_rows():
    features, relevant, query = blobs(dim=37)
    twice = np.vstack([features, features])
    session = FeedbackSession(twice, query)
    rows = np.arange(0, 60, 2)
    session.answer(rows, relevant[rows])
    place = np.argsort(session.ranking())
    np.testing.assert_array_equal(place[300:], place[:300] + 1)


def test_equal_images_everywhere_can_be_ranked():
    session = FeedbackSession(np.ones((4, 3)), np.ones(3))
    session.answer([0, 1], [True, False])
    assert session.ranking().tolist() == [0, 1, 2, 3]


def test_a_round_over_5000_images_takes_less_than_a_fifth_of_a_second():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((5_000, 200)).astype(np.float32)
    session = FeedbackSession(features, features[0])
    seconds = []
    for _ in range(4):
        started = perf_counter()
        rows = session.to_ask()
        session.answer(rows, rng.random(len(rows)) < 0.5)
        session.ranking()
        seconds.append(perf_counter() - started)
    assert min(seconds) < 0.2


@pytest.mark.parametrize(
    ("features", "query", "message"),
    [
        (np.zeros((3, 2)), np.zeros(3), r"shape \(3, 2\) came with a query of shape \(3,\)"),
        (np.zeros(3), np.zeros(3), r"shape \(3,\) came"),
        (np.zeros((0, 2)), np.zeros(2), "one image at least"),
        ([[0.0, np.nan]], np.zeros(2), "NaN or infinite"),
        ([[0.0, 1.0]], [np.inf, 0], "NaN or infinite"),
    ],
)
def test_vectors_that_cannot_be_searched_are_refused(features, query, message):
    with pytest.raises(SettingError, match=message):
        FeedbackSession(features, query)


@pytest.mark.parametrize(
    ("rows", "relevant", "message"),
    [
        ([300], [True], "Row 300 is not among the 300 images"),
        ([-1], [True], "Row -1 is not among"),
        ([1, 1], [True, False], "Id 1 comes 2 times"),
        ([1, 2], [True], r"2 images came with answers of shape \(1,\)"),
        ([1.5], [True], "give a list of whole numbers"),
    ],
)
def test_answers_that_fit_no_image_are_refused_and_change_nothing(rows, relevant, message):
    features, _, query = blobs()
    session = FeedbackSession(features, query)
    before = session.scores
    with pytest.raises(SettingError, match=message):
        session.answer(rows, relevant)
    assert session.answers == {}
    assert session.scores is before


@pytest.mark.parametrize(
    "setting",
    [
        {"n_rounds": -1},
        {"n_asked": 0},
        {"n_asked": 2.5},
        {"cost": 0},
        {"cost": float("nan")},
        {"cost": float("inf")},
    ],
)
def test_a_setting_outside_its_range_is_refused(setting):
    with pytest.raises(SettingError, match=next(iter(setting))):
        FeedbackConfig(**setting)


@pytest.fixture(scope="module")
def scenes():
    """Return all scenes; what one test computed the next one has."""
    return Pictures(open_gallery("scenes"), np.arange(720))


@pytest.fixture(scope="module")
def labels(scenes):
    return np.unique([item.label for item in scenes.gallery.items], return_inverse=True)[1]


def fitted(scenes, config, ids=GALLERY, seed=0):
    method = SvmActiveLearning(config)
    method.fit(scenes.subset(ids), np.zeros(len(ids), np.int64), seed=seed, progress=silent)
    return method


def ranked(scenes, labels, config, seed=0):
    """Rank the queries with a user who knows the labels; return rankings and questions."""
    questions = []

    def user(query, rows):
        questions.append((query, rows.tolist()))
        return labels[GALLERY[rows]] == labels[QUERIES[query]]

    method = fitted(scenes, config, seed=seed)
    return method.rank(scenes.subset(QUERIES), user, progress=silent), questions


def test_the_user_is_asked_so_many_rounds_about_each_query(scenes, labels):
    rankings, questions = ranked(scenes, labels, FeedbackConfig(n_rounds=3, n_asked=4))
    assert [query for query, _ in questions] == np.repeat(np.arange(6), 3).tolist()
    for query in range(6):
        rows = [row for asked, rows in questions if asked == query for row in rows]
        assert len(set(rows)) == 12
    for ranking in rankings:
        assert sorted(ranking.tolist()) == list(range(72))


def test_without_rounds_nobody_is_asked_and_a_gallery_image_finds_itself_first(scenes):
    method = fitted(scenes, FeedbackConfig(n_rounds=0))
    rankings = method.rank(scenes.subset(GALLERY), None, progress=silent)
    assert [ranking[0] for ranking in rankings] == list(range(72))


def test_feedback_finds_more_on_real_pictures(scenes, labels):
    found = []
    for n_rounds in (0, 3):
        rankings, _ = ranked(scenes, labels, FeedbackConfig(n_rounds=n_rounds, n_asked=6))
        top = labels[GALLERY[np.stack(rankings)[:, :6]]]  # (6 queries, 6 images)
        found.append(np.mean(top == labels[QUERIES][:, np.newaxis]))
    assert found[1] > found[0]


def test_the_experiment_is_judged_by_the_unaided_ranking(scenes, labels):
    config = FeedbackConfig(n_rounds=2, n_asked=8)
    rankings, _ = ranked(scenes, labels, config)
    method = fitted(scenes, config)
    differs = False
    for row, id in enumerate(QUERIES):
        session = method.session(method.describe(scenes.pixels(id)))
        play(session, labels[GALLERY] == labels[id], 2)
        np.testing.assert_array_equal(rankings[row], session.unaided_ranking())
        differs |= not np.array_equal(rankings[row], session.ranking())
    assert differs


def test_a_query_with_no_relevant_image_gets_a_ranking(scenes):
    method = fitted(scenes, FeedbackConfig())
    (ranking,) = method.rank(
        scenes.subset(QUERIES[:1]), lambda _, rows: np.zeros(len(rows), bool), progress=silent
    )
    assert sorted(ranking.tolist()) == list(range(72))


def test_equal_runs_give_equal_rankings_whatever_the_seed(scenes, labels):
    first, _ = ranked(scenes, labels, FeedbackConfig(), seed=0)
    again, _ = ranked(scenes, labels, FeedbackConfig(), seed=1)
    np.testing.assert_array_equal(first, again)


def test_the_standardisation_is_learned_from_the_gallery_alone(scenes):
    method = fitted(scenes, FeedbackConfig())
    raw = np.stack(scenes.subset(GALLERY).compute("Colour and texture", None))
    np.testing.assert_allclose(method.standardisation.mean, raw.mean(axis=0), rtol=1e-4, atol=1e-5)
    before = method.features.copy()
    method.rank(scenes.subset(QUERIES), lambda _, rows: rows < 30, progress=silent)
    np.testing.assert_array_equal(method.features, before)


def test_settings_are_plain_and_follow_the_config():
    settings = SvmActiveLearning(FeedbackConfig(n_rounds=2, n_asked=7, cost=4)).settings()
    assert settings["n_rounds"] == 2
    assert settings["n_asked"] == 7
    assert settings["cost"] == 4
    assert all(isinstance(value, str | int | float) for value in settings.values())
