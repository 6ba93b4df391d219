"""Lays out pages in a real, headless browser."""

import base64
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason=f"no browser on PATH: none of {', '.join(_NAMES)}"
)

PHONE, DESKTOP, PAPER = 360, 1280, 1030
"""Widths in CSS pixels; PAPER is A4 landscape within its margins."""

_MEASURE = """<script>
addEventListener("load", () => {
  const cut = (element) => element.textContent.trim().slice(0, 80);
  const lines = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return new Set([...range.getClientRects()].map((one) => Math.round(one.top))).size;
  };
  const isShown = (one) => one.offsetWidth > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(isShown);
  const result = {
    width: document.documentElement.clientWidth,
    scrollWidth: document.documentElement.scrollWidth,
    broken: all("code").filter((one) => lines(one) > 1).map(cut),
    narrow: all("th, td, dd, li").filter(
      (one) => one.offsetWidth < 80 && one.textContent.trim().length > 12).map(cut),
    background: getComputedStyle(document.body).backgroundColor,
    outside: all("code, th, td, dd, li").filter(
      (one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(cut),
  };
  document.body.innerHTML = "<pre id=layout></pre>";
  document.getElementById("layout").textContent = btoa(unescape(encodeURIComponent(JSON.stringify(result))));
});
</script>"""


@dataclass(frozen=True)
class Layout:
    """How a browser laid out a page; texts are the first 80 characters of an element's."""

    width: int
    scrollWidth: int  # noqa: N815  # as browsers name it
    """More than `width` if a reader must scroll sideways."""
    broken: list[str]
    """Identifiers that are broken over lines."""
    narrow: list[str]
    """Cells of more than a few letters in fewer than 80 pixels."""
    background: str
    """The colour of the page, as `rgb(255, 255, 255)`."""
    outside: list[str]
    """Elements that end to the right of the page."""


def layout(html: str, directory: Path, width: int, *, in_print: bool = False, dark: bool = False) -> Layout:
    """Lay a page out in a window of a width; `in_print` with its print style."""
    # The page forbids scripts, and headless Chromium has no command line option for print styles.
    html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    if in_print:
        html = html.replace("@media print", "@media all").replace("@media screen and", "@media not all and")
    page = directory / "measured.html"
    page.write_text(html.replace("</body>", f"{_MEASURE}</body>"), encoding="utf-8")
    mode = ["--blink-settings=preferredColorScheme=0"] if dark else []
    shown = _run(directory, f"--window-size={width},900", *mode, "--dump-dom", page.as_uri())
    found = re.search(r'<pre id="layout">([^<]*)</pre>', shown)
    assert found, shown[:2000]
    return Layout(**json.loads(base64.b64decode(found[1])))


def _run(directory: Path, *arguments: str) -> str:
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--hide-scrollbars", f"--user-data-dir={directory / 'profile'}", *arguments,
    ]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True, timeout=60, text=True).stdout
