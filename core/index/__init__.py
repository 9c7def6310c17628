"""Finding neighbours: random-hyperplane LSH, the exact scan it is judged by, Hamming ranking.

Read in this order:

1. ``vectors``      the gallery's embeddings by id
2. ``exact``        the exact scan, and reranking: the same ranking on a few candidates
3. ``hyperplanes``  from an embedding to its hash code (equations 7-8, figure 7)
4. ``lsh``          hash tables, buckets, probes and candidates (figures 8-9)
5. ``hamming``      ranking by the number of different bits, without buckets

Those five need NumPy and ``core.errors`` only, so that they can be lifted out.
"""
