"""What pages show, and what their forms do."""

import re

import pytest

from srq.store.library import pictures
from srq.store.library.tables import Picture
from srq.store.web import charts
from srq.store.web.pages import own_path, plain_name, times
from tests.store.web.conftest import jpeg


def test_words():
    assert times(1000, 100) == "10.0×"
    assert times(100, 100) == times(100, 0) == "as it came"
    assert plain_name("avif444 1/2 kim-x2") == "AVIF at 1/2, kim-x2"
    assert plain_name("avif444 1/3 lanczos") == "AVIF at 1/3, Lanczos"
    assert plain_name("jpeg in jxl") == "JPEG inside JPEG XL"
    assert plain_name("webp lossless") == "WebP lossless"
    assert own_path("/a?b=c") == "/a?b=c"


def test_a_grid_goes_on_page_by_page(ann, monkeypatch):
    monkeypatch.setattr("srq.store.web.gallery.PER_PAGE", 2)
    ids = {ann.upload(jpeg(seed), f"{seed}.jpg") for seed in range(5)}
    seen, path = [], "/"
    while path:
        shown = ann.see(path).text
        seen += re.findall(r'data-id="([^"]+)"', shown)
        following = re.search(r'<p class="more"><a class="button" href="([^"]+)"', shown)
        path = following[1].replace("&amp;", "&") if following else None
    assert len(seen) == 5
    assert set(seen) == ids
    assert ann.see("/?after=nonsense").status_code == 422


def test_search_tags_and_albums(ann):
    sea, hill = ann.upload(jpeg(1), "sea.jpg"), ann.upload(jpeg(2), "hill.jpg")
    ann.see(f"/pictures/{sea}")
    ann.send(f"/pictures/{sea}/tag", {"tag": "Holiday 2026"})
    assert "holiday 2026" in ann.see(f"/pictures/{sea}").text
    for query in ("?q=SEA", "?q=holiday", "?tag=holiday 2026"):
        shown = ann.see(f"/{query}").text
        assert sea in shown
        assert hill not in shown
    tag = re.search(r'name="tag" value="([^"]+)"', ann.see(f"/pictures/{sea}").text)[1]
    ann.send(f"/pictures/{sea}/untag", {"tag": tag})
    assert "holiday" not in ann.see(f"/pictures/{sea}").text
    ann.send("/albums", {"name": "Walks"})
    album = re.search(r'href="/albums/([^"]+)"', ann.see("/albums").text)[1]
    ann.send("/pictures/picked", {"picture": hill, "do": "album", "album": album})
    assert hill in ann.see(f"/albums/{album}").text
    assert sea not in ann.see(f"/albums/{album}").text
    ann.send("/pictures/picked", {"picture": hill, "do": "leave", "here": album})
    assert hill not in ann.see(f"/albums/{album}").text
    ann.send(f"/albums/{album}/settings", {"name": "Ways", "mode": "exact"})
    assert ann.client.get("/api/v1/albums").json()[0] == {
        "id": album, "name": "Ways", "mode": "exact",
    }  # fmt: skip
    assert ann.send(f"/albums/{album}/delete").status_code == 303
    assert ann.see(f"/pictures/{hill}").status_code == 200


def test_the_trash(ann):
    picture = ann.upload(jpeg())
    ann.send("/pictures/picked", {"picture": picture, "do": "delete"})
    assert ann.see(f"/pictures/{picture}").status_code == 200  # not from outside the trash
    ann.send("/pictures/picked", {"picture": picture, "do": "trash"})
    assert picture not in ann.see("/").text
    assert picture in ann.see("/trash").text
    ann.send("/pictures/picked", {"picture": picture, "do": "restore"})
    assert picture in ann.see("/").text
    ann.send("/pictures/picked", {"picture": picture, "do": "trash"})
    ann.send("/trash/empty")
    assert ann.see(f"/pictures/{picture}").status_code == 404


@pytest.mark.slow
def test_a_picture_is_judged_chosen_and_let_go(ann, library):
    from skimage import data

    from srq.store.library.worker import Worker
    from tests.store.conftest import file_of

    came = file_of(data.astronaut()[20:84, 130:194], "JPEG", quality=95)
    picture = ann.upload(came, "face.jpg")
    assert "is being judged" in ann.see("/").text
    Worker(library, 1).run(drain=True)
    shown = ann.see(f"/pictures/{picture}").text
    options = re.findall(r'name="mode" value="([^"]+)"', shown)
    assert options == ["exact", "visually-lossless", "high", "small"]
    views = re.findall(r'data-view="([^"]+)"', shown)
    for view in views:
        answer = ann.client.get(view)
        assert answer.status_code == 200, answer.text
        etag = answer.headers["etag"]
        assert ann.client.get(view, headers={"If-None-Match": etag}).status_code == 304
    assert ann.client.get(f"/pictures/{picture}/preview").headers["content-type"] == "image/webp"
    ann.send(f"/pictures/{picture}/mode", {"mode": "exact"})
    assert ann.client.get(f"/pictures/{picture}/file/restored").content == came
    ann.send(f"/pictures/{picture}/let-go", {"mode": "small"})
    told = ann.client.get(f"/api/v1/pictures/{picture}").json()
    assert (told["state"], told["mode"]) == (pictures.SETTLED, "small")
    assert told["bytes"] < len(came) * 2
    assert ann.client.get(f"/pictures/{picture}/file/original").status_code == 404
    for what in ("restored?suffix=.jpg", "restored", "x2", "stored"):
        assert ann.client.get(f"/pictures/{picture}/file/{what}").status_code == 200
    assert ann.send(f"/pictures/{picture}/mode", {"mode": "high"}).status_code == 409
    saved = ann.see("/saved").text
    assert "What was saved" in saved
    assert "<svg" in saved


def test_charts_are_texts_too():
    shown = charts.growth([(0, 100, 10), (86_400 * 40, 5000, 900)], ("came", "taken"))
    assert 'aria-label="came 5 kB, taken 900 B"' in shown
    assert "<script>" not in charts.bars([("<script>", 100, 10)])
    assert "Pictures by SSIMULACRA2: 3 from 30 on, 2 from 90 on" in charts.histogram(
        [(10, 1), (30, 2), (90, 2)], 5
    )
    assert charts.growth([], ("a", "b"))
    assert charts.bars([])
    assert charts.histogram([], 5)


def test_the_dashboard_of_nothing(ann):
    assert "Nothing is stored yet" in ann.see("/saved").text


def test_a_failed_picture_says_so(ann, library):
    picture = ann.upload(jpeg())
    with library.database.writing() as session:
        row = session.get(Picture, picture)
        row.state, row.failure = "failed", "It is damaged."
    assert "It is damaged." in ann.see(f"/pictures/{picture}").text
