from core.benchmark.climb import Climb
from core.benchmark.race import OperatingPoint


def point(recall, seconds=1.0):
    return OperatingPoint(setting={}, seconds=(seconds,), recalls=(recall,), candidates=None)


def climbed(*recalls, others=(), seconds=1.0):
    climb = Climb([{"n": n} for n in range(10)], [point(it, seconds) for it in recalls])
    return climb.next(others)


def test_a_ladder_is_climbed_until_practically_everything_is_found():
    assert climbed() == {"n": 0}
    assert climbed(0.5) == {"n": 1}
    assert climbed(0.5, 0.9949) == {"n": 2}
    assert climbed(0.5, 0.995) is None
    assert climbed(*[0.1 * it for it in range(10)]) is None  # it has ten


def test_where_two_steps_gain_nothing_nobody_goes_on():
    assert climbed(0.5, 0.8, 0.801) == {"n": 3}
    assert climbed(0.5, 0.8, 0.801, 0.8015) is None


def test_a_ladder_that_is_clearly_slower_than_another_is_hopeless():
    others = [point(0.9, 0.5)]
    assert climbed(0.6, 0.8, others=others) is None
    assert climbed(0.6, 0.8, others=others, seconds=0.7) == {"n": 2}  # not clearly
    assert climbed(0.8, 0.95, others=others) == {"n": 2}  # finds more
    assert climbed(0.6, others=others) == {"n": 1}  # one look says little
