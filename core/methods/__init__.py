"""Every system of the paper's tables, behind one interface: fit a gallery, rank it for queries."""
