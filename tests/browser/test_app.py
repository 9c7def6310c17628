"""What a visitor does, in a real browser."""

import io
import re
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.locations import ASSETS
from pages.ui import navigation
from tests.browser.screen import PHONE, settled

EXAMPLE = "/search?gallery=scenes&image=owl%2F03.jpg"


# What a visitor sees ------------------------------------------------------------------------


def hits(page: Page, name: str = "lsh"):
    return page.locator(f".st-key-grid-{name} .tile")


def query_picture(page: Page):
    return page.locator(".st-key-query-picture img").first


def shows_result_for(page: Page, query: str, *, k: int = 10) -> None:
    expect(query_picture(page)).to_have_attribute("alt", f"Query: {query}")
    expect(hits(page, "exact")).to_have_count(k)
    settled(page)


def similarities(page: Page, name: str = "exact") -> list[str]:
    return hits(page, name).locator(".facts").all_inner_texts()


def cosines(page: Page, name: str = "lsh") -> list[str]:
    """Rank and similarity of each hit; its mark may change with k."""
    return [facts.split("\n")[0] for facts in similarities(page, name)]


def slide(page: Page, label: str, key: str) -> None:
    """Move a slider with the keyboard."""
    page.get_by_role("slider", name=label).press(key)


def give(page: Page, name: str, data: bytes) -> None:
    """Upload a file as the query."""
    box = page.get_by_text(re.compile("^Choose (a|another) query$"))
    tab = page.get_by_role("tab", name="Upload")
    if not tab.is_visible():
        box.click()
        settled(page)
    tab.click()
    page.locator("[class*=st-key-upload_file-] input[type=file]").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": data}
    )


def says(page: Page, *parts: str) -> None:
    """Expect one message that holds these parts, and no traceback."""
    alert = page.get_by_role("alert")
    for part in parts:
        expect(alert).to_contain_text(part)
    expect(alert).to_have_count(1)
    expect(settled(page).get_by_text("Traceback")).to_have_count(0)


# Files ----------------------------------------------------------------------------------------


def png(size: tuple[int, int] = (96, 64)) -> bytes:
    """A picture that is in no gallery."""
    noise = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    return file.getvalue()


