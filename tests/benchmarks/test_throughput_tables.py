"""The tables of performance: the best instruction set and, beside it, AVX2."""

from benchmarks.throughput_tables import frames, peak


def result():
    milliseconds = {"native": 32.0, "native on avx2": 120.0, "ncnn": 390.0, "ncnn, merged": 400.0}
    found = {"peak": 250e9, "of_peak": 0.66, "others": {"avx2": {"peak": 82e9, "of_peak": 0.54}}}
    return {
        "model": "kim-x2",
        "frame": [1920, 1080],
        "multiply_adds": 5_308_416_000,
        "isa": "avx512vnni",
        "rounds": 7,
        "peers": {"ncnn": "1.0"},
        "made": {"machine": {"cpu": "a CPU"}, "load": 0.1, "versions": {"torch": "2.0"}},
        "threads": {"1": {**found, "milliseconds": milliseconds}},
    }


def test_every_instruction_set_has_its_own_peak():
    table = peak(result())
    assert "| 1 | 250 | 21.2 | 32.0 | 66% | 1.00 |" in table
    assert "| 1 on avx2 | 82 | 64.7 | 120.0 | 54% | 1.00 |" in table


def test_the_better_build_of_a_contestant_counts():
    table = frames(result())
    assert "| native on avx2 | 120.0 | 8.3 | 3.75 |" in table
    assert "| ncnn | 390.0 |" in table
    assert "merged" not in table


def test_older_results_have_one_instruction_set():
    older = result()
    del older["threads"]["1"]["others"]
    assert "avx2" not in peak(older)
