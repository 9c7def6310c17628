"""Rules of the house that a reader relies on, checked over the source."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "streamlit_app.py", *sorted((ROOT / "pages").rglob("*.py"))]
SOURCES = [*PAGES, *(ROOT / "pages").rglob("*.js"), *(ROOT / "pages").rglob("*.css")]
CORE = sorted((ROOT / "core").rglob("*.py"))
RESOURCES = ROOT / "pages" / "ui" / "resources"
FIGURES = sorted((ROOT / "core" / "figures").rglob("*.py"))


def imports(path: Path) -> set[str]:
    """All modules that a file imports by their full names, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:  # else of its own package
            names.add(str(node.module))
    return names


def packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_never_import_torch(path):
    assert not packages(path) & {"torch", "torchvision"}


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_core_never_imports_streamlit_or_a_page(path):
    assert not packages(path) & {"streamlit", "pages", "streamlit_app"}


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.name)
def test_figures_need_numpy_and_plotly_only(path):
    foreign = imports(path)
    standard = {"collections", "dataclasses", "functools", "html", "importlib", "itertools"}
    standard |= {"math", "sys", "typing"}
    assert {name.partition(".")[0] for name in foreign} <= {"numpy", "plotly"} | standard


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_decode_what_visitors_hand_over_in_decoders_only(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert not named & {"core.images.decode", "core.images"}


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported_modules(path: Path) -> set[str]:
    """Modules of pages that a file imports, anywhere in it."""
    modules, found = {module_of(it) for it in PAGES}, set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            inside = {f"{node.module}.{alias.name}" for alias in node.names} & modules
            found |= inside or ({str(node.module)} & modules)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & modules
    return found


@pytest.mark.parametrize("path", PAGES, ids=module_of)
def test_a_page_knows_its_parts_a_part_its_neighbours_and_ui_neither(path):
    own, known = module_of(path), imported_modules(path)
    if own.startswith("pages.parts."):
        folder = own.rpartition(".")[0]
        assert all(it.startswith((f"{folder}.", "pages.ui.")) for it in known - {"pages.ui"})
    elif own.startswith("pages.ui"):
        assert all(it.startswith("pages.ui") for it in known)
    else:
        assert all(it.startswith(("pages.parts.", "pages.ui")) for it in known)


def test_no_file_of_pages_imports_itself_by_way_of_others():
    graph = {module_of(path): imported_modules(path) for path in PAGES}
    tuple(TopologicalSorter(graph).static_order())  # raises CycleError


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_file_of_pages_has_more_than_350_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


@pytest.mark.parametrize("folder", sorted({path.parent for path in PAGES}), ids=lambda it: it.name)
def test_no_folder_of_pages_has_more_than_twenty_files(folder):
    assert len([path for path in folder.iterdir() if path.is_file()]) <= 20


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_only_resources_caches(path):
    cached = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and "cache" in node.attr
    } | (imports(path) & {"functools"})
    assert not cached or RESOURCES in path.parents


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_do_not_use_st_navigation(path):
    source = ast.parse(path.read_text(encoding="utf-8"))
    calls = {ast.unparse(node.func) for node in ast.walk(source) if isinstance(node, ast.Call)}
    assert not calls & {"st.navigation", "st.Page"}


@pytest.mark.parametrize("path", [ROOT / "streamlit_app.py", *(ROOT / "pages").glob("*.py")])
def test_every_page_sets_itself_up_before_it_shows_anything(path):
    body = ast.parse(path.read_text(encoding="utf-8")).body
    # The first page's file is the server's too, so what it draws stands in a function.
    body = next((it.body for it in body if isinstance(it, ast.FunctionDef)), body)
    calls = [
        ast.unparse(node.value.func)
        for node in body
        if isinstance(node, ast.Expr | ast.Assign) and isinstance(node.value, ast.Call)
    ]
    calls = [call for call in calls if call != "later"]  # which only marks a text
    assert calls[0] in ("navigation.set_up", "navigation.set_up_with_choice")


def test_the_menu_leads_to_every_page_and_to_nothing_else():
    from pages.ui import navigation  # noqa: PLC0415

    files = {"streamlit_app.py", *(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))}
    assert {page for page, _, _ in navigation.MENU} == files