def truncated_jpeg() -> bytes:
    file = io.BytesIO()
    Image.open(io.BytesIO(png())).save(file, "JPEG")
    return file.getvalue()[: len(file.getvalue()) // 2]


def bomb() -> bytes:
    """A PNG of a few kilobytes that claims 144 megapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 12_000, 12_000, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(12_000 * 1_501), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


BAD_FILES = {
    "notes.png": (b"This is no picture at all.", "is not an image"),
    "empty.png": (b"", "is an empty file"),
    "half.jpg": (truncated_jpeg(), "is damaged or incomplete"),
    "bomb.png": (bomb(), "120 million pixels"),
}


# Deep links -----------------------------------------------------------------------------------


def test_a_deep_link_opened_first_after_a_server_start_shows_its_state(fresh_server, open_tab):
    link = EXAMPLE + "&K=7&L=5&probes=3&k=6&seed=4&attention=channel"
    page = open_tab(fresh_server, link)
    shows_result_for(page, "owl/03.jpg", k=6)
    for label, value in [("Bits", "7"), ("Hash tables", "5"), ("Probes", "3"), ("Hits", "6")]:
        slider = page.get_by_test_id("stSlider").get_by_role("slider", name=re.compile(label))
        expect(slider).to_have_value(value)
    expect(page.get_by_role("spinbutton", name="Seed of the hyperplanes")).to_have_value("4")
    expect(page.get_by_role("radio", name="channel")).to_be_checked()
    assert page.url == fresh_server.url + link
    menu = page.locator("[data-testid=stSidebar]")
    expect(menu.get_by_role("link")).to_have_count(len(navigation.MENU) + 1)  # and Start over
    menu.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Hashlight")).to_be_visible()
    settled(page)  # a picture that is still on its way when one leaves is not found
    menu.get_by_role("link", name="Search").click()
    expect(page.get_by_role("heading", name="Search")).to_be_visible()
    settled(page)


def test_a_link_gives_two_tabs_the_same_hits(server, open_tab):
    tabs = [open_tab(server, EXAMPLE + "&K=9") for _ in range(2)]
    for page in tabs:
        shows_result_for(page, "owl/03.jpg")
    assert similarities(tabs[0]) == similarities(tabs[1])
    assert similarities(tabs[0], "lsh") == similarities(tabs[1], "lsh")


def test_nonsense_in_a_link_is_ignored(server, open_tab):
    page = open_tab(server, EXAMPLE + "&K=many&L=-3&probes=1e9&k=0&attention=sideways&x=1")
    shows_result_for(page, "owl/03.jpg")
    assert page.url == f"{server.url}{EXAMPLE}&x=1"  # what isn't the view's own is left alone
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("/search?gallery=scenes&image=no%2Fsuch.jpg", "Scenes has no image named 'no/such.jpg'"),
        ("/search?gallery=..%2F..%2Fetc", "There is no gallery called '../../etc'"),
        ("/search?gallery=own-mine", "These photographs are not here any more"),
        ("/search?sample=moon", "There is no sample called 'moon'"),
        ("/search?upload=own-me", "leads to a photograph that is not here any more"),
    ],
)
def test_what_a_link_names_but_is_not_here_is_said_in_one_sentence(
    server, open_tab, link, sentence
):
    page = open_tab(server, link)
    says(page, sentence)


# The ways to a query --------------------------------------------------------------------------


def test_home_shows_a_live_example_and_leads_on(server, open_tab):
    page = settled(open_tab(server, "/"))
    expect(hits(page, "home")).to_have_count(10)
    expect(page.get_by_text("Your picture was compared with")).to_be_visible()
    first = query_picture(page).get_attribute("alt")
    hits(page, "examples").nth(1).get_by_role("link").click()
    expect(query_picture(page)).not_to_have_attribute("alt", first)
    settled(page)
    page.get_by_role("link", name="Search, with all settings").click()
    expect(page.get_by_role("heading", name="Search")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/search\?gallery=scenes&image="))
    settled(page)


def test_a_query_by_click_and_more_like_this(server, open_tab):
    page = settled(open_tab(server, "/search"))
    first = hits(page, "browse").first
    first.get_by_role("link").click()
    expect(query_picture(page)).to_be_visible()
    settled(page)
    before = query_picture(page).get_attribute("alt")
    hits(page, "exact").first.get_by_role("link").click()
    expect(query_picture(page)).not_to_have_attribute("alt", before)
    expect(page).to_have_url(re.compile(r"/search\?gallery=scenes&image="))
    settled(page)
    page.go_back()
    shows_result_for(page, before.removeprefix("Query: "))
    page.go_forward()
    expect(query_picture(page)).not_to_have_attribute("alt", before)
    settled(page)


def test_every_card_can_be_reached_and_followed_with_the_keyboard(server, open_tab):
    page = open_tab(server, EXAMPLE)
    shows_result_for(page, "owl/03.jpg")
    link = hits(page, "exact").nth(1).get_by_role("link")
    link.focus()
    page.keyboard.press("Enter")
    expect(query_picture(page)).not_to_have_attribute("alt", "Query: owl/03.jpg")
    settled(page)


def test_a_query_by_upload(server, open_tab):
    page = settled(open_tab(server, "/search"))
    give(page, "noise.png", png())
    shows_result_for(page, "noise.png")
    expect(page).to_have_url(re.compile(r"/search\?gallery=scenes&upload=own-[\w-]{22}$"))
    expect(page.get_by_text("can't be put in a link")).to_be_visible()


def test_a_sample_photograph_as_the_query(server, open_tab):
    page = settled(open_tab(server, "/search"))
    page.get_by_role("tab", name="Samples").click()
    settled(page)
    page.get_by_role("link", name=re.compile("Chinese")).click()
    expect(page).to_have_url(f"{server.url}/search?gallery=scenes&sample=china")
    expect(hits(page, "exact")).to_have_count(10)
    settled(page)


def test_a_query_by_camera(server, open_tab):
    page = settled(open_tab(server, "/search", permissions=["camera"]))
    page.get_by_role("tab", name="Camera").click()
    # Before the first frame the button takes no photo.
    page.wait_for_function("document.querySelector('video')?.readyState === 4")
    page.get_by_role("button", name="Take Photo").click()
    expect(page).to_have_url(re.compile("upload=own-"))
    expect(hits(page, "exact")).to_have_count(10)
    settled(page)


def test_bad_uploads_get_one_sentence_and_the_previous_result_stays(server, open_tab):
    page = open_tab(server, EXAMPLE)
    shows_result_for(page, "owl/03.jpg")
    before = similarities(page)
    for name, (data, sentence) in BAD_FILES.items():
        give(page, name, data)
        says(page, name, sentence)
        shows_result_for(page, "owl/03.jpg")
        assert similarities(page) == before
    assert page.url == server.url + EXAMPLE


# State ----------------------------------------------------------------------------------------


def test_settings_go_to_the_address_and_reload_and_back_bring_them_back(server, open_tab):
    page = open_tab(server, EXAMPLE + "&K=8")
    shows_result_for(page, "owl/03.jpg")
    slide(page, "Bits per hash code, K", "ArrowRight")
    expect(page).to_have_url(re.compile("K=9"))
    settled(page)
    page.reload()
    shows_result_for(page, "owl/03.jpg")
    bits = page.get_by_role("slider", name="Bits per hash code, K")
    expect(bits).to_have_value("9")
    page.go_back()
    expect(page).to_have_url(re.compile("K=8"))
    expect(bits).to_have_value("8")
    shows_result_for(page, "owl/03.jpg")


def test_two_tabs_do_not_disturb_each_other(server, open_tab):
    one, two = (
        open_tab(server, EXAMPLE),
        open_tab(server, "/search?gallery=scenes&image=train%2F05.jpg"),
    )
    shows_result_for(one, "owl/03.jpg")
    shows_result_for(two, "train/05.jpg")
    before = cosines(one)
    slide(two, "Hash tables, L", "ArrowRight")
    expect(two).to_have_url(re.compile("L="))
    settled(two)
    slide(one, "Hits, k", "ArrowLeft")
    shows_result_for(one, "owl/03.jpg", k=9)
    assert "L=" not in one.url
    assert cosines(one) == before[:9]


# The other pages ------------------------------------------------------------------------------


def ranks(page: Page) -> list[str]:
    """Links of the ranking's images, the best first: each names its image."""
    links = page.locator(".st-key-grid-ranking a")
    return [link.get_attribute("href") for link in links.all()]


def test_answers_move_the_ranking_and_undo_brings_it_back(server, open_tab):
    page = open_tab(server, EXAMPLE.replace("/search", "/feedback"))
    expect(page.get_by_role("button", name="Let the labels answer")).to_be_visible()
    settled(page)
    before = ranks(page)
    page.get_by_role("button", name="Let the labels answer").click()
    expect(page.get_by_text("Round 2").first).to_be_visible()
    settled(page)
    assert ranks(page) != before
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Round 1").first).to_be_visible()
    settled(page)
    assert ranks(page) == before


def test_one_answer_given_by_hand_is_a_round(server, open_tab):
    page = open_tab(server, EXAMPLE.replace("/search", "/feedback"))
    first = page.locator("[class*=st-key-asked-]").first
    expect(first).to_be_visible()
    settled(page)
    before = ranks(page)
    first.get_by_role("radio", name="No").click()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("Round 2").first).to_be_visible()
    expect(page.get_by_text("0 yes, 1 no")).to_be_visible()
    settled(page)
    assert ranks(page) != before


