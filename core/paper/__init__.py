"""The paper, part by part: where each stands in the code, where we depart, its printed tables."""
