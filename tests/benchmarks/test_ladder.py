"""The table and the plot of the ladder's times."""

from benchmarks.ladder import draw, psnr, public_times, times


def result():
    ours = {"native": 100.0, "onnxruntime fp32": 500.0, "onnxruntime fp32, merged": 400.0}
    rung = {"weights": 12240, "threads": {"1": ours, "2": {who: t / 2 for who, t in ours.items()}}}
    return {
        "frame": [1920, 1080],
        "isa": "avx2",
        "rounds": 5,
        "peers": {},
        "made": {"machine": {"cpu": "a CPU"}, "load": 0.1},
        "rungs": {"medium-x2": rung},
        "public": {
            "FSRCNN (56, 12, 4)": {"weights": 12644, "threads": {"1": {"ort": 9}, "2": {"ort": 5}}}
        },
    }


def test_a_row_for_each_contestant_by_its_faster_build():
    lines = times(result()).splitlines()
    assert lines[0] == "1920x1080, avx2, a CPU, median of 5 rounds, load of the machine 0.1."
    head = "| | PSNR | by | 1 thread: ms | × native | 2 threads: ms | × native |"
    assert lines[2] == head
    assert [line.count("|") for line in lines[2:]] == [head.count("|")] * 4
    decibels = f"{psnr()['medium-x2']:.2f}"
    assert lines[4] == f"| medium-x2 | {decibels} | native | 100.0 | 1.00 | 50.0 | 1.00 |"
    assert (
        lines[5] == f"| medium-x2 | {decibels} | onnxruntime fp32 | 400.0 | 4.00 | 200.0 | 4.00 |"
    )


def test_a_row_for_each_public_network():
    name = "FSRCNN (56, 12, 4)"
    lines = public_times(result()).splitlines()
    assert lines[2] == "| | PSNR | by | 1 thread: ms | 2 threads: ms |"
    assert lines[4] == f"| {name} | {psnr()[name]:.2f} | ort | 9.0 | 5.0 |"


def test_every_rung_has_a_psnr_that_grows():
    scores = psnr()
    assert scores["bicubic"] < scores["kim-x2"] < scores["medium-x2"] < scores["large-x2"]


def test_the_plot_is_drawn(tmp_path):
    draw(result(), tmp_path / "ladder.png")
    assert (tmp_path / "ladder.png").stat().st_size > 1000
