"""Which part of core may know of which: read from the imports of the source."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "core").rglob("*.py"))
}

# A part and the parts that it must not know; tests/pages has the rules about Streamlit.
FORBIDDEN = {
    "core.index": ("core.model", "core.search", "core.evaluation", "core.figures", "core.cli"),
    "core.galleries": ("core.index", "core.search", "core.evaluation", "core.cli"),
    "core.scenery": ("core.model", "core.index", "core.galleries", "core.search", "core.cli"),
    "core.model": ("core.index", "core.search", "core.evaluation", "core.figures", "core.cli"),
    "core.figures": ("core.model", "core.galleries", "core.evaluation", "core.cli"),
    "core.search": ("core.evaluation", "core.figures", "core.cli"),
    "core.benchmark": ("core.model", "core.search", "core.evaluation", "core.figures", "core.cli"),
    "core.evaluation": ("core.figures", "core.cli"),
    "core.methods": ("core.figures", "core.cli"),
}
# What someone needs who lifts a part out, and all that it imports on its way.
NEEDED = {
    "core.index.vectors": {"numpy"},
    "core.index.hyperplanes": {"numpy"},
    "core.index.lsh": {"numpy"},
    "core.index.exact": {"numpy"},
    "core.index.hamming": {"numpy"},
    "core.index.structured": {"numpy"},
    "core.index.readable": {"numpy"},
    "core.index.compiled": {"numpy", "numba", "llvmlite"},
    "core.index.sealed": {"numpy", "safetensors"},
    "core.index.kept": {"numpy", "safetensors"},
    "core.index.coded": {"numpy", "numba", "llvmlite"},
    "core.index.codes": {"numpy", "numba", "llvmlite", "safetensors"},
    "core.index.buckets": {"numpy", "numba", "llvmlite", "safetensors"},
    "core.index.warm_up": {"numpy", "numba", "llvmlite", "safetensors"},
    "core.index.calibration": {"numpy", "numba", "llvmlite", "safetensors"},
    "core.index.embedding": {"numpy"},
    "core.index.store": {"numpy", "safetensors", "filelock", "platformdirs"},
    "core.evaluation.metrics": {"numpy"},
    "core.evaluation.statistics": {"numpy"},
    "core.evaluation.labelled_embeddings": {"numpy", "safetensors"},
}


def imports(module: str) -> set[str]:
    """Names that a module imports, anywhere in it; those of core as full module names."""
    names = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} has a relative import"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            submodules = {name for name in inside if name in MODULES}
            names |= submodules or {str(node.module)}
    return names


def with_parents(module: str) -> set[str]:
    """A module and the packages around it, which Python runs first."""
    parts = module.split(".")
    return {".".join(parts[:n]) for n in range(1, len(parts) + 1)}


def foreign(module: str) -> set[str]:
    """Packages from elsewhere that importing a module needs, directly or not."""
    reached, todo, others = set(), with_parents(module), set()
    while todo:
        reached |= todo
        named = {name for known in todo for name in imports(known)}
        others |= {name.partition(".")[0] for name in named if name not in MODULES}
        todo = {it for name in named if name in MODULES for it in with_parents(name)} - reached
    return others - set(sys.stdlib_module_names)


def is_part_of(module: str, part: str) -> bool:
    return module == part or module.startswith(f"{part}.")


@pytest.mark.parametrize("part", FORBIDDEN)
def test_imports_go_one_way(part):
    for module in (name for name in MODULES if is_part_of(name, part)):
        for name in imports(module):
            for other in FORBIDDEN[part]:
                assert not is_part_of(name, other), f"{module} imports {name}"


@pytest.mark.parametrize("module", NEEDED)
def test_index_and_metrics_can_be_lifted_out(module):
    assert foreign(module) <= NEEDED[module]


def test_every_module_of_the_index_says_what_it_needs():
    assert {name for name in MODULES if name.startswith("core.index.")} <= set(NEEDED)


@pytest.mark.parametrize(
    "module", ["core.galleries.registry", "core.scenery.render", "core.locations", "core.errors"]
)
def test_galleries_and_scenery_need_no_torch_to_be_imported(module):
    assert not foreign(module) & {"torch"}


def test_the_rules_would_notice_torch():
    assert "torch" in foreign("core.search")
    assert "core.model.embedder" in imports("core.search")
