TWICE = """
import sys
from pathlib import Path
import numpy as np
from core.model.training import train
from tests.core.model import test_training as given
from tests.overlap import Overlap

maps = np.random.default_rng(0).random((given.N, given.CHANNELS, 2, 2)).astype(np.float16)
network = given.new_network()
print("ready", flush=True)
sys.stdin.readline()
state = Path(sys.argv[1])
overlap = Overlap(state.parents[1])
split = (given.EVERYTHING, given.LABELS, given.QUICK)
history = train(network, [maps], *split, resume=state, progress=overlap)
print(len(overlap.said), overlap.said[0].partition(" of ")[0])
print(given.weights(network).tolist())
print(history)
"""


def test_of_two_equal_trainings_one_learns_and_the_other_waits_for_its_state(
    tmp_path, two_processes
):
    learned, waited = sorted(two_processes(TWICE, tmp_path / "new" / "state.pt"), reverse=True)
    assert waited[0] == "1 Waiting for another process's training"
    assert learned[0] == "4 Epoch 1"
    assert waited[1:] == learned[1:]
