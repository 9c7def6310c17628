"""Find a part of a picture in all images of a gallery.

The places of a feature map are vectors too. Each is embedded as if the network had pooled over it
alone, and the engine's codes search all of them: 64 for each image of 256 × 256 pixels, so even a
small gallery has tens of thousands. That is what hashing is for.

Read in this order:

1. ``region``       a box of places in one image: what is looked for
2. ``places``       the places of a gallery's images, embedded
3. ``store``        embedded once per gallery and model, and kept on disk
4. ``place_index``  their codes; the hits of a region, one an image, and the exact scan beside them
"""
