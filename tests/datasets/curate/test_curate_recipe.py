"""Curation recipes: what ships, what is refused and in which words."""

from pathlib import Path

import pytest

from srq.datasets.curate.recipe import CurationRecipe
from srq.datasets.curate.stages import Cut, MetaInfo, Multiscale, Names, Tiles
from srq.errors import ConfigError

SCORED = '[[stage]]\nkind = "score"\nby = "grid"\n'


def parse(text):
    return CurationRecipe.parse(text, "mine", Path())


@pytest.mark.parametrize("name", CurationRecipe.names())
def test_what_ships_is_read(name):
    assert CurationRecipe.load(name).description


def test_faceup_says_what_the_article_says():
    recipe = CurationRecipe.load("faceup").give("hyperiqa", "defects")
    cuts = [stage for stage in recipe.stages if isinstance(stage, Cut)]
    assert [cut.count for cut in cuts if cut.count] == [2000, 25000, 10000]
    assert [cut.low for cut in cuts if cut.by == "hyperiqa" and cut.low] == [0.656]
    assert Multiscale((1.0, 0.75), 512) in recipe.stages
    assert Tiles(512, 240) in recipe.stages
    assert MetaInfo() in recipe.stages


def test_a_network_that_was_not_given_is_asked_for():
    with pytest.raises(ConfigError, match="--scorer hyperiqa=FILE.onnx"):
        CurationRecipe.load("faceup").scorer("hyperiqa")


def test_without_names_pictures_keep_those_of_their_sources():
    assert parse(SCORED).stages[-1] == Names("sources")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has no stages"),
        ('[[stage]]\nkind = "scor"', "did you mean 'score'?"),
        ('[[stage]]\nkind = "score"\nby = "grit"', "did you mean 'grid'?"),
        ('[[stage]]\nkind = "cut"\nby = "grid"\ncount = 1', 'write a stage of kind "score"'),
        (f'{SCORED}[[stage]]\nkind = "cut"\nby = "grid"', "keeps everything"),
        (f'{SCORED}[[stage]]\nkind = "cut"\nby = "grid"\nconut = 1', "did you mean 'count'?"),
        (f'{SCORED}[[stage]]\nkind = "cut"\nby = "grid"\ncount = 0', "whole number of 1"),
        (f'{SCORED}[[stage]]\nkind = "cut"\nby = "grid"\ncount = 1\nshare = 1', "only one of"),
        (
            f'{SCORED}[[stage]]\nkind = "tiles"\nsize = 8\nstep = 4\n'
            '[[stage]]\nkind = "cut"\nby = "grid"\ncount = 1',
            "scores these pictures by 'grid'",
        ),
        ('[[stage]]\nkind = "tiles"\nsize = 8', "'step' is missing"),
        (f'[[stage]]\nkind = "names"\n{SCORED}', "after others were written"),
        ('[[stage]]\nkind = "validation"\nof = "x"', "no cut is named 'x'"),
        ('[[stage]]\nkind = "archive"\n[[stage]]\nkind = "meta_info"', "must be the last"),
        ('accept = ["cymk"]', "did you mean 'cmyk'?"),
        ("[scorer.grid]\n" + SCORED, "has a scorer of this name"),
        ("[scorer.x]\ncrops = 3\n" + SCORED, "square number"),
        ("[[stage", "not valid TOML"),
    ],
)
def test_a_mistake_is_told(text, sentence):
    with pytest.raises(ConfigError, match=sentence.replace("?", r"\?")):
        parse(text)
