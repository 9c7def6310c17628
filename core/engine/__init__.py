"""The index protocol at machine speed, for galleries of up to ten million.

Read in this order:

1. ``kernels``      the innermost loops: ``readable`` to be read, ``compiled`` at machine speed
2. ``base``         embeddings and their codes: what both indexes have in common
3. ``cells``        parts of a gallery, learnt: where the codes' search looks
4. ``codes``        search by codes alone: cells, sketches, codes, cosines
5. ``buckets``      the hash tables of ``core.index.lsh``, with codes between buckets and rerank
6. ``calibration``  it chooses its own settings for a wanted neighbour recall
7. ``persistence``  an index on disk
8. ``compilation``  compile before anyone waits for it
"""
