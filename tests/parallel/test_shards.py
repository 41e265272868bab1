import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srq.errors import ConfigError, DataError
from srq.parallel.shards import Shard, check_made, read_records, remove_records, write_record


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "a/b", "1/2/3", "-1/2", "1/ 2"])
def test_a_shard_is_one_of_so_many(text):
    with pytest.raises(ConfigError, match="from 1 to N, such as 1/4, not"):
        Shard.parse(text)
    assert Shard.parse("2/3") == Shard(2, 3)
    assert str(Shard(2, 3)) == "2/3"


@given(st.integers(0, 2000), st.integers(1, 40))
def test_shards_share_all_items_evenly(count, shards):
    every = [Shard(shard, shards) for shard in range(1, shards + 1)]
    spans = [shard.span(count) for shard in every]
    assert [number for span in spans for number in span] == list(range(count))
    shares = [shard.of(range(count)) for shard in every]
    assert sorted(number for share in shares for number in share) == list(range(count))
    for parts in (spans, shares):
        assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.fixture
def record(tmp_path):
    """``record(i, n, *names, **options)``: a shard that made those files."""

    def write(shard, shards, *names, failed=(), **options):
        for name in names:
            (tmp_path / name).write_text(name)
        paths = [tmp_path / name for name in names]
        write_record(tmp_path, Shard(shard, shards), options, paths, failed)

    return write


def test_records_say_what_each_shard_did(tmp_path, record):
    record(2, 2, "b", scale=2)
    record(1, 2, "a", "c", failed=["d"], scale=2)
    first, second = read_records(tmp_path, "it")
    assert (first.shard, second.shard) == (Shard(1, 2), Shard(2, 2))
    assert first.options == {"scale": 2}
    assert list(first.made) == ["a", "c"]
    assert first.failed == ("d",)
    check_made(tmp_path, [first, second], ["c", "b", "a"], tmp_path)
    remove_records(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]


def test_shards_that_are_missing_or_differ_are_told(tmp_path, record):
    with pytest.raises(DataError, match=r"There is no shard's record in .*; run it --shard first"):
        read_records(tmp_path, "it --shard")
    record(1, 2, "a", scale=2)
    with pytest.raises(DataError, match=r"Shard 2/2 of .* has not ended; run it first"):
        read_records(tmp_path, "it")
    record(2, 2, "b", scale=3)
    with pytest.raises(ConfigError, match="given different options, or numbers of shards"):
        read_records(tmp_path, "it")


@pytest.mark.parametrize(
    ("made", "wanted", "name"),
    [(("a",), ["a", "b"], "b"), (("a", "b"), ["a"], "b"), (("a", "a2"), ["a", "a2"], "a")],
)
def test_every_file_is_made_once(tmp_path, record, made, wanted, name):
    record(1, 2, *made)
    record(2, 2, *(["a"] if name == "a" else []))
    records = read_records(tmp_path, "it")
    with pytest.raises(DataError, match=rf"/{name} is not there exactly once, as if src had"):
        check_made(tmp_path, records, wanted, "src")


def test_a_file_that_changed_is_told(tmp_path, record):
    record(1, 1, "a")
    (tmp_path / "a").write_text("other")
    with pytest.raises(DataError, match=r"/a is not as its shard wrote it; run that again"):
        check_made(tmp_path, read_records(tmp_path, "it"), ["a"], tmp_path)


@pytest.mark.parametrize("text", ["{", "{}", "[]", json.dumps({"shard": 1, "shards": 1})])
def test_a_damaged_record_is_told(tmp_path, record, text):
    record(1, 1, "a")
    (tmp_path / ".srq-shards/1-of-1.json").write_text(text)
    with pytest.raises(DataError, match="damaged; run its shard again"):
        read_records(tmp_path, "it")
