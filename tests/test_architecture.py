"""Which part of core may know of which: read from the imports of the source."""

import ast
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "core").rglob("*.py"))
}

# From the top down: each may know those below it, and nobody beside or above it.
LAYERS = (
    {"core.__main__"},
    {"core.cli"},
    {"core.benchmark", "core.evaluation"},
    {"core.methods"},
    {"core.lessons"},
    {"core.regions", "core.search"},
    {"core.model"},
    {"core.scale"},
    {"core.galleries"},
    {"core.engine"},
    {"core.index", "core.scenery", "core.figures", "core.paper"},
    {"core.decoders"},
    {"core.array_files", "core.images"},
    {"core"},
    {"core.files"},
    {"core.errors", "core.locations", "core.progress", "core.threads", "core.wording"},
    {"core.language"},
)
# Modules that write files without core.files, and why they may.
WRITERS = {
    "core.files": "this is where it is done",
    "core.decoders": "a decoder's answers go into a pipe",
}
# What someone needs who lifts a part out, and all that it imports on its way.
NEEDED = {
    "core.index": set(),
    "core.index.protocol": {"numpy"},
    "core.index.vectors": {"numpy"},
    "core.index.persistence": {"numpy"},
    "core.index.cosine": {"numpy"},
    "core.index.multi_probe": {"numpy"},
    "core.index.families": {"numpy"},
    "core.index.families.hyperplanes": {"numpy"},
    "core.index.lsh": {"numpy"},
    "core.index.reading": {"numpy"},
    "core.index.promise": {"numpy"},
    "core.index.fitting": {"numpy"},
    "core.index.exact": {"numpy"},
    "core.index.families.structured": {"numpy"},
    "core.index.families.leaning": {"numpy"},
    "core.index.spread": {"numpy"},
    "core.engine.kernels.structures": {"numpy"},
    "core.engine.kernels.readable": {"numpy"},
    "core.engine.kernels.compiled": {"numpy", "numba", "llvmlite"},
    "core.files": set(),
    "core.array_files": {"numpy", "safetensors"},
    "core.engine.persistence": {"numpy", "safetensors"},
    "core.engine.base": {"numpy", "numba", "llvmlite"},
    "core.engine.codes": {"numpy", "numba", "llvmlite", "safetensors"},
    "core.engine.buckets": {"numpy", "numba", "llvmlite", "safetensors"},
    "core.engine.compilation": {"numpy", "numba", "llvmlite", "safetensors"},
    "core.engine.calibration": {"numpy", "numba", "llvmlite", "safetensors"},
    "core.galleries.embedding": {"numpy"},
    "core.galleries.store": {"numpy", "safetensors", "platformdirs"},
    "core.evaluation.metrics": {"numpy"},
    "core.evaluation.statistics": {"numpy", "scipy"},
    "core.evaluation.labelled_embeddings": {"numpy", "safetensors"},
}


def absolute(module: str, node: ast.ImportFrom) -> str:
    """The module that an import names, from the root on."""
    if not node.level:
        return str(node.module)
    is_package = MODULES[module].name == "__init__.py"
    parts = module.split(".")[: None if is_package else -1]
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])


@cache
def imports(module: str) -> frozenset[str]:
    """Names that a module imports, anywhere in it; those of core as full module names.

    What only a type checker reads is never imported.
    """
    names = set()
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    tree.body = [it for it in tree.body if not is_for_types(it)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            source = absolute(module, node)
            assert source.partition(".")[0] != "core" or node.level, f"{module} imports by name"
            inside = [f"{source}.{alias.name}" for alias in node.names]
            submodules = {name for name in inside if name in MODULES}
            names |= submodules or {source}
    return frozenset(names)


def is_for_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


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


def part_of(module: str) -> str:
    """The package or file right below core that a module belongs to."""
    return ".".join(module.split(".")[:2])


def floor(module: str) -> int:
    """How many layers lie above a module's."""
    return next(n for n, layer in enumerate(LAYERS) if part_of(module) in layer)


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module):
    for name in imports(module) & set(MODULES):
        if part_of(name) != part_of(module):
            assert floor(name) > floor(module), f"{module} imports {name}"


