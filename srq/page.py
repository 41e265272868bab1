"""A report as one HTML file that needs nothing else."""

import html
from collections.abc import Iterable

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --bar: #3f51b5; }
@media (prefers-color-scheme: dark) { :root { --bar: #9fa8da; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); text-align: left; overflow-wrap: anywhere; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
"""


def page(title: str, style: str, parts: Iterable[str]) -> str:
    """The file: ``title`` as plain text, ``style`` after what all pages have, ``parts`` as HTML."""
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escaped(title)}</title><style>{_STYLE}{style.lstrip()}</style></head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )


def escaped(text: str) -> str:
    """Plain text as HTML. Names that are no UTF-8 have no other way onto a page."""
    return html.escape(text.encode("utf-8", "replace").decode())
