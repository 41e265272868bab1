import multiprocessing

import numpy as np
import pytest

from srq.datasets import cache
from srq.datasets.build import build_pool
from srq.datasets.cache import load_pool, save_pool
from srq.datasets.lists import pictures_in
from srq.datasets.pool import assemble
from srq.degrade import Recipe
from srq.errors import StorageError


def small_pool(fingerprint="f" * 64):
    hr = np.arange(24, dtype=np.uint8).reshape(4, 6)
    return assemble([(hr, [hr[::2, ::2]])], scale=2, fingerprint=fingerprint, skipped=["b is."])


def test_a_pool_comes_back_as_it_was(tmp_path):
    pool = small_pool()
    assert load_pool(tmp_path, pool.fingerprint) is None
    save_pool(pool, tmp_path)
    again = load_pool(tmp_path, pool.fingerprint)
    assert again is not None
    assert (again.pair(0)[0] == pool.pair(0)[0]).all()
    assert (again.pair(0)[1] == pool.pair(0)[1]).all()
    assert (again.scale, again.fingerprint, again.skipped) == (2, "f" * 64, ("b is.",))
    assert load_pool(tmp_path, "e" * 64) is None
    # The start of a fingerprint names the folder; the whole of it must match.
    assert load_pool(tmp_path, "f" * 32 + "0" * 32) is None
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("file", ["lr.npy", "hr.npy", "index.npy", "pool.json"])
@pytest.mark.parametrize("damage", ["missing", "cut", "empty"])
def test_a_damaged_entry_is_none_and_is_replaced(tmp_path, file, damage):
    pool = small_pool()
    save_pool(pool, tmp_path)
    (path,) = tmp_path.glob(f"*/{file}")
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(content[:-1] if damage == "cut" else b"")
    assert load_pool(tmp_path, pool.fingerprint) is None or (file, damage) == ("pool.json", "cut")
    save_pool(pool, tmp_path)
    again = load_pool(tmp_path, pool.fingerprint)
    assert again is not None
    assert (again.lr == pool.lr).all()
    assert len(list(tmp_path.iterdir())) == 1


def test_the_first_of_two_stays(tmp_path, monkeypatch):
    """Another process stores the same pool between our look and our rename."""
    pool = small_pool()
    real = cache._rename

    def rename(building, entry):
        monkeypatch.setattr(cache, "_rename", real)
        save_pool(pool, tmp_path)
        real(building, entry)

    monkeypatch.setattr(cache, "_rename", rename)
    save_pool(pool, tmp_path)
    assert load_pool(tmp_path, pool.fingerprint) is not None
    assert len(list(tmp_path.iterdir())) == 1


def _build(folder, store, queue):
    pool = build_pool(
        pictures_in(folder), scale=2, recipe=Recipe.load("paper"), crop=8, cache=store
    )
    queue.put((pool.fingerprint, bytes(pool.lr)))


def test_two_processes_may_build_at_once(photos, tmp_path):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    store = tmp_path / "store"
    processes = [context.Process(target=_build, args=(photos, store, queue)) for _ in range(2)]
    for process in processes:
        process.start()
    results = {queue.get(timeout=240) for _ in processes}
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert len(results) == 1
    assert len(list(store.iterdir())) == 1


def test_the_cache_is_used_and_keyed_by_all_that_matters(photos, tmp_path):
    pictures = pictures_in(photos)
    store = tmp_path / "store"
    settings = {"scale": 2, "recipe": Recipe.load("paper"), "crop": 8, "cache": store}
    calls = []
    first = build_pool(pictures, **settings)
    again = build_pool(pictures, **settings, progress=lambda *done: calls.append(done))
    assert not calls
    assert (first.lr == again.lr).all()
    assert not again.lr.flags.owndata
    for change in ({"seed": 1}, {"scale": 3}, {"variants": 2}, {"augment_scales": (0.9,)}):
        assert build_pool(pictures, **{**settings, **change}).fingerprint != first.fingerprint
    (photos / "a.png").write_bytes((photos / "more" / "e.png").read_bytes())
    assert build_pool(pictures, **settings).fingerprint != first.fingerprint


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    def save(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.np, "save", save)
    with pytest.raises(StorageError, match="the disk is full"):
        save_pool(small_pool(), tmp_path)
    assert not list(tmp_path.iterdir())
