"""A hook of mkdocs: pages that stand outside docs/ join the site without a second copy.

``OUTSIDE`` says where each is found in the site. Links that lead from a page to another file of
the repository lead to its page if it has one; otherwise only the file's name stays.
"""

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
OUTSIDE = {
    **{card: f"zoo/{card.name}" for card in sorted((ROOT / "srq" / "zoo").glob("*.md"))},
    **{
        page: f"{page.parent.relative_to(ROOT)}.md"
        for page in sorted((ROOT / "hw").glob("**/README.md"))
    },
    **{
        ROOT / name: name
        for name in ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
        if (ROOT / name).exists()
    },
}
_LINK = re.compile(
    r"(?<!`)(?P<bang>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)"
)
_PAGE = re.compile(r"\bdocs/(?P<page>[\w/-]+)\.md\b")


def on_files(files: Files, *, config: MkDocsConfig, **_: Any) -> Files:
    """The files of the site, with those of ``OUTSIDE``."""
    for path, uri in OUTSIDE.items():
        files.append(File.generated(config, uri, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:
    """The page's text, its links as the site needs them."""
    uri = page.file.src_uri
    source = Path(page.file.abs_src_path or DOCS / uri)
    return _LINK.sub(lambda link: _resolved(link, source, uri), markdown)


def _resolved(link: re.Match[str], source: Path, uri: str) -> str:
    if "://" in link["target"]:
        return link[0]
    target = Path(os.path.normpath(source.parent / link["target"]))
    if target in OUTSIDE:
        place = OUTSIDE[target]
    elif target.is_relative_to(DOCS):
        place = target.relative_to(DOCS).as_posix()
    elif target.exists():
        return link["text"]
    else:
        return link[0]
    relative = os.path.relpath(place, os.path.dirname(uri) or ".")
    return f"{link['bang']}[{link['text']}]({relative}{link['anchor'] or ''})"


def on_page_content(html: str, *, page: Page, **_: Any) -> str:
    """The API page: where a docstring names a page of docs/, a link to it."""
    if page.file.src_uri != "reference/api.md":
        return html
    return _PAGE.sub(lambda name: f'<a href="../{name["page"]}.html">{name[0]}</a>', html)
