"""Reports as one self-contained HTML page: light, dark, in print, and on a phone.

A template extends `report/base.html` and fills its blocks `verdict` and `content`. Everything is escaped.
"""

import re
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from encrypted_tables.report.subject import Subject

_TEMPLATES = Path(__file__).parents[1]
# A word with punctuation inside, such as an ARN, a name with hyphens, a Region or a time.
_IDENTIFIER = re.compile(r"[^\s,;()]*\w[:/_.@*=-]+\w[^\s,;()]*")
_ENDS = ".:,;"


def render_page(template: str, subject: Subject, **facts: Any) -> str:  # noqa: ANN401  # any template's facts
    """An HTML page without external resources.

    Args:
        template: its path in the package, such as `verify/report/page.html`.
        subject: the subject of the report, which the base template shows.
        facts: the values that the template uses.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  # most commands write no page

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(identifier=identifier, prose=prose)
    return environment.get_template(template).render(subject=subject, **facts)


def identifier(text: str) -> Markup:
    """A name or an ARN as HTML, without line breaks inside."""
    return Markup("<code>{}</code>").format(text)


def prose(text: str) -> Markup:
    """A sentence as HTML, without line breaks inside its identifiers."""
    found, at = Markup(), 0
    for match in _IDENTIFIER.finditer(text):
        name = match.group().rstrip(_ENDS)
        found += escape(text[at : match.start()]) + identifier(name)
        at = match.start() + len(name)
    return found + escape(text[at:])
