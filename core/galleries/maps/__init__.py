"""The map of a gallery: where its images lie on a plane, and how small pictures reach it."""
