"""The pages hold together: links, names, paths, commands, variables and rooms exist."""

import importlib
import pkgutil
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer
import typer.core

import srq
from srq.cli.app import app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FOLDERS = ["", ".github", "docs", "hw", "benchmarks", "srq"]
PAGES = sorted(
    page
    for folder in FOLDERS
    for page in (ROOT / folder).glob("*.md" if folder in ("", ".github") else "**/*.md")
)
TIMELESS = [page for page in PAGES if page.name != "CHANGELOG.md"]
"""Pages that speak of srq as it is; a changelog may name what is gone."""

LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"`(srq(?:\.\w+)+)[(`]")
PATH = re.compile(r"`((?:srq|tests|benchmarks|docs|scripts|hw|\.ci|\.github)/[\w/.*-]*)`")
VARIABLE = re.compile(r"\bSRQ_[A-Z_]+")


def name(page):
    return str(page.relative_to(ROOT))


def links(page):
    return LINK.findall(page.read_text(encoding="utf-8"))


def prose(page):
    return FENCE.sub("", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files(page):
    targets = [link.partition("#")[0] for link in links(page) if "://" not in link]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_page_is_reached_from_the_index():
    reached, waiting = set(), {DOCS / "README.md"}
    while waiting:
        page = waiting.pop()
        reached.add(page)
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}
        waiting |= {target for target in targets if target in PAGES} - reached
    assert {name(page) for page in DOCS.glob("**/*.md")} <= {name(page) for page in reached}


def exists(dotted):
    """Whether a dotted name is a module of srq, or an attribute of one."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("srq"):
                raise  # an optional package is missing: the test is skipped
            continue
        for part in parts[count:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("page", TIMELESS, ids=name)
def test_the_names_a_page_mentions_exist(page):
    names = sorted(set(NAME.findall(prose(page))))
    assert [dotted for dotted in names if not exists(dotted)] == []


@pytest.mark.parametrize("page", TIMELESS, ids=name)
def test_the_paths_a_page_mentions_exist(page):
    paths = sorted(set(PATH.findall(prose(page))))
    roots = (ROOT, page.parent)
    assert [path for path in paths if not any(any(root.glob(path)) for root in roots)] == []


def shown_commands(page):
    """The ``srq`` command lines of a page: those in blocks, then those in running text."""
    text = page.read_text(encoding="utf-8")
    indented = "\n".join(line[4:] for line in prose(page).splitlines() if line.startswith("    "))
    for block in [*(found[3] for found in FENCE.finditer(text)), indented]:
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r" \| | && |(?<=[)]) ", line.split(" #")[0]):
                if re.match(r"(\$ |\w+=\S+ )*srq [a-z]", part.strip()):
                    yield re.sub(r"^.*?\bsrq ", "srq ", part.strip())
    yield from (code for code in re.findall(r"`(srq [a-z][^`\n]*)`", prose(page)))


def parse(line):
    """Parse a command line as srq does; nothing is run. Usage errors are raised."""
    command, words = typer.main.get_command(app), shlex.split(line)[1:]
    while isinstance(command, typer.core.TyperGroup) and words:
        context = command.make_context("srq", [], resilient_parsing=True)
        _, command, words = command.resolve_command(context, words)
    options = {text: p for p in command.params for text in (*p.opts, *p.secondary_opts)}
    given = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    assert [option for option in given if option not in {*options, "--help"}] == []


@pytest.mark.parametrize("page", [p for p in TIMELESS if p.name != "cli.md"], ids=name)
def test_the_commands_a_page_shows_exist(page):
    for line in shown_commands(page):
        if not re.match(r"srq (\w+ )?(KIND|COMMAND|X)\b", line):
            parse(line)


@pytest.mark.parametrize("page", TIMELESS, ids=name)
def test_the_scripts_a_page_runs_exist(page):
    text = page.read_text(encoding="utf-8")
    modules = re.findall(r"python -m\s+((?:srq|benchmarks|scripts)[\w.]*)", text)
    files = [module.replace(".", "/") for module in modules]
    files += re.findall(r"python ((?:benchmarks|scripts)/\S+?)\.py", text)
    found = [(ROOT / f"{file}.py").exists() or (ROOT / file).is_dir() for file in files]
    assert all(found), files


def tracked(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("needs a git checkout")
    return [ROOT / line for line in listed.stdout.splitlines()]


def test_the_page_of_variables_has_those_of_the_code():
    python = re.compile(r"""["'](SRQ_[A-Z_]+)["']""")
    shell = re.compile(r"\$\{?(SRQ_[A-Z_]+)|\b(SRQ_[A-Z_]+)=")
    other = re.compile(r'getenv\("(SRQ_[A-Z_]+)"')
    used = set()
    for path in tracked("srq", "benchmarks", "scripts", "tests", ".ci"):
        if not path.is_file() or path.suffix in (".png", ".json", ".safetensors", ".srq", ".md"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        scripted = path.parts[-2] in ("scripts", ".ci") and path.suffix == ""
        pattern = python if path.suffix == ".py" else shell if scripted else other
        used |= {found for match in pattern.finditer(text) for found in match.groups() if found}
    page = (DOCS / "reference" / "environment.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(SRQ_[A-Z_]+)` \|", page, re.MULTILINE)) == used


def test_pages_mention_no_variable_that_the_page_of_variables_lacks():
    known = set(VARIABLE.findall((DOCS / "reference" / "environment.md").read_text()))
    macros = re.compile(r"SRQ_(KIM_X|STRUCTURE|SYN|WEIGHTS_AXILITE|FIFO)")
    for page in TIMELESS:
        named = {n for n in VARIABLE.findall(page.read_text()) if not macros.match(n)}
        assert named <= known, page


def test_the_architecture_names_every_room():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = page[page.index("| room |") :].partition("\n\n")[0]
    listed = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    rooms = {room.name for room in pkgutil.iter_modules(srq.__path__)} - {"__main__"}
    assert sorted(listed) == sorted(rooms)


def test_the_glossary_is_in_order():
    page = (DOCS / "reference" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^(\S.*)\n:   ", page, re.MULTILINE)
    assert len(terms) >= 50
    assert terms == sorted(terms, key=str.casefold)
