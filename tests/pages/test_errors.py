import pytest

from pages.ui.errors import plain


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("*not bold*.jpg", r"\*not bold\*.jpg"),
        (":red[alarm]", r"\:red\[alarm\]"),
        ("$x$ <b> `y` ~~z~~", r"\$x\$ \<b\> \`y\` \~\~z\~\~"),
        ("[click](http://x)", r"\[click\]\(http\://x\)"),
        ("plain words, 12 of 99.", "plain words, 12 of 99."),
    ],
)
def test_no_name_or_label_can_become_markdown(text, escaped):
    assert plain(text) == escaped
