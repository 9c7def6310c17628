"""Past one machine: the same hash codes on engines that others run in clusters.

LanceDB keeps the rows, in a directory or on an object store, and Ray embeds the images. Nothing
here is imported unless it is asked for; ``pip install 'hashlight[scale]'`` brings both.

Read in this order:

1. ``about``     what a table was made with; what doesn't fit it is refused
2. ``table``     rows in LanceDB: written, found by code, key or embedding, and by version
3. ``settings``  three ways to ask a table
4. ``index``     the common protocol (``core.index.protocol``) on such a table
5. ``calibration``  how far a query has to go for a wanted recall
6. ``sources``   images from a gallery, an object store or Parquet
7. ``embedded``  images before and after they are embedded
8. ``embedding``    Ray: from the one to the other
9. ``importing``    from a source to a table, restartable at any moment
"""
