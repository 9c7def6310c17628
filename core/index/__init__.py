"""Finding neighbours: random-hyperplane LSH, the exact scan it is judged by, Hamming ranking.

Read in this order:

1. ``vectors``      the gallery's embeddings by id
2. ``exact``        the exact scan, and reranking: the same ranking on a few candidates
3. ``hyperplanes``  from an embedding to its hash code (equations 7-8, figure 7)
4. ``lsh``          hash tables, buckets, probes and candidates (figures 8-9)
5. ``hamming``      ranking by the number of different bits, without buckets

Those five need NumPy and ``core.errors`` only, so that they can be lifted out.

Beside them stands an engine for galleries of up to ten million:

6. ``structured``   hundreds of hyperplanes for the price of a few additions
7. ``readable``     the inner loops, to be read; ``compiled`` has the same at machine speed
8. ``coded``        embeddings and their codes: what both indexes have in common
9. ``codes``        search by codes alone: cells, sketches, codes, cosines
10. ``buckets``     the hash tables of ``lsh``, with codes between buckets and rerank
11. ``calibration`` it chooses its own settings for a wanted neighbour recall
"""
