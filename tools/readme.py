"""Write the generated parts of README.md and of pages in docs: ``python -m tools.readme``.

A generated part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``, and ``PARTS``
says what writes it: from the argument parser and from the measured results. All text outside is
written by hand and stays. ``--check`` writes nothing and fails where a part is out of date.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from statistics import mean
from typing import Any

from core.cli import parser
from core.evaluation.results import RESULTS, names
from core.locations import ASSETS
from core.model.checkpoint import DEFAULT, read_header
from core.paper.tables import TABLE_1, TABLE_2
from pages.ui.result_files import JUDGED

ROOT = ASSETS.parent
FILES = (
    ROOT / "README.md",
    *(ROOT / "docs" / f"{it}.md" for it in ("results", "reliability", "scale")),
)
PART = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
WIDTH = 100

SYSTEMS = {  # of the retrieval files
    "untouched ImageNet features": "untouched ImageNet features",
    "ours, CBAM off": "attention off",
    "ours, channel attention only": "attention channel",
    "ours, spatial attention only": "attention spatial",
    "ours": "attention both",
}
UNSEEN: dict[str, Callable[[Any], float]] = {  # of the unseen labels in the checkpoint's header
    "untouched": lambda it: it["untouched"],
    "start": lambda it: it["start"],
    "no attention": lambda it: it["trained"]["off"],
    "channel": lambda it: it["trained"]["channel"],
    "spatial": lambda it: it["trained"]["spatial"],
    "both": lambda it: it["trained"]["both"],
}
LOOKS = {  # of the files with masks
    "attention-scenes": "Scenes, painted",
    "attention-masks-pets": "pets, photographs",
    "attention-masks-humans": "people, photographs",
}
MAPS = ("M_s, trained", "Mean of F", "Gaussian in the middle", "Grad-CAM, trained", "True mask")
METHODS = ("exact scan, faiss", "faiss IndexLSH + RefineFlat", "hnswlib")
OURS = ("ours: buckets", "ours: codes")


def result(name: str) -> Any:
    """Read a measured result."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a Markdown table."""
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def paragraph(text: str) -> str:
    """Break a text into lines, as the rest of the file."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines)


def with_note(head: Sequence[str], rows: Sequence[Sequence[str]], note: str) -> str:
    """Lay out a table and, below it, how it came about."""
    return f"{table(head, rows)}\n\n{paragraph(note)}"


def commands() -> str:
    """Each command with what it can't do without, and its summary."""
    (choices,) = (it for it in parser()._actions if isinstance(it, argparse._SubParsersAction))
    lines = []
    for summary in choices._choices_actions:
        needed = [
            " ".join([*it.option_strings[:1], str(it.metavar or it.dest)])
            for it in choices.choices[summary.dest]._actions
            if it.required and not isinstance(it, argparse._SubParsersAction)
        ]
        lines.append(f"# {summary.help}")
        lines.append(" ".join(["python -m core", summary.dest, *needed]))
    return "```sh\n" + "\n".join(lines) + "\n```"


def experiment() -> str:
    """Tables 1 and 2 of the paper, beside ours."""
    judged = {key: result(f"experiment-{key}")["systems"] for key in JUDGED}
    head = "system|paper's MAP, Corel-1k|mAP, Corel-1k|P@10|recall@100|looks at"
    more = "paper's MAP, its Corel-5k|mAP, Corel-50|mAP, Corel-5k"
    rows = []
    for key, system in judged["corel1k"].items():
        average, deviation = system["mean"], system["deviation"]["mean_average_precision"]
        rows.append(
            [
                system["title"],
                f"{TABLE_1[key].map:.3f}" if key in TABLE_1 else "-",
                f"{average['mean_average_precision']:.3f} ± {deviation:.3f}",
                f"{average['precision']['10']:.3f}",
                f"{average['recall']['100']:.3f}",
                f"{average['candidate_ratio']:.0%}",
                f"{TABLE_2[key]:.3f}" if key in TABLE_2 else "-",
                *(
                    f"{judged[it][key]['mean']['mean_average_precision']:.3f}"
                    for it in ("corel50", "corel5k")
                ),
            ]
        )
    return table([*head.split("|"), *more.split("|")], rows)


