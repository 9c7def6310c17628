"""Hostile input for every door of the app: ``python -m tools.fuzz``.

A case is made from the seed, the door's name and the case's number, so any of them can be made
again alone. It must end in a right answer or in one sentence, within its seconds and its memory.
"""
