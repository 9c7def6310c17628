"""What nobody may see in a browser: errors in the console or of a page, requests to elsewhere."""

import re
from dataclasses import dataclass, field

# On a deep link Streamlit tries these below the page's path first, and then finds them at the
# root. It logs the two 404s itself; nothing else may be in the console.
DEEP_LINK_404 = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")

# Streamlit lets go of a page's images as soon as the next page is drawn. One that was still on its
# way then is answered with 404, and Chromium logs that, though nobody sees the image any more.
MEDIA = "/media/"


@dataclass
class Complaints:
    """What a browser tab must not see."""

    origin: str
    found: list[str] = field(default_factory=list)
    asked_at: dict[str, str] = field(default_factory=dict)  # image -> address of its page

    def watch(self, page):
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"page error: {error}"))
        page.on("request", self._request)
        return page

    def _console(self, message):
        url = message.location["url"]
        if message.type == "error" and not DEEP_LINK_404.search(url) and not self._is_left(message):
            self.found.append(f"console: {message.text} ({url})")

    def _is_left(self, message):
        """Whether this is about an image of a page that has been left since."""
        url = message.location["url"]
        is_missing = MEDIA in url and "404" in message.text
        return is_missing and self.asked_at.get(url, message.page.url) != message.page.url

    def _request(self, request):
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.found.append(f"external request: {request.url}")
        if MEDIA in request.url:
            self.asked_at[request.url] = request.frame.url
