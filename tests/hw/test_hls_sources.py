"""What a synthesis tool will look at, looked at here: the vendor's has not been run."""

import os
import re
import shutil
import subprocess

import pytest

from srq.export.hls.sources import hand_written
from tests.hw.kernels import (
    GET_COMPILER,
    exported,
    fifos,
    make,
    run_testbench,
    shell,
    small_program,
)
from tests.kim_program import kim_program

SOURCES = {
    path: data.decode("ascii") for path, data in hand_written().items() if path.startswith("srq/")
}
CHECKS = ",".join(
    [
        "-*",
        "bugprone-*",
        "clang-analyzer-*",
        "misc-*",
        "performance-*",
        "portability-*",
        "cppcoreguidelines-init-variables",
        "readability-braces-around-statements",
        "-bugprone-easily-swappable-parameters",  # rows and columns, everywhere
        "-misc-definitions-in-headers",  # the constants of the one kernel
    ]
)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """The export of the paper's network."""
    return exported(kim_program(), tmp_path_factory.mktemp("kernel") / "hls")


def body_of(text, start):
    """The text between the brace that follows ``start`` and the one that closes it."""
    depth, first = 0, text.index("{", start)
    for place in range(first, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[first + 1 : place]
    raise AssertionError("braces do not match")


def loops(text):
    """Every loop's head and body, without comments."""
    text = re.sub(r"//.*", "", text)
    for found in re.finditer(r"\b(for|do|while)\b(?!.*;\s*$)", text, re.MULTILINE):
        if text[found.start() :].startswith("while") and text[: found.start()].rstrip()[-1] == "}":
            continue  # the end of a do
        yield found.group(), body_of(text, found.start())


@pytest.mark.parametrize("path", sorted(SOURCES))
def test_every_loop_is_labelled_and_pipelined_or_unrolled(path):
    text = SOURCES[path]
    for kind, body in loops(text):
        first = body.strip().splitlines()[0]
        assert re.fullmatch(r"#pragma HLS (PIPELINE II = 1|UNROLL)", first), f"{path}: {kind}"
        if "PIPELINE" in first:
            assert body.strip().splitlines()[1].strip() == "SRQ_CLOCK();", path
    for label_less in re.finditer(r"\n([^\n]*)\n *(for \(|do \{)", text):
        assert label_less[1].strip().endswith(":"), f"{path}: {label_less[0]}"


def test_there_are_loops():
    assert sum(len(list(loops(text))) for text in SOURCES.values()) > 35


@pytest.mark.parametrize("path", sorted(SOURCES))
def test_what_is_in_a_pipelined_loop_is_unrolled(path):
    for _, body in loops(SOURCES[path]):
        inner = [b.strip().splitlines()[0] for _, b in loops(body)]
        assert all("UNROLL" in pragma for pragma in inner)


def functions(text):
    """Every function's name, its first pragma, and its body."""
    text = re.sub(r"//.*|^#(?!pragma).*", "", text, flags=re.MULTILINE)
    for found in re.finditer(r"\b(\w+)\([^;{}]*\)\s*(?=\{\n(#pragma HLS INLINE.*)?)", text):
        if found[1] not in ("for", "if", "while"):
            yield found[1], found[2] or "", body_of(text, found.end())


def test_every_process_is_kept_apart_and_everything_else_is_inlined(kernel):
    """Inlined into the dataflow region, a process of two loops is no longer one process."""
    generated = (kernel / "kernel.cpp").read_text()
    pragmas = {
        name: pragma
        for text in (*SOURCES.values(), generated)
        for name, pragma, _ in functions(text)
    }
    called = set(re.findall(r"SRQ_PROCESS\((?:srq::)?(\w+)", generated))
    processes = {name for name, pragma in pragmas.items() if pragma == "#pragma HLS INLINE off"}
    assert called <= processes
    assert len(processes) == 9


@pytest.mark.parametrize("path", sorted(SOURCES))
def test_what_is_inlined_has_no_pragma_that_inlining_may_lose(path):
    for name, pragma, body in functions(SOURCES[path]):
        if pragma != "#pragma HLS INLINE off":
            pragmas = set(re.findall(r"#pragma HLS (\w+)", body))
            assert pragmas <= {"INLINE", "UNROLL"}, name


def test_a_memory_is_read_in_one_place_and_written_in_one_by_whole_words():
    for path, name in (("srq/convolve.hpp", "lines"), ("srq/video.hpp", "blocks")):
        text = re.sub(r"//.*", "", SOURCES[path])
        assert re.search(rf"static typename [\w:<>]+::Word {name}(\[[^\]]+\]){{2}};", text)
        (stores,) = re.findall(rf"^ *{name}\[.*\]\[.*\] = .*;$", text, re.MULTILINE)
        (loads,) = re.findall(rf"= {name}\[.*\]\[.*\];$", text, re.MULTILINE)
        assert len(re.findall(rf"\b{name}\[", text)) == 3, (stores, loads)


@pytest.mark.parametrize("path", sorted(SOURCES))
def test_every_array_says_how_it_is_stored(path):
    text = re.sub(r"//.*", "", SOURCES[path])
    declared = re.findall(
        r"^ +(?:static )?(?:typename )?[\w:<>]+ (\w+)((?:\[[^\]]+\])+);", text, re.MULTILINE
    )
    for name, sizes in declared:
        if name in ("lane", "pixel"):  # of a struct that travels in a stream as one word
            continue
        partition = re.search(rf"#pragma HLS ARRAY_PARTITION variable = {name} complete", text)
        assert partition, f"{path}: {name}{sizes}"


def test_a_memory_claims_the_distance_that_is_kept_and_checked():
    distance = re.search(r"DISTANCE = (\d+);", SOURCES["srq/types.hpp"])[1]
    claims = [
        (name, claimed)
        for text in SOURCES.values()
        for name, claimed in re.findall(
            r"DEPENDENCE variable = (\w+) type = inter direction = RAW distance = (\d+) true", text
        )
    ]
    assert claims == [("lines", distance), ("blocks", distance)]
    for name, _ in claims:
        assert any(f"SRQ_MEMORY({name}, " in text for text in SOURCES.values())


@pytest.mark.parametrize(
    "word", ["new", "delete", "throw", "try", "malloc", "std::vector", "virtual", "goto", "auto"]
)
def test_nothing_that_cannot_be_synthesized(word):
    for path, text in SOURCES.items():
        code = re.sub(r"//.*", "", text)
        assert not re.search(rf"(?<![\w:]){word}\b", code), path


@pytest.mark.parametrize("axilite", [(), ("AXILITE=1",)], ids=["constant", "loaded"])
@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_the_kernel_by_itself_needs_nothing_but_streams(
    kernel, compiler, axilite, require_tool, tmp_path
):
    require_tool(compiler, GET_COMPILER if compiler == "g++" else "apt install clang")
    nm = require_tool("nm", "apt install binutils")
    make(kernel, "lint", "FAST=1", f"CXX={compiler}", *axilite)
    symbols = subprocess.run(
        [nm, "-uC", "kernel.o"], cwd=kernel, capture_output=True, text=True, check=True
    ).stdout
    needed = {line.split(maxsplit=1)[1] for line in symbols.splitlines()}
    allowed = {"_GLOBAL_OFFSET_TABLE_", "memset", "memcpy", "memmove"}
    assert {name for name in needed - allowed if not name.startswith("hls::stream<")} == set()


def test_clang_tidy_finds_nothing(tmp_path, require_tool):
    tidy = require_tool("clang-tidy", "apt install clang-tidy")
    folder = exported(small_program(), tmp_path / "hls")
    for weights in ("-DSRQ_CONSTANT", "-DSRQ_WEIGHTS_AXILITE"):
        options = ["-std=c++14", "-DSRQ_FAST", "-DSRQ_SYN", weights, "-Isim"]
        done = subprocess.run(
            [
                *(tidy, "-quiet", f"-checks={CHECKS}"),
                *("-warnings-as-errors=*", "-header-filter=srq/.*", "kernel.cpp"),
                *("--", *options, "-Wno-unknown-pragmas"),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout


def test_the_stream_and_the_axi_beat_are_ours(kernel, require_tool):
    compiler = require_tool("g++", GET_COMPILER)
    used = subprocess.run(
        [compiler, "-std=c++14", "-DSRQ_FAST", "-Isim", "-MM", "kernel.cpp"],
        cwd=kernel,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "sim/hls_stream.h" in used
    assert not re.search(r"(?<!sim)/hls_stream\.h", used)


def dataflow_region(kernel):
    text = (kernel / "kernel.cpp").read_text()
    return body_of(text, text.index("void srq_")).split("#pragma HLS DATAFLOW")[1]


def test_a_synthesis_tool_sees_plain_calls_and_stream_pragmas(kernel, require_tool):
    compiler = require_tool("g++", GET_COMPILER)
    text = subprocess.run(
        [compiler, "-std=c++14", "-DSRQ_FAST", "-DSRQ_SYN", "-Isim", "-E", "-P", "kernel.cpp"],
        cwd=kernel,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for stream, depth in fifos(kernel).items():
        if stream.startswith("S_"):
            assert f"#pragma HLS STREAM variable = {stream} depth = {depth}" in text
    assert "SRQ_" not in re.sub(r"\bSRQ_\w+_HPP\b", "", text)
    assert "sim::" not in text


def test_the_dataflow_region_is_canonical(kernel):
    """Streams and calls only; a stream has one writer, then one reader; no way back."""
    written, read = set(), set()
    for line in dataflow_region(kernel).split("#endif")[-1].splitlines():
        call = line.strip()
        if not call or call == "SRQ_RUN();":
            continue
        layer, arguments = re.fullmatch(r"SRQ_PROCESS\(srq::(\w+)<.*?>\((.*)\)\);", call).groups()
        streams = re.findall(r"\bS_\w+", arguments)
        reads = {"receive": 0, "add": 2}.get(layer, 1)
        for stream in streams[:reads]:
            assert stream in written, f"{stream} is read before it is written"
            assert stream not in read, f"{stream} has two readers"
            read.add(stream)
        for stream in streams[reads:]:
            assert stream not in written, f"{stream} has two writers"
            written.add(stream)
    assert read == written == {name for name in fifos(kernel) if name.startswith("S_")}


def test_the_script_and_the_makefile_name_files_that_are_there(kernel):
    script = (kernel / "run_hls.tcl").read_text()
    for name in re.findall(r"\$here (\w+\.cpp)|\$here (settings\.tcl)", script):
        assert (kernel / (name[0] or name[1])).is_file()
    top = re.search(r"SRQ_TOP (\w+)", (kernel / "kernel.hpp").read_text())[1]
    assert f"set top {top}\n" in (kernel / "settings.tcl").read_text()


@pytest.fixture
def run_script(kernel, require_tool, tmp_path):
    """``run_hls.tcl`` with the tool's commands replaced by ones that tell what they are asked."""
    tclsh = require_tool("tclsh", "apt install tcl")
    commands = (
        "open_project set_top add_files open_solution set_part create_clock csim_design"
        " csynth_design cosim_design export_design"
    )
    folder = shutil.copytree(kernel, tmp_path / "a folder")

    def run(*arguments, argv=None, environment=None):
        """As ``vitis_hls -f run_hls.tcl -tclargs ARGUMENTS``, or with the given ``argv``; None in
        it: without the variable."""
        if argv is None:
            argv = ["-f", "run_hls.tcl", *(["-tclargs", *arguments] if arguments else [])]
        set_argv = f"set argv {{{' '.join(argv)}}}" if argv != [None] else "unset argv argc"
        (tmp_path / "run.tcl").write_text(
            f'foreach c {{{commands}}} {{ proc $c {{args}} "puts \\"$c \\$args\\"" }}\n'
            f"{set_argv}\nsource {{{folder / 'run_hls.tcl'}}}\n"
        )
        return subprocess.run(
            [tclsh, "run.tcl"],
            cwd=tmp_path,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
        )

    run.folder = folder
    return run


def choices_of(done):
    """The part, the clock, whether weights are loaded, and the steps that a run asked for."""
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    said = {line.split()[0]: line for line in lines}
    files = [line for line in lines if line.startswith("add_files")]
    loaded = {"-DSRQ_WEIGHTS_AXILITE" in line for line in files}
    assert len(files) == 2
    assert len(loaded) == 1
    return (
        said["set_part"].split()[1],
        said["create_clock"].split()[2],
        loaded.pop(),
        [line.split("_")[0] for line in lines if "_design" in line],
    )


ALONE = ("xczu15eg-ffvb1156-2-e", "4", False, ["csim", "csynth", "cosim", "export"])
CHOSEN = ("xc7z020clg400-1", "5", True, ["csim", "csynth"])


@pytest.mark.parametrize(
    "argv",
    [
        ["-f", "run_hls.tcl"],
        ["-f", "run_hls.tcl", "-tclargs"],
        ["--tcl", "run_hls.tcl"],
        [],
        [None],
    ],
    ids=["vitis_hls", "no choices", "vitis-run", "no arguments", "no argv"],
)
def test_by_itself_the_script_does_everything_however_it_is_called(run_script, argv):
    done = run_script(argv=argv)
    assert choices_of(done) == ALONE
    assert done.stdout.startswith("open_project -reset srq_kim_x2_random_0_constant\n")


def test_the_script_takes_its_choices_from_settings(run_script):
    path = run_script.folder / "settings.tcl"
    text = path.read_text()
    for old, new in (
        ("part xczu15eg-ffvb1156-2-e", f"part {CHOSEN[0]}"),
        ("clock 4", f"clock {CHOSEN[1]}"),
        ("weights constant", "weights axilite"),
        ("csim,csynth,cosim,export", "csim,csynth"),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    assert choices_of(run_script(argv=[])) == CHOSEN


SET = {
    "SRQ_HLS_PART": CHOSEN[0],
    "SRQ_HLS_CLOCK": CHOSEN[1],
    "SRQ_HLS_WEIGHTS": "axilite",
    "SRQ_HLS_STEPS": "csim,csynth",
}


def test_the_script_takes_its_choices_from_the_environment(run_script):
    assert choices_of(run_script(argv=[], environment=SET)) == CHOSEN
    page = (run_script.folder / "README.md").read_text()
    assert all(f"`{variable}`" in page for variable in SET)


def test_arguments_go_before_the_environment(run_script):
    environment = {**SET, "SRQ_HLS_PART": "other", "SRQ_HLS_STEPS": "export"}
    done = run_script(f"part={CHOSEN[0]}", "steps=csim,csynth", environment=environment)
    assert choices_of(done) == CHOSEN


@pytest.mark.parametrize("argument", ["parts=x", "weights=none", "steps=csim,fly", "csim"])
def test_the_script_refuses_what_it_does_not_know_before_it_begins(run_script, argument):
    done = run_script(argument)
    assert done.returncode != 0
    assert argument.split("=")[-1].split(",")[-1] in done.stderr
    assert done.stdout == ""


def test_without_our_simulation_the_test_bench_runs_as_any_csim_runs_it(kernel, require_tool):
    require_tool("g++", GET_COMPILER)
    built = shell(kernel, "g++ -std=c++14 -w -DSRQ_FAST -Isim kernel.cpp testbench.cpp -o plain")
    assert built.returncode == 0, built.stdout
    done = run_testbench(kernel, "plain")
    assert done.stdout.endswith("all equal\n")
    assert run_testbench(kernel, "plain", "--clocked").returncode == 2
