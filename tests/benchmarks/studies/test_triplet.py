"""The ablations of the triplet: what is held out, and the tables."""

import pytest

pytest.importorskip("torch")

from benchmarks.studies.triplet import SEEDS, attention_table, latents_table, real_photographs


def test_photographs_to_be_judged_on_are_not_learned_from(tmp_path, monkeypatch):
    monkeypatch.setenv("SRQ_DATA", str(tmp_path))
    (tmp_path / "old").mkdir()
    for number in range(7):
        (tmp_path / "old" / f"{number}.jpg").write_bytes(b"")
    for _ in range(2):  # it may be run again
        seen, held = real_photographs(tmp_path / "runs")
        assert sorted(path.name for path in held.iterdir()) == ["0.jpg", "3.jpg", "6.jpg"]
        assert sorted(path.name for path in seen.iterdir()) == ["1.jpg", "2.jpg", "4.jpg", "5.jpg"]


def test_tables():
    def scores(psnr):
        return {"psnr": psnr, "ssim": psnr / 100, "mask": psnr - 5}

    rows = {"input": scores(20.0), "fill alone": scores(30.0)}
    for seed in SEEDS:
        rows |= {f"with-{seed}": scores(31.0 + seed), f"without-{seed}": scores(30.5 + seed)}
    lines = attention_table(rows).splitlines()
    assert lines[3] == "| fill alone | 30.00 | 0.3000 | 25.00 |"
    assert lines[5] == "| with attention, seed 1 | 32.00 | 0.3200 | 27.00 |"
    assert lines[-1] == "| *without attention, mean* | 31.50 | 0.3150 | 26.50 |"
    rows = [{"weight": 0.005, "psnr": 41.07, "told_apart": 0.753125}]
    assert latents_table(rows).splitlines()[2] == "| 0.005 | 41.1 | 75.3 % |"
