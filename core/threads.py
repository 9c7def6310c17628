"""How the threads of the process wait: settled by the app and the command line at their start.

A library leaves this to its host, so nothing here runs on import.
"""

import os


def wait_without_spinning() -> None:
    """Have PyTorch's threads sleep while they wait for one another; a value already set stays.

    By default they spin. Beside a busy browser on a machine of two cores, the one that spins
    holds the core that the other needs, and a query takes longer. OpenMP reads this when PyTorch
    is first imported, so call it before.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def one_product_at_a_time() -> None:
    """Have NumPy compute each matrix product in the thread that asks; a value already set stays.

    By default there is a thread per core, and each spins for a while after every product. The
    cores of a server that answers many at once are taken already: choosing settings for a gallery
    cost three times as much of them. OpenBLAS reads this when NumPy is first imported.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