def lead(better: str, worse: str, key: str) -> str:
    """By how much one system's mAP leads another's, with its interval."""
    (one,) = (
        row
        for row in result(f"experiment-{key}")["differences"]
        if (row["better"], row["worse"]) == (better, worse)
        and row["metric"] == "mean_average_precision"
    )
    return f"{one['mean']:+.4f} (95 % interval {one['low']:+.4f} to {one['high']:+.4f})"


def n_runs(key: str) -> int:
    """How many trainings each system of an experiment had."""
    return len(result(f"experiment-{key}")["seeds"])


def leads() -> str:
    """What attention and hashing change."""

    def each(say: Callable[[str], str]) -> str:
        *some, last = (f"{say(key)} on {title}" for key, title in JUDGED.items())
        return f"{', '.join(some)} and {last}"

    return paragraph(
        "Trained alike and searched by exact scan, CBAM changes mAP by "
        f"{each(partial(lead, 'cnn-attention', 'cnn'))}. Hashing changes ours by "
        f"{each(partial(lead, 'ours', 'cnn-attention'))}. The intervals count trainings and "
        f"splits: {each(lambda key: str(n_runs(key)))}."
    )


def unseen() -> str:
    """How good the embedding is on labels that it never saw, gallery by gallery."""
    parts = json.loads(read_header(DEFAULT)["training"])["unseen_labels"]
    folds = sorted({it["fold"] for it in parts})
    rows = []
    for gallery in dict.fromkeys(it["gallery"] for it in parts):
        own = [it for it in parts if it["gallery"] == gallery]
        cells = [f"{mean(map(pick, own)):.3f}" for pick in UNSEEN.values()]
        rows.append([gallery.removeprefix("folder-"), *cells])
    means = [  # over the galleries, one for each training
        [mean(pick(it) for it in parts if it["fold"] == fold) for fold in folds]
        for pick in UNSEEN.values()
    ]
    cells = [f"**{mean(it):.3f}** ({min(it):.3f} to {max(it):.3f})" for it in means]
    rows.append([f"all, lowest and highest of {len(folds)} trainings", *cells])
    return table(["mAP on labels never seen in training", *UNSEEN], rows)


def looks() -> str:
    """How well maps find the object, by masks."""
    rows = []
    for name, title in LOOKS.items():
        measured = result(name)
        maps = {it["map"]: it for it in measured["rows"]}
        cells = [f"×{maps[it]['ratio']['mean']:.2f}, {maps[it]['peak']['mean']:.0%}" for it in MAPS]
        rows.append([f"{title} ({measured['n_images']})", *cells])
    return table(["inside ÷ area, peak on the object", *MAPS], rows)


def clutter() -> str:
    """What each gate is worth as more stands around the picture."""
    rows = [
        [
            f"{step['side'] ** 2:.0%}",
            f"{step['untouched']:.3f}",
            f"{mean(step['mean_average_precision']['off']):.3f}",
            *(with_interval(step["gain"][mode]) for mode in ("channel", "spatial", "both")),
        ]
        for step in result("clutter-scenes")["steps"]
    ]
    head = ["share of the area", "untouched", "no attention", "channel", "spatial", "both"]
    return table(head, rows)


def detail() -> str:
    """What an earlier stage brings beside the last one, on each gallery."""
    measured = result("detail")
    titles = {it["key"]: it["title"] for it in measured["galleries"]}
    rows = [
        [
            f"{titles[row['gallery']]}, {row['system']}",
            row["attention"],
            f"{row['mean_average_precision']['without']:.3f}",
            with_interval(row["brings"]),
            *map(with_interval, row["at_weight"].values()),
        ]
        for row in measured["rows"]
    ]
    weights = [f"at weight {it}" for it in measured["rows"][0]["at_weight"]]
    head = ["gallery, network", "attention", "mAP", "detail brings", *weights]
    seconds = measured["seconds_of_a_pass"]
    chosen = "; ".join(
        f"{name} {', '.join(f'{it:g}' for it in each)}" for name, each in measured["chosen"].items()
    )
    more = seconds["with"] / seconds["without"] - 1
    note = f"Weights that were chosen, split by split: {chosen}. A pass takes {more:+.0%} time."
    return with_note(head, rows, note)