def test_a_click_that_was_not_sent_is_not_an_answer_about_the_next_image(server, open_tab):
    page = open_tab(server, EXAMPLE.replace("/search", "/feedback"))
    chosen = page.get_by_test_id("stForm").get_by_role("radio", checked=True)
    page.locator("[class*=st-key-asked-]").nth(3).get_by_role("radio", name="No").click()
    expect(chosen).to_have_count(1)
    page.get_by_role("button", name="Let the labels answer").click()
    expect(page.get_by_text("Round 2").first).to_be_visible()
    expect(chosen).to_have_count(0)
    page.locator("[class*=st-key-asked-]").nth(5).get_by_role("radio", name="Yes").click()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("Round 3").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"^\d+ yes, \d+ no$"))).to_be_visible()
    said = page.get_by_text(re.compile(r"^\d+ yes, \d+ no$")).inner_text()
    assert sum(map(int, re.findall(r"\d+", said))) == 11
    expect(chosen).to_have_count(0)


def test_each_augmentation_is_shown_on_the_visitors_image(server, open_tab):
    page = open_tab(server, EXAMPLE.replace("/search", "/augmentation"))
    for name in ("Scaling", "Rotation", "Cropping", "Noise", "Colour contrast"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
    settled(page)
    give(page, "mine.png", png((64, 48)))
    expect(page.locator("img[alt*='mine.png']").first).to_be_visible()
    settled(page)


PARTS = {  # of the Results page: the files that each reads
    "Time": "time-*.json",
    "Ranking": "experiment-*.json",
    "Claims": "experiment-*.json",
    "Changed queries": "robustness-*.json",
    "Attention": "attention-*.json",
    "Settings": "ablations-*.json",
}


def test_results_show_every_part_and_a_link_opens_one(server, open_tab):
    page = open_tab(server, "/results?part=Time")
    for name, files in PARTS.items():
        tab = page.get_by_role("tab", name=name, exact=True)
        if name != "Time":  # the link has opened that one
            tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        part = page.locator("[role=tabpanel]:visible")
        is_measured = any((ASSETS / "results").glob(files))
        missing = part.get_by_text("not measured yet")
        content = part.locator(".js-plotly-plot") if is_measured else missing
        expect(content.first).to_be_visible()
        expect(settled(page).locator("[data-testid=stException]")).to_have_count(0)


# The tour, and links for a class ----------------------------------------------------------------


def test_a_step_stays_while_one_follows_links_and_moves_sliders_on_its_page(server, open_tab):
    page = open_tab(server, EXAMPLE + "&tour=1")
    expect(hits(page, "lsh")).to_have_count(10)
    expect(query_picture(page)).to_have_attribute("alt", "Query: owl/03.jpg")
    hits(page, "lsh").first.get_by_role("link").click()
    expect(query_picture(page)).not_to_have_attribute("alt", "Query: owl/03.jpg")
    settled(page)
    slide(page, "Hits, k", "ArrowLeft")
    expect(page).to_have_url(re.compile("k=9&tour=1$"))
    expect(page.locator(".st-key-tour")).to_contain_text("Step 1 ·")
    settled(page)


def test_one_click_copies_a_link_that_opens_the_same_state_elsewhere(
    server, fresh_server, open_tab
):
    page = open_tab(server, EXAMPLE + "&K=12", permissions=["clipboard-read", "clipboard-write"])
    shows_result_for(page, "owl/03.jpg")
    slide(page, "Bits per hash code, K", "ArrowLeft")
    expect(page).to_have_url(re.compile("K=11"))
    settled(page)
    page.get_by_role("button", name="Link to exactly this view").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    other = open_tab(fresh_server, link.removeprefix(server.url))
    shows_result_for(other, "owl/03.jpg")
    assert similarities(other, "lsh") == similarities(page, "lsh")


def test_without_a_clipboard_the_link_is_selected_to_be_copied_by_hand(server, open_tab):
    page = settled(open_tab(server, "/results"))
    page.evaluate(
        """() => {
            Object.defineProperty(navigator, "clipboard", { value: undefined });
            document.execCommand = () => false;
        }"""
    )
    page.get_by_role("button", name="Link to exactly this view").click()
    field = page.get_by_role("textbox", name="The address of this view")
    expect(field).to_have_value(page.url)
    assert field.evaluate("it => it.selectionEnd - it.selectionStart") == len(page.url)


# Looks ----------------------------------------------------------------------------------------


NAMES = [navigation.slug(page) for page, _, _ in navigation.MENU]
PATHS = [
    *("/", EXAMPLE, "/search", "/results", "/results?part=Time"),
    *(EXAMPLE.replace("search", name) for name in NAMES[2:] if name != "results"),
]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_wider_than_a_phone(server, open_tab, path):
    page = open_tab(server, path, **PHONE)
    expect(page.locator("[data-testid=stMain] h1")).to_be_visible()
    settled(page)
    widths = page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".map(element => element.scrollWidth)"
    )
    assert max(widths) <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_charts_stand_out_in_light_and_dark(server, open_tab, scheme):
    page = open_tab(server, EXAMPLE, color_scheme=scheme)
    shows_result_for(page, "owl/03.jpg")
    background = luminance(page, "[data-testid=stApp]", "background-color")
    assert (background < 0.5) == (scheme == "dark")
    texts = {
        "h1": "color",
        ".st-key-grid-lsh .facts div": "color",
        "[data-testid=stMetricValue]": "color",
        "[data-testid=stCaptionContainer]": "color",
        ".st-key-times .ytick text": "fill",
    }
    for selector, property in texts.items():
        text = luminance(page, selector, property)
        light, dark = max(text, background), min(text, background)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, selector  # WCAG 2, level AA


