"""Is it good, and is it fast: metrics, generalisation, timing (section 4)."""