def softness() -> str:
    """What the spatial gate is worth as other powers of itself, on each gallery."""
    measured = result("softness")
    curves = {
        f"{it['title']}, {mode}": steps
        for it in measured["galleries"]
        for mode, steps in it["curves"].items()
    }
    rows = [
        [
            f"{steps[0]['exponent']:g}",
            *(
                f"{it['mean_average_precision']:.3f}, {with_interval(it['difference'])}"
                for it in steps
            ),
        ]
        for steps in zip(*curves.values(), strict=True)
    ]
    untouched = ", ".join(f"{it['title']} {it['untouched']:.3f}" for it in measured["galleries"])
    best = "; ".join(
        f"{title}: {max(steps, key=lambda it: it['mean_average_precision'])['exponent']:g}"
        for title, steps in curves.items()
    )
    note = (
        f"mAP; beside it the difference to p = {measured['exponent']:g}, with which the model was "
        "trained, once, and the 95 % interval of that over queries. Untouched ImageNet features: "
        f"{untouched}. p of the highest mAP: {best}."
    )
    return with_note(["p", *curves], rows, note)


def ingredients() -> str:
    """What each ingredient of the recipe brings, by attention mode."""
    measured = result("ingredients")
    whole = measured["mean_average_precision"]
    rows = [["the whole recipe, mAP", *(f"{it:.3f}" for it in whole.values())]]
    rows += [
        [f"{row['title']} brings", *(with_interval(row["brings"][mode]) for mode in whole)]
        for row in measured["ingredients"]
    ]
    return table(["", "no attention", "channel", "spatial", "both"], rows)


def with_interval(it: Any) -> str:
    """Write a difference and its 95 % interval."""
    return f"{it['mean']:+.3f} ({it['low']:+.3f} to {it['high']:+.3f})"


def galleries() -> str:
    """How good it is on whole galleries, every image a query."""
    rows = []
    for title, key in (("Corel-1k", "corel1k"), ("Scenes", "scenes")):
        figures = result(f"retrieval-{key}")["figures"]
        for system, name in SYSTEMS.items():
            it = figures[name]
            precision, average = it["precision"]["10"], it["mean_average_precision"]
            rows.append([title, system, f"{precision:.4f}", f"{average:.4f}"])
    return table(["gallery", "embedding", "P@10", "mAP"], rows)


def regions() -> str:
    """What the search for parts of images finds and costs."""
    rows, notes = [], []
    for name in names("parts-"):
        measured = result(name)
        whole = measured["same_label_by_whole_images"]
        notes.append(f"{measured['gallery_title']}: {measured['date']}")
        for it in measured["kept"]:
            on_object = "-"
            if "on_object" in it:
                on_object = f"{it['on_object']:.0%} ({it['on_object_by_chance']:.1%})"
            rows.append(
                [
                    f"{measured['gallery_title']}, {it['places_an_image']} an image",
                    f"{it['places']:,}",
                    f"{it['bytes_on_disk'] / 1e6:.0f}, {it['bytes_in_memory'] / 1e6:.0f} MB",
                    f"{it['index_seconds']:.1f} s",
                    f"{it['look_up_ms']:.2f} ms",
                    f"{it['scan_ms']:.2f} ms",
                    f"{it['recall']:.3f}",
                    f"{it['same_label']:.0%} ({whole:.0%}, {it['same_label_by_chance']:.1%})",
                    on_object,
                ]
            )
    head = (
        *("places kept", "places", "disk, memory", "index built", "look-up", "scan of all"),
        *("recall@10", "label (whole images, chance)", "on the object (chance)"),
    )
    note = f"One thread of an {measured['machine']['processor']}. {'; '.join(notes)}."
    return with_note(head, rows, note)


