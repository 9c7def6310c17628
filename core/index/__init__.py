"""Finding neighbours: random-hyperplane LSH, the exact scan it is judged by, Hamming ranking.

Read in this order:

1. ``vectors``   the gallery's embeddings by id
2. ``exact``     the exact scan, and reranking: the same ranking on a few candidates
3. ``families``  from an embedding to its hash code (equations 7-8, figure 7)
4. ``lsh``       hash tables, buckets, probes and candidates (figures 8-9)
5. ``hamming``   ranking by the number of different bits, without buckets

This folder needs NumPy, ``core.errors`` and ``core.files`` only, so that it can be lifted out.
"""
