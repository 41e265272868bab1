"""Evaluations: the scores are the metrics', bicubic is always there, mistakes are sentences."""

import numpy as np
import pytest

from srq.errors import ConfigError, ModelError
from srq.evaluate import Suite, evaluate
from srq.image.metrics import psnr, ssim
from tests.evaluate.conftest import Repeat


def test_scores_are_the_metrics_inside_the_border(pictures):
    suite = Suite([str(pictures)])
    evaluation = evaluate([Repeat()], suite)
    assert [score.model for score in evaluation.scores] == ["bicubic", "repeat"] * 3
    for case, score in zip(suite, evaluation.scores[1::2], strict=True):
        made = case.lr.repeat(2, 0).repeat(2, 1)
        assert score.psnr == pytest.approx(psnr(made, case.hr, shave=2), abs=1e-6)
        assert score.ssim == pytest.approx(ssim(made, case.hr, shave=2), abs=1e-6)
        assert (score.set, score.picture, score.condition) == ("small", case.source.name, "clean")


def test_means_and_gains(pictures):
    evaluation = evaluate([Repeat()], Suite([str(pictures)], qualities=(20, 80)))
    scores = [s for s in evaluation.scores if (s.model, s.condition) == ("repeat", "Q80")]
    mean, yardstick = (evaluation.mean(m, "small", "Q80") for m in ("repeat", "bicubic"))
    assert mean is not None
    assert yardstick is not None
    assert mean.psnr == pytest.approx(np.mean([s.psnr for s in scores]), abs=1e-12)
    assert mean.ssim == pytest.approx(np.mean([s.ssim for s in scores]), abs=1e-12)
    assert mean.gain == pytest.approx(mean.psnr - yardstick.psnr, abs=1e-12)
    assert yardstick.gain == 0
    assert evaluation.mean("repeat", "small", "Q50") is None


def test_each_case_is_told_as_it_is_done(pictures):
    suite = Suite([str(pictures)])
    told = []
    evaluation = evaluate([Repeat()], suite, on_case=lambda case, scores: told.append(scores))
    assert [score for scores in told for score in scores] == evaluation.scores
    assert len(told) == len(suite)


def test_pictures_and_models_are_named_with_their_hashes(pictures):
    suite = Suite([str(pictures)])
    evaluation = evaluate([Repeat()], suite)
    assert evaluation.pictures == {"small": {s.name: s.sha256 for s in suite.sources}}
    assert evaluation.models["repeat"]["sha256"] == "ab" * 32
    assert evaluation.models["bicubic"]["kind"] == "interpolation"


def test_an_engine_needs_no_about(pictures):
    def halves(luma):
        return luma.repeat(2, 0).repeat(2, 1)

    halves.name, halves.scale = "function", 2
    evaluation = evaluate([halves], Suite([str(pictures)]))
    assert evaluation.models["function"]["kind"] == "engine"


def test_another_scale_is_refused(pictures):
    with pytest.raises(ConfigError, match="'repeat' upscales by 3, the others by 2"):
        evaluate([Repeat(3)], Suite([str(pictures)]))


def test_a_name_twice_is_refused(pictures):
    with pytest.raises(ConfigError, match="Two models are called 'repeat'; name each once"):
        evaluate([Repeat(), Repeat()], Suite([str(pictures)]))


def test_bicubic_is_always_there_and_no_name_for_others(pictures):
    with pytest.raises(ConfigError, match="called 'bicubic' .it is always measured."):
        evaluate([Repeat(name="bicubic")], Suite([str(pictures)]))


@pytest.mark.parametrize(
    "make",
    [lambda luma: luma, lambda luma: luma.repeat(2, 0).repeat(2, 1) / 2, lambda luma: None],
    ids=["too small", "float", "nothing"],
)
def test_an_engine_that_makes_something_else_is_refused(pictures, make):
    class Wrong(Repeat):
        def __call__(self, luma):
            return make(luma)

    with pytest.raises(ModelError, match="'repeat' must make uint8 luma of .40, 52. from"):
        evaluate([Wrong()], Suite([str(pictures)]))
