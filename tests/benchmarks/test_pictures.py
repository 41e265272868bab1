from benchmarks import harness, pictures


def test_the_photograph_is_full_and_the_same_every_time():
    made = pictures.photograph(700, 1000)
    assert made.shape == (700, 1000, 3)
    assert (made == pictures.photograph(700, 1000)).all()
    assert made[::50, ::50].reshape(-1, 3).std(axis=0).min() > 20


def test_one_picture_more_is_what_a_folder_takes_beyond_one():
    taken = {
        ("in memory", "now"): [[0.5, 0.2], [0.4, 0.3]],
        ("JPEG to JPEG", "now"): [2.0, 1.0],
        ("JPEG to JPEG, folder", "now"): [4.0, 3.0],
        ("JPEG to PNG", "now"): [2.0],
        ("JPEG to PNG, folder", "now"): [5.0],
    }
    assert pictures._least(taken, "now", 3) == {
        "the network alone": 0.2,
        "array to array": 0.4,
        "JPEG to JPEG, the command": 1.0,
        "JPEG to JPEG, one picture more of a folder": 1.0,
        "JPEG to PNG, the command": 2.0,
        "JPEG to PNG, one picture more of a folder": 1.5,
    }


def test_the_table_has_a_row_for_each_task_with_its_ratio(monkeypatch):
    result = {
        "model": "kim-x2",
        "picture": [1920, 1080],
        "threads": 1,
        "rounds": 3,
        "load": 0.1,
        "seconds": {"now": {"array to array": 0.25}, "before": {"array to array": 1.0}},
        "before_over_now": {"array to array": 4.0},
    }
    monkeypatch.setattr(harness, "newest", lambda name: {"avx2": result})
    assert pictures.tables()["before_and_after"].splitlines()[-1] == (
        "| array to array | 1.00 | 0.25 | 4.0 |"
    )
    monkeypatch.setattr(harness, "newest", lambda name: {})
    assert pictures.tables()["before_and_after"] == "Not measured yet."
