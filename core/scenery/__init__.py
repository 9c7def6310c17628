"""Pictures painted from a seed: landscapes and still lifes with one known object in each.

Read ``render.py`` first: it makes one picture from its category, number and seed.

| file | what it has |
|---|---|
| ``render`` | one scene, and a folder full of them |
| ``subjects/`` | the twelve categories: how each object looks and where it may stand |
| ``backdrops`` | open country: sky, sea, hills, mountains, desert, fields, snow |
| ``rooms`` | close surroundings: forest, meadow, table, water seen from below |
| ``clutter`` | what stands about: trees, rocks, houses, grass, flowers, clouds |
| ``foregrounds`` | what comes between us and the object: leaves, grass, weather |
| ``canvas`` | paint on colour and on the object's mask at the same time |
| ``light`` | colours, the times of day, the seasons |
| ``shapes``, ``noise`` | outlines and textures |
"""
