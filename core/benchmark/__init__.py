"""A race between ways to search: the exact scan, our index, and the libraries people use.

Read in this order: ``data`` draws galleries from a seed, ``contestants`` holds one small class
per method, ``judge`` says what each should have found, ``race`` lets them take turns, ``growth``
fits how time grows with the gallery, and ``report`` prints it all.
"""
