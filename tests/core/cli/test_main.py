import io
import subprocess
import sys
from importlib import import_module

import pytest
from tqdm import tqdm

from core import __version__
from core.cli import COMMANDS, common, main, search
from core.cli.common import progress_bar, write_json
from core.errors import HashlightError, StoreError

OPTIONS = {
    "search": ["image", "--gallery", "-k", "--n-bits", "--n-tables", "--n-probes", "--attention"],
    "index": ["--gallery", "--checkpoint", "--download", "--out"],
    "evaluate": ["--gallery", "--checkpoint", "--out", "--all", "--only", "--seeds", "--fresh"],
    "train": [
        *("--gallery", "--scenic", "--init", "--strides", "--out", "--dim", "--attention-layer"),
        *("--folds", "--epochs", "--sharpness", "--seed"),
    ],
    "benchmark": ["--only", "--quick", "--seed", "--threads", "--out", "model"],
    "render-scenes": ["--out", "--seed", "--per-category"],
}


@pytest.mark.model
def test_the_process_answers_with_its_exit_code():
    def run(*arguments):
        command = [sys.executable, "-m", "core", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    missing = run("search", "nowhere.jpg")
    assert missing.returncode == 1
    assert missing.stdout == ""
    assert missing.stderr == (
        "hashlight: nowhere.jpg can't be read (No such file or directory); check the path.\n"
    )


def test_every_command_has_help_that_names_its_options(capsys):
    assert set(OPTIONS) == set(COMMANDS)
    for name, options in OPTIONS.items():
        with pytest.raises(SystemExit) as leaving:
            main([name, "--help"])
        assert leaving.value.code == 0
        text = capsys.readouterr().out
        for option in options:
            assert option in text
        module = import_module(f"core.cli.{name.replace('-', '_')}")
        assert module.__doc__.splitlines()[0] in text


def test_the_help_of_all_lists_every_command_with_examples(capsys):
    with pytest.raises(SystemExit) as leaving:
        main(["--help"])
    assert leaving.value.code == 0
    text = capsys.readouterr().out
    for name in COMMANDS:
        assert f"\n    {name}" in text
    assert "examples:" in text


def test_the_version_is_the_packages(capsys):
    with pytest.raises(SystemExit) as leaving:
        main(["--version"])
    assert leaving.value.code == 0
    assert capsys.readouterr().out == f"Hashlight {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["sing"],
        ["search"],
        ["search", "a.jpg", "-k", "many"],
        ["search", "a.jpg", "--attention", "loud"],
        ["search", "a.jpg", "--wings"],
        ["train", "--epochs", "many"],
        ["train", "--out", "x", "--strides", "v2"],
    ],
    ids=" ".join,
)
def test_a_mistyped_command_is_2_and_says_how_it_is_typed(arguments, capsys):
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    assert leaving.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m core")


def test_an_error_is_1_and_its_sentence(monkeypatch, capsys):
    def fail(_):
        raise HashlightError("The sentence.")

    monkeypatch.setattr(search, "run", fail)
    assert main(["search", "a.jpg"]) == 1
    assert capsys.readouterr() == ("", "hashlight: The sentence.\n")


def test_an_interruption_is_130_and_no_traceback(monkeypatch, capsys):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(search, "run", interrupt)
    assert main(["search", "a.jpg"]) == 130
    assert capsys.readouterr().err == "hashlight: interrupted; what was done is kept.\n"


def test_each_kind_of_work_has_its_own_bar(monkeypatch):
    bars = []

    class Bar(tqdm):
        def __init__(self, **options):
            super().__init__(**options | {"file": io.StringIO()})
            bars.append(self)

    monkeypatch.setattr(common, "tqdm", Bar)
    with progress_bar() as progress:
        for what, total in (("Reading", 3), ("Embedding", 3), ("Training", 5)):
            for done in range(1, total + 1):
                progress(done, total, f"{what} {done}")
                assert bars[-1].n == done
    assert [(bar.total, bar.n, bar.desc) for bar in bars] == [
        (3, 3, "Reading 3: "),
        (3, 3, "Embedding 3: "),
        (5, 5, "Training 5: "),
    ]
    assert all(bar.disable for bar in bars)  # closed


def test_no_work_draws_no_bar(capsys):
    with progress_bar():
        pass
    assert capsys.readouterr().err == ""


def test_results_are_written_where_they_can_be(tmp_path, capsys):
    path = tmp_path / "new" / "figures.json"
    write_json(path, {"é": 0.5})
    assert path.read_text(encoding="utf-8") == '{\n  "é": 0.5\n}\n'
    assert str(path) in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    for path in (tmp_path, tmp_path / "file" / "figures.json"):
        with pytest.raises(StoreError, match=r"can't be written .*; choose another directory"):
            write_json(path, {})
