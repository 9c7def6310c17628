"""A race between ways to search: the exact scan, our index, and the libraries people use.

Read in this order: ``data`` draws galleries from a seed, and ``sources`` opens these and all
others: embeddings and ``places`` of real galleries, ``vector_files`` of one's own. ``contestants``
holds one small file per method and ``registry`` names them, ``judge`` says what each should have
found, ``climb`` which settings are worth measuring, ``race`` lets them take turns. ``memory`` says
who fits beside whom, and ``company`` what else ran meanwhile. ``growth`` fits how time grows with
the gallery, ``report`` writes and prints it all, and ``live`` is the same race with a small plan,
to be watched.
"""