def test_no_file_imports_itself_by_way_of_others():
    graph = {module: imports(module) & set(MODULES) for module in MODULES}
    tuple(TopologicalSorter(graph).static_order())  # raises CycleError


@pytest.mark.parametrize("module", NEEDED)
def test_index_and_metrics_can_be_lifted_out(module):
    assert foreign(module) <= NEEDED[module]


def test_every_module_of_the_index_says_what_it_needs():
    assert {name for name in MODULES if name.startswith("core.index.")} <= set(NEEDED)


# Calls that write files, by the last part of what is called.
WRITES = {
    *("write_text", "write_bytes", "rename", "renames", "touch", "mkstemp", "NamedTemporaryFile"),
    *("copyfile", "copy2", "copytree", "move", "savetxt", "tofile"),
    *("save_file", "symlink_to", "hardlink_to"),
}
WRITES_OF = {"os.replace", "os.open", "shutil.copy"}
SAVES_OF = {"torch.save", "np.save", "np.savez", "np.savez_compressed"}  # to a path or a stream


def written(source: str) -> list[str]:
    """Calls in a source that write a file or give it its name."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [ast.unparse(call) for call in calls if writes(call)]


def writes(call: ast.Call) -> bool:
    """Whether a call writes a file; a stream that core.files opened may be written to."""
    called = ast.unparse(call.func)
    last = called.rpartition(".")[2]
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    texts = [node.value for node in given if isinstance(node, ast.Constant)]
    modes = [text for text in texts if isinstance(text, str) and set(text) <= set("rwxabt+")]
    if last in ("open", "fdopen"):
        return any(set(mode) & set("wxa+") for mode in modes)
    if last in ("open_memmap", "memmap"):
        return not {"r", "c"} & set(modes)
    if called in SAVES_OF:
        return "file" not in map(ast.unparse, call.args)
    if last == "replace":  # of a path; that of a text has two arguments, that of a date keywords
        return called == "os.replace" or (len(call.args) == 1 and not call.keywords)
    return last in WRITES or called in WRITES_OF


@pytest.mark.parametrize("module", sorted(set(MODULES) - set(WRITERS)))
def test_no_module_writes_a_file_but_through_files(module):
    assert written(MODULES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", WRITERS)
def test_those_that_may_write_do(module):
    assert written(MODULES[module].read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "line",
    [
        *("open('a', 'w')", "open('a', mode='r+b')", "path.open('ab')", "gzip.open(path, 'xb')"),
        *("path.write_text('')", "path.write_bytes(b'')", "os.replace(a, b)", "os.rename(a, b)"),
        *(
            "partial.replace(path)",
            "partial.rename(path)",
            "np.save(path, rows)",
            "np.savez(path, a=a)",
        ),
        *("np.lib.format.open_memmap(path, 'w+', dtype)", "open_memmap(path, mode='r+')"),
        *("np.memmap(path, dtype)", "save_file(tensors, path)", "torch.save(state, path)"),
        *("rows.tofile(path)", "tempfile.NamedTemporaryFile()", "shutil.copyfile(a, b)"),
    ],
)
def test_the_rule_would_notice_a_writer(line):
    assert written(f"def f():\n    {line}")


@pytest.mark.parametrize(
    "line",
    [
        *("open(path)", "path.open('rb')", "open_memmap(path, mode='r')", "text.replace('w', 'x')"),
        *("replace(config, seed=1)", "np.load(path, mmap_mode='r')", "torch.save(state, file)"),
        "np.savez(file, a=a)",
        *("file.write(b'')", "files.write(path, b'')"),
    ],
)
def test_the_rule_minds_no_reader(line):
    assert not written(line)


@pytest.mark.parametrize(
    "module", ["core.galleries.registry", "core.scenery.render", "core.locations", "core.errors"]
)
def test_galleries_and_scenery_need_no_torch_to_be_imported(module):
    assert not foreign(module) & {"torch"}


def test_the_rules_would_notice_torch():
    assert "torch" in foreign("core.search")
    assert "core.model.embedder" in imports("core.search")


def test_no_two_classes_of_core_and_pages_have_the_same_name():
    places: dict[str, list[str]] = {}
    for path in (*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert not {name: files for name, files in places.items() if len(files) > 1}
