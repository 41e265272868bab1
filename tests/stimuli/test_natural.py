import builtins

from srq.stimuli.natural import natural


def test_without_photographs_there_is_a_made_up_one(monkeypatch):
    with_photographs = natural()

    def refuse(name, *rest):
        if name.startswith("skimage"):
            raise ImportError(name)
        return original(name, *rest)

    original = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)
    alone = natural()
    assert list(alone) == ["clouds"]
    assert {"camera", "astronaut"} < set(with_photographs)
    for picture in with_photographs.values():
        assert picture.shape == (130, 130)
        assert picture.std() > 20
