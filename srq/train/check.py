"""All that a configuration names is found before any of it takes time."""

import errno
import os

import torch

from srq.datasets.benchmarks import BENCHMARKS, load_benchmark
from srq.datasets.lists import training_pictures
from srq.datasets.manifest import read_manifest
from srq.degrade import Recipe
from srq.files import storage_error
from srq.models import build
from srq.train.config import TrainConfig
from srq.train.pictures import manifest_of
from srq.train.teacher import load_teacher
from srq.train.weights import find_weights
from srq.zoo import resolve


def check_named(config: TrainConfig, *, fresh: bool) -> None:
    """Find networks, recipes, checkpoints and pictures; no picture is read.

    A training that is not ``fresh`` needs no checkpoint to start from. Raises what the training
    would raise later: ModelError, ConfigError, DataError, CheckpointError, StorageError.
    """
    with torch.random.fork_rng(devices=[]):
        build(config.model.name, scale=config.model.scale, **config.model.options)
    for recipe in (config.data.recipe, config.validate.recipe):
        Recipe.load(recipe)
    if config.init_from and fresh:
        find_weights(resolve(config.init_from, "float"))
    load_teacher(config, torch.device("cpu"))
    manifest = manifest_of(config.data)
    if manifest is not None:
        read_manifest(manifest)
    paths = [] if manifest is not None else list(training_pictures(config.data.train))
    for group in config.validate.sets:
        if group in BENCHMARKS:
            paths += [picture.path for picture in load_benchmark(group)]
        else:
            paths += training_pictures([group])
    for path in paths:
        if not path.is_file():
            missing = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            raise storage_error("read", path, missing)
