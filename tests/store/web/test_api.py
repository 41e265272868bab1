"""The API and its description."""

import pytest

from tests.store.web.conftest import Browser, jpeg


def test_programs_list_change_and_download(ann, app):
    data = [jpeg(seed) for seed in range(3)]
    ids = [ann.upload(one, f"{seed}.jpg") for seed, one in enumerate(data)]
    client, key = Browser(app).client, ann.key()

    def get(path):
        answer = client.get(f"/api/v1/{path}", headers=key)
        assert answer.status_code == 200, answer.text
        return answer

    page = get("pictures?limit=2").json()
    rest = get(f"pictures?limit=2&after={page['next']}").json()
    assert rest["next"] is None
    assert {one["id"] for one in page["pictures"] + rest["pictures"]} == set(ids)
    assert get(f"pictures/{ids[0]}/file/original").content == data[0]
    assert get(f"pictures/{ids[0]}").json()["tags"] == []
    assert get("saved").json()["pictures"] == 3
    assert get("pictures?q=1.jpg").json()["pictures"][0]["id"] == ids[1]
    album = client.post("/api/v1/albums", json={"name": "a", "mode": "small"}, headers=key).json()
    path = f"/api/v1/albums/{album['id']}/pictures"
    assert client.put(path, json={"pictures": ids}, headers=key).json() == {"count": 3}
    assert len(get(f"pictures?album={album['id']}").json()["pictures"]) == 3
    for wrong in ({"name": ""}, {"name": "b", "mode": "hihg"}, {"name": "x" * 101}, []):
        assert client.post("/api/v1/albums", json=wrong, headers=key).status_code == 422
    twice = client.post("/api/v1/albums", json={"name": "a"}, headers=key)
    assert twice.status_code == 409
    mode = client.put(f"/api/v1/pictures/{ids[0]}/mode", json={"mode": "exact"}, headers=key)
    assert mode.json()["mode"] == "exact"
    gone = client.post("/api/v1/trash", json={"pictures": ids[:2]}, headers=key)
    assert gone.json() == {"count": 2}
    assert len(get("pictures?trashed=true").json()["pictures"]) == 2
    assert client.get("/api/v1/pictures?limit=0", headers=key).status_code == 422
    assert client.get("/api/v1/pictures?after=x", headers=key).status_code == 422
    assert client.get("/api/v1/hashes/xyz", headers=key).status_code == 422


def test_nobody_is_told_401(app):
    client = Browser(app).client
    for path in ("pictures", "albums", "saved", "hashes/" + "0" * 64, "pictures/x"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/json"


def test_the_description(ann):
    found = ann.client.get("/api/openapi.json").json()
    assert "/api/v1/pictures/{picture_id}" in found["paths"]
    assert "/uploads/{upload_id}" in found["paths"]
    assert not [path for path in found["paths"] if path.startswith("/s/")]
    assert "/api/v1/pictures" in ann.see("/api/docs").text


@pytest.mark.slow
def test_no_request_of_the_description_breaks_the_server(ann, app):
    """As schemathesis makes them: of any shape; answers are as they are described, and no 500."""
    schemathesis = pytest.importorskip("schemathesis")
    # A text may be a mode or a place of a page by its schema, and still be none.
    from hypothesis import HealthCheck, given, settings
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    ann.upload(jpeg())
    key = ann.key()
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app)
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=10, database=None, suppress_health_check=list(HealthCheck))
        def holds(case):
            headers = {**key, "Host": "pictures.test"}
            answer = case.call(headers=headers)
            case.validate_response(answer, excluded_checks=[positive_data_acceptance])

        holds()
        tried += 1
    assert tried >= 14