def luminance(page: Page, selector: str, property: str) -> float:
    """Relative luminance of a colour as it is seen on the page, as WCAG 2 defines it."""
    seen = page.locator(selector).first.evaluate(
        """(element, property) => {
            const canvas = document.createElement("canvas").getContext("2d");
            const paint = (colour, opacity) => {
                canvas.fillStyle = colour;
                canvas.globalAlpha = opacity;
                canvas.fillRect(0, 0, 1, 1);
            };
            const app = document.querySelector("[data-testid=stApp]");
            const colour = getComputedStyle(element).getPropertyValue(property);
            let opacity = 1;
            for (let it = element; it; it = it.parentElement) {
                opacity *= getComputedStyle(it).opacity;
            }
            paint(getComputedStyle(app).backgroundColor, 1);
            paint(colour, opacity);
            return [...canvas.getImageData(0, 0, 1, 1).data];
        }""",
        property,
    )
    channels = np.array(seen[:3]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_every_image_says_what_it_shows(server, open_tab):
    page = open_tab(server, EXAMPLE)
    shows_result_for(page, "owl/03.jpg")
    pictures = page.locator("[data-testid=stMain] img:not([role=presentation])")
    assert pictures.count() > 0
    assert [it for it in pictures.all() if not it.get_attribute("alt")] == []


# One model for all ------------------------------------------------------------------------------


def test_many_sessions_load_the_model_once(fresh_server, open_tab):
    pages = [open_tab(fresh_server, EXAMPLE) for _ in range(4)]
    for page in pages:
        shows_result_for(page, "owl/03.jpg")
    metrics = fresh_server.metrics()
    assert "active_sessions 4" in metrics
    of_the_model = r'cache_type="st_cache_resource",cache="[\w.]*\bmodel\._model"} (\d+)'
    entries = re.findall(of_the_model, metrics)
    assert entries == ["1"]  # as Streamlit counts them
    assert fresh_server.log.read_text().count("Loaded the model") == 1
