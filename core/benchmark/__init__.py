"""A race between ways to search: the exact scan, our index, and the libraries people use.

Read in this order: ``data`` draws galleries from a seed, ``contestants`` holds one small file
per method and ``registry`` names them, ``judge`` says what each should have found, ``race`` lets
them take turns, ``growth`` fits how time grows with the gallery, ``report`` writes and prints it
all, and ``live`` is the same race with a small plan, to be watched.
"""