def index() -> str:
    """One query on one thread, in milliseconds."""
    rows = []
    for data_set in result("index-speed")["data_sets"].values():
        found = data_set["contestants"]
        times = [milliseconds(found.get(method)) for method in (*METHODS, *OURS)]
        rows.append([data_set["title"], *times, fastest_of_others(found)])
    return table(["ms per query", *METHODS, *OURS, "the fastest of all others"], rows)


def fastest_of_others(found: Any) -> str:
    """Name the fastest that reaches the wanted recall and isn't the engine."""
    others = {name: it for name, it in found.items() if it["reached"] and name not in OURS}
    if not others:
        return "-"
    name = min(others, key=lambda name: others[name]["median_seconds"])
    return f"{name} {milliseconds(others[name])}"


def milliseconds(entry: Any) -> str:
    """Return a median, with a star where the wanted recall wasn't reached."""
    if entry is None:
        return "-"
    return f"{1e3 * entry['median_seconds']:.3g}" + ("" if entry["reached"] else " *")


def model() -> str:
    """How fast the model is beside a plain ResNet50."""
    measured = result("model-speed")
    speed = measured["speedups"]
    return paragraph(
        "Reading, decoding and embedding a gallery in all four attention modes runs at "
        f"{speed['files to embeddings']:.2f} × the pace of a plain float32 ResNet50's forward "
        f"pass alone, and one query at {speed['embed']:.2f} × (batch norm folded in, channels "
        "last, bfloat16 where the processor multiplies it; the lowest cosine to the plain float32 "
        f"embedding is {measured['lowest_cosine']:.4f}). Measured on {machine(measured)}, by "
        "`python -m core benchmark model`."
    )


def server() -> str:
    """How soon the running app answers."""
    measured = result("server")
    return paragraph(
        f"{measured['first_answer_after_server_start_s']:.1f} s from opening the first page after "
        "a server start to the answer; from a click to the next answer "
        f"{measured['later_answer_by_the_app_median_s']:.1f} s in the app and "
        f"{measured['later_answer_on_screen_median_s']:.1f} s on the screen; "
        f"{measured['with_model_and_3_sessions_MB'] / 1000:.1f} GB of memory with the model, and "
        f"{measured['per_further_session_MB']:.0f} MB for each further visitor. Measured on "
        f"{machine(measured)}, the browser drawing in software on the same cores, by "
        "`python -m tools.measure_server`."
    )


def parts() -> str:
    """How soon what is moved answers."""
    measured = result("moving-parts")
    rows = sorted(measured["parts"], key=lambda it: it["median_s"])
    longest = max(max(row["each_s"]) for row in rows)
    return paragraph(
        f"Each of {len(rows)} moving parts (sliders, switches, lists, a line that is dragged) was "
        "moved several times, from the key or the click until the last change that follows has "
        f"been painted: half of them within {rows[len(rows) // 2]['median_s']:.2f} s, the slowest "
        f"within {rows[-1]['median_s']:.2f} s (medians), and no single move took longer than "
        f"{longest:.2f} s. The slowest is {rows[-1]['part']}. Measured on {machine(measured)}, by "
        "`python -m tools.measure_parts`."
    )


def fuzz() -> str:
    """What came of hostile input, door by door."""
    measured = result("fuzz")
    rows = [
        [
            it["door"],
            f"{it['cases']:,}",
            ", ".join(f"{n:,} {what}" for what, n in it["outcomes"].items()),
            f"{it['slowest_s']:.2f}",
            f"{it['most_MB']}",
            f"{len(it['failures'])}",
        ]
        for it in measured["doors"]
    ]
    head = ("door", "cases", "came of them", "slowest, s", "most, MB", "failures")
    total = sum(it["cases"] for it in measured["doors"])
    seeds = sorted({it["seed"] for it in measured["doors"]})
    about = (
        f"{total:,} cases, seed {', '.join(map(str, seeds))}, {measured['date']}, on an "
        f"{measured['machine']['processor']}; seconds and memory are the server process's."
    )
    return with_note(head, rows, about)


