from tests.pages.parts.attention.conftest import RED, in_address, text


def test_the_ablation_shows_the_search_of_each_switch(attention_page, search_page):
    page = attention_page(**RED, part="Ablation", k="4")
    rows = page.table[0].value.set_index("CBAM")
    assert list(rows.index) == ["both gates", "channel only", "spatial only", "off"]
    assert rows.loc["both gates", "Turned"] == "0.0°"
    for mode, name in {"channel": "channel only", "off": "off"}.items():
        search = search_page(**RED, k="4", attention=mode)
        metrics = {it.label: it.value for it in search.metric}
        assert rows.loc[name, "P@4"] == metrics["Precision@4"]


def test_without_any_candidate_the_chain_says_so(attention_page):
    page = attention_page(
        gallery="scenes", sample="china", part="Ablation", K="24", L="1", probes="1"
    )
    assert "No switch finds any candidate" in text(page)
    assert list(page.table[0].value["Hits kept"]) == ["–"] * 4


def test_a_query_alone_meets_a_gallery_that_stayed_as_it_was(attention_page):
    together = attention_page(**RED, part="Ablation").table[0].value
    alone = attention_page(**RED, part="Ablation", switched="query alone").table[0].value
    for column in ("Turned", "Bits flipped"):  # are the query's
        assert list(alone[column]) == list(together[column])
    assert list(alone.iloc[0]) == list(together.iloc[0])


def test_a_guess_is_answered_goes_to_the_address_and_nothing_else_is_lost_from_it(attention_page):
    page = attention_page(**RED, part="Ablation", k="4")
    assert "Right. " not in text(page)
    assert "It is *" not in text(page)
    for guess in page.radio(key="guess-switch").options:
        page.radio(key="guess-switch").set_value(guess).run()
        assert ("Right. " in text(page)) != ("It is *" in text(page))
        assert in_address(page, "guess-switch") == guess
    page.slider(key="k").set_value(3).run()
    assert not page.exception
    assert (in_address(page, "part"), in_address(page, "k")) == ("Ablation", "3")
    assert "**Ranks**: " in text(page)
