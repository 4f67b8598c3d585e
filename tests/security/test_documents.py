"""What a production server shows of itself: no debugger, no metrics, and no documents if it is told
so."""

from __future__ import annotations

import httpx2
import pytest

from tests.support.server_thread import serving

DOCUMENTS = ("/openapi.json", "/asyncapi.json")
NEVER = ("/metrics", "/docs", "/redoc", "/debug", "/debug/pprof", "/admin", "/.env", "/.git/config")


@pytest.mark.parametrize("shown", [True, False])
def test_k2_documents_can_be_switched_off_and_nothing_points_to_them_then(shown: bool) -> None:
    with serving(documents=shown) as served, httpx2.Client(base_url=served.url) as http:
        assert {http.get(path).status_code for path in DOCUMENTS} == {200 if shown else 404}
        assert all(
            ("json" in http.get(path).json()["message"]) is shown for path in ("/x", "/hosts/")
        )
        wrong_method = http.delete("/users").json()["message"]
        assert ("openapi" in wrong_method) is shown
        page = http.get("/").text
    assert not any(path in page for path in DOCUMENTS)


def test_k2_there_is_no_debugger_no_metrics_and_no_trace_in_an_answer() -> None:
    with serving(documents=False) as served, httpx2.Client(base_url=served.url) as http:
        assert not served.app.debug
        assert {path: http.get(path).status_code for path in NEVER} == dict.fromkeys(NEVER, 404)
        served.do(served.lobby.store.close())
        broken = http.get("/health/ready")
        assert broken.status_code == 503
        assert "Traceback" not in broken.text