def memory() -> str:
    """How the server's memory grows with visitors that come and go."""
    it = result("load-memory")
    curve = {int(n): megabytes for n, megabytes in it["memory_MB_after_visits"].items()}
    after = ", ".join(f"{curve[n]:,} after {n}" for n in curve if n and n % 100 in (0, 50))
    return paragraph(
        f"{it['visits']} visitors, ten at a time, {it['failures']} failures. The server held "
        f"{curve[0]:,} MB before the first, {after}; its decoders {it['decoders_MB']:,} MB in the "
        f"end. Measured {it['date']} on {machine(it)}: "
        f"`{it['command']}`."
    )


def clicker() -> str:
    """What came of clicking at random."""
    it = result("clicker")
    wrong = Counter(found["what"].partition(";")[0] for found in it["wrong"])
    found = "; ".join(f"{what}, {n} ×" for what, n in wrong.most_common())
    return paragraph(
        f"In {it['seconds']:,.0f} seconds, with the server stopped for "
        f"{it['share_of_the_time_that_the_server_is_stopped']:.0%} of the time, "
        f"{it['clicks']:,} clicks after {sum(it['pages_opened'].values()):,} pages were opened. "
        f"What went wrong: {found or 'nothing'}. Measured {it['date']} on {machine(it)}: "
        f"`{it['command']}`."
    )


def kill() -> str:
    """What came of kills and of faults."""
    measured = result("kill")
    rows = [
        [
            it["work"],
            f"{it['kills']}",
            f"{it['came_to_an_end']}",
            f"{len(it['failures'])}",
        ]
        for it in measured["works"]
    ]
    met = [
        f"{it['fault']}: {'one sentence' if 'said' in it else 'failed'}"
        for it in measured["faults"]
    ]
    about = (
        f"{measured['date']}, on an {measured['machine']['processor']}. "
        f"Faults of the machine, each met in a process of its own: {'; '.join(met)}."
    )
    return with_note(("work", "kills", "came to an end", "failures"), rows, about)


def decoders() -> str:
    """What decoding in other processes costs."""
    measured = result("decoders")
    rows = [
        [f"one JPEG of {size}", f"{it['here_ms']:.0f} ms", f"{it['decoder_ms']:.0f} ms"]
        for size, it in measured["decoding"].items()
    ]
    pace = measured["embedding"]
    rows.append(
        [
            "embedding photographs of 1 megapixel",
            f"{pace['here_per_s']:.1f} a second",
            f"{pace['decoders_per_s']:.1f} a second",
        ]
    )
    about = f"Medians, {measured['date']}, on an {measured['machine']['processor']}."
    return with_note(("", "in the server", "in decoders"), rows, about)


def machine(measured: Any) -> str:
    """Say where something was measured."""
    it = measured["machine"]
    return f"{it['cores']} cores of an {it['processor']}"


def first_minute() -> str:
    """How soon a stranger's own photographs are searched."""
    measured = result("first-minute")
    rows = [
        [
            f"{measured['n_photographs']} photographs of {size.split('_')[0]} MP",
            way,
            f"{it['first_hits_s']} s",
            f"{it['all_searched_s']} s",
        ]
        for size in ("1_megapixel", "12_megapixel")
        for way, it in measured[size].items()
    ]
    return table(["handed over", "as", "first hits", "all searched"], rows)


def map_speed() -> str:
    """How many images the map draws, and how fast."""
    rows = [
        [
            f"{it['images']:,}",
            f"{it['frames_per_s']:.0f}",
            *(f"{it[f'{move}_median_ms']:.0f} ms" for move in ("point", "zoom")),
        ]
        for it in result("map-speed")["maps"]
    ]
    return table(["images on the map", "frames a second", "pointing", "zooming"], rows)


