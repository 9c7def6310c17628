"""Finding neighbours: random-hyperplane LSH, and the exact scan that judges it.

Read in this order:

1. ``protocol``     what every index does, here and in ``core.engine``
2. ``vectors``      the gallery's embeddings by id, and the checks that all of them pass
3. ``exact``        the exact scan, and reranking: the same ranking on a few candidates
4. ``cosine``       the cosine of the angle (equations 7-8)
5. ``spread``       how a gallery lies: what hash functions may know of it
6. ``families``     from an embedding to its hash code (section 3.3)
7. ``lsh``          hash tables, buckets, probes and candidates (figures 8-9)
8. ``multi_probe``  in which order the buckets beside a query's own are read
9. ``reading``      how many buckets a query reads
10. ``fitting``      settings that fit a gallery
11. ``persistence``  an index on disk

This folder needs NumPy, ``core.errors`` and ``core.files`` only, so that it can be lifted out.
"""
