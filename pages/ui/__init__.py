"""What the pages share: resources, navigation, inputs, pictures in a grid and under maps.

Whichever page a visitor opens first, this runs before PyTorch is imported.
"""

from core.threads import one_product_at_a_time, wait_without_spinning

wait_without_spinning()
one_product_at_a_time()