def load() -> str:
    """What many visitors at once were measured to wait for."""
    runs = [it for it in map(result, names("load-")) if "answers" in it]
    rows = [
        [
            it["title"],
            f"{it['answers']:,}",
            str(it["failures"]),
            f"{it['answers_per_s']}",
            f"{it['median_s']} s",
            f"{it['p95_s']} s",
            f"{it['server_processor_ms_per_answer']:.0f} ms",
            f"{it['client_processor_ms_per_answer']:.0f} ms",
            f"{it['other_work_on_the_machine']}",
        ]
        for it in runs
    ]
    head = ["run", "answers", "failures", "answers/s", "median", "95 % within", "server", "client"]
    return table([*head, "load average"], rows)


def classroom() -> str:
    """What a class of many students was measured to wait for, step by step."""
    it = result("classroom")
    head = ["students …", "times", "median", "95 % within", "longest", "server"]
    note = (
        f"{it['students']} students and a teacher, {it['questions']} questions, {it['failures']} "
        f"failures. While all only wait, the server uses {it['core_used_while_all_wait']} of one "
        f"core, and it holds {it['memory_MB']:,} MB. Measured {it['date']} on {machine(it)} with "
        f"a load average of {it['other_work_on_the_machine']}: `{it['command']}`."
    )
    return with_note(head, [class_step(**step) for step in it["steps"]], note)


def class_step(step: str, n: int, server_processor_ms_per_student: float, **s: float) -> list[str]:
    """Write one step of a class's lesson as a row."""
    waits = (f"{s[f'{which}_s']} s" for which in ("median", "p95", "longest"))
    return [step, f"{n:,}", *waits, f"{server_processor_ms_per_student:.0f} ms"]


def engines() -> str:
    """One gallery on four engines that answer alike."""
    measured = result("tables")
    head = ("", "recall@10", "a query", "processor", "reader's memory", "on disk", "built in")
    rows = [
        [
            title,
            f"{it['recall']:.3f}",
            f"{it['milliseconds']:.2f} ms",
            f"{it['processor_milliseconds']:.2f} ms",
            f"{it['reader_megabytes']:,} MB",
            f"{it['disk_megabytes']:,} MB",
            f"{it['build_seconds']:,.0f} s",
        ]
        for title, it in measured["rows"].items()
    ]
    return with_note(
        head,
        rows,
        f"{measured['n']:,} vectors of {measured['dim']} numbers, seed {measured['seed']}, "
        f"{measured['date']}, {machine(measured)}, which did other work meanwhile: the processor "
        "time of a query is the figure that this changes least. Memory is what the reader has "
        "taken beyond its packages; of PostgreSQL it is the server process's, without the files "
        f"that the system keeps in memory for it. `{measured['command']}`.",
    )


def same_answers() -> str:
    """What a table answers, beside the index in memory."""
    measured = result("answers-tables")
    rows = [
        [
            place,
            f"{it['n_rows']:,}",
            f"{it['n_equal_by_keys']} of {it['n_queries']}",
            f"{it['n_equal_by_command']} of {it['n_by_command']}",
            f"{it['recall']['in_process']:.4f}",
            f"{it['recall']['by_hamming']:.4f}",
        ]
        for place, it in measured["places"].items()
    ]
    head = (
        *("table in", "rows", "equal by keys", "equal by the two commands"),
        *("recall@10 in memory", "by Hamming"),
    )
    return with_note(
        head,
        rows,
        f"{measured['title']}, seed {measured['seed']}, {measured['date']}; equal means the same "
        f"ids and the same cosines, to the last bit. `{measured['command']}`.",
    )


def nodes() -> str:
    """How fast one node and two nodes embed."""
    measured = result("ray")
    one, two = (measured["nodes"][n] for n in ("1", "2"))
    return paragraph(
        f"Two nodes embed {measured['times_as_fast']:.2f} times as fast as one "
        f"({two['images_per_s']:.1f} and {one['images_per_s']:.1f} images a second, medians of "
        f"{', '.join(map(str, two['all_images_per_s']))} and of "
        f"{', '.join(map(str, one['all_images_per_s']))}). The two shared their cores with other "
        "work, which is why turns differ. An image costs "
        f"a worker {one['worker_s_per_image']:.3f} s of processor time on one node and "
        f"{two['worker_s_per_image']:.3f} s on two, which makes two nodes "
        f"{measured['times_as_fast_by_processor_time']:.2f} times as fast where each has a core to "
        f"itself. Measured on {machine(measured)}, load average "
        f"{measured['other_work_on_the_machine']}, {measured['date']}, by `{measured['command']}`."
    )


