"""Every folder of ``core`` becomes one of ``hashlight``; all else is in pyproject.toml."""

from setuptools import find_packages, setup

folders = ("", *(f".{name}" for name in find_packages("core")), ".assets")
setup(packages=[f"hashlight{name}" for name in folders])
