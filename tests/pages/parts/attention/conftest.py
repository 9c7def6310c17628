"""What the page says, in its text and in its address."""

RED = {"gallery": "scenes", "image": "red/1.jpg"}


def text(page) -> str:
    shown = (*page.markdown, *page.caption, *page.success, *page.info, *page.error)
    return "\n".join(it.value for it in shown)


def in_address(page, name: str) -> str:
    value = page.query_params[name]  # a list once the page has written it
    return value if isinstance(value, str) else value[-1]