def codes_growth() -> str:
    """What codes cost as the gallery grows."""
    measured = result("growth-codes")
    rows = [
        [
            f"{it['n']:,}",
            f"{it['codes_MB']:,} MB",
            f"{it['scan_processor_ms']:,} ms",
            f"{it['rows_ranked']:,}",
        ]
        for it in measured["sizes"]
    ]
    head = ("codes", "memory", "a scan of all, one core", "rows ranked for recall@10 0.95")
    return with_note(
        head,
        rows,
        f"Codes of {measured['code_bits']:,} bits of the generator, seed {measured['seed']}, "
        f"{measured['date']}, {machine(measured)}; the process had {measured['peak_MB']:,} MB at "
        f"most. `{measured['command']}`.",
    )


def costs() -> str:
    """What larger galleries would cost: worked out from what was measured."""
    tables, growth = result("tables"), result("growth-codes")
    pace = result("ray")
    lance, codes = tables["rows"]["LanceDB, our codes"], growth["sizes"][-1]
    row = 1e6 * lance["disk_megabytes"] / tables["n"]
    second = pace["nodes"]["1"]["worker_s_per_image"]
    rows = []
    for power in (7, 8, 9):
        n = 10**power
        query = lance["processor_milliseconds"] * (n / tables["n"]) ** 0.5
        rows.append(
            [
                f"10^{power}",
                f"{second * n / 86_400:,.0f} days",
                f"{row * n / 1e9:,.0f} GB",
                f"{pace['thumbnail_bytes'] * n / 1e9:,.0f} GB",
                f"{1e6 * codes['codes_MB'] / codes['n'] * n / 1e9:,.1f} GB",
                f"{codes['scan_processor_ms'] / codes['n'] * n / 1e3:,.2f} s",
                f"{query:,.0f} ms",
                f"{query / 10:,.0f}",
            ]
        )
    head = (
        *("images", "embedding, one core", "rows", "thumbnails", "codes"),
        *("a scan of all codes", "a query of LanceDB", "cores for 100 queries a second"),
    )
    return with_note(
        head,
        rows,
        f"Worked out, not measured: {second:.3f} s of a core and {pace['thumbnail_bytes']:,} bytes "
        f"of thumbnail an image, {row:,.0f} bytes a row with its indexes, all of them measured "
        "above and multiplied. A query of LanceDB is taken to grow with the square root of the "
        f"gallery from {lance['processor_milliseconds']:.1f} ms at {tables['n']:,}, since it reads "
        "as many partitions, each of which has as many rows as there are partitions.",
    )


PARTS = {
    it.__name__: it
    for it in (
        *(
            classroom,
            clicker,
            clutter,
            codes_growth,
            commands,
            costs,
            decoders,
            detail,
            engines,
            experiment,
        ),
        *(first_minute, fuzz, galleries, index, nodes, same_answers),
        *(ingredients, kill, leads, load, looks, map_speed, memory, model, parts, regions, server),
        *(softness, unseen),
    )
}


def generated(text: str) -> str:
    """Return a file's text with each of its generated parts written anew."""
    return PART.sub(lambda it: f"{it[1]}{PARTS[it[2]]()}\n{it[3]}", text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or check them; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m tools.readme", description=__doc__)
    options.formatter_class = argparse.RawDescriptionHelpFormatter
    options.add_argument("--check", action="store_true", help="write nothing; fail if out of date")
    check = options.parse_args(arguments).check
    stale = []
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        if (wanted := generated(text)) != text:
            stale.append(file.name)
            if not check:
                file.write_text(wanted, encoding="utf-8")
    if check and stale:
        print(f"Out of date: {', '.join(stale)}; run python -m tools.readme", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
