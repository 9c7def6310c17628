"""What the paper's section 4 doesn't ask: its future work, finer maps, a third gallery."""
