TWICE = """
import sys, time
from pathlib import Path
import numpy as np
from core.model.training import train
from tests.core.model import test_training as given

maps = np.random.default_rng(0).random((given.N, given.CHANNELS, 2, 2)).astype(np.float16)
network = given.new_network()
print("ready", flush=True)
sys.stdin.readline()
said = []

def progress(done, total, what):
    time.sleep(0.3)
    said.append(what)

split = (given.EVERYTHING, given.LABELS, given.QUICK)
history = train(network, [maps], *split, resume=Path(sys.argv[1]), progress=progress)
print(len(said), said[0].partition(" of ")[0])
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
