"""The paper, part by part: where each part stands in the code, and its printed tables."""
