"""The gate: names, origins, tokens, floods; and what is said where."""

import pytest
from serving import Server, TestClient, write_run

from fabstack.errors import InputError
from fabstack.serve.access import Access, TooMany, token_of
from fabstack.serve.api.application import application
from fabstack.serve.guard import Guard, _local
from fabstack.serve.limits import Rate
from fabstack.serve.server import hosts_of, is_loopback


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    file = tmp_path_factory.mktemp("token") / "token"
    hashed, token = token_of(file)
    return file, hashed, token


def gated(context, secret, **kwargs):
    guard = Guard(application(context), access=Access(secret[1]), hosts=None, rate=Rate(1e6, 1e6))
    return TestClient(guard, raise_server_exceptions=False, **kwargs)


def test_only_a_hash_is_kept_and_the_token_is_shown_once(secret):
    file, hashed, token = secret
    assert hashed.startswith("$argon2id$")
    assert token not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert token_of(file) == (hashed, None)


def test_a_file_without_a_hash_is_told(tmp_path):
    (tmp_path / "token").write_text("open sesame\n")
    with pytest.raises(InputError, match="no argon2 hash"):
        token_of(tmp_path / "token")


def test_programs_need_the_token(context, secret):
    client = gated(context, secret)
    refused = client.get("/api/runs")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    wrong = client.get("/api/runs", headers={"authorization": "Bearer wrong"})
    assert wrong.status_code == 401
    right = client.get("/api/runs", headers={"authorization": f"Bearer {secret[2]}"})
    assert right.status_code == 200


def test_people_are_asked_for_the_token_and_led_on(context, secret):
    client = gated(context, secret, follow_redirects=False)
    asked = client.get("/api-not/x?y=1")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=%2Fapi-not%2Fx%3Fy%3D1"
    assert 'name="token"' in client.get("/login").text
    wrong = client.post("/login?next=/jobs", data={"token": "wrong"})
    assert wrong.status_code == 401
    assert "This is not the token." in wrong.text
    right = client.post("/login?next=/jobs", data={"token": secret[2]})
    assert (right.status_code, right.headers["location"]) == (303, "/jobs")
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert client.get("/api/runs").status_code == 200


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil", "/a\nb", ""]
)
def test_the_login_leads_nowhere_else(target):
    assert _local(target) == "/"


def test_guessing_is_slowed_down(secret):
    now = [0.0]
    access = Access(secret[1], clock=lambda: now[0])
    assert not any(access.is_right("wrong") for _ in range(10))
    with pytest.raises(TooMany):
        access.is_right("wrong")
    with pytest.raises(TooMany):
        access.is_right(secret[2])
    now[0] = 61.0
    assert access.is_right(secret[2])


def test_sessions_end(secret):
    now = [0.0]
    access = Access(secret[1], clock=lambda: now[0])
    session = access.open_session()
    assert access.knows(session)
    now[0] = 13 * 3600.0
    assert not access.knows(session)
    assert not access.knows("")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "[::2]", "", "a@b", "[x"]
)
def test_another_name_is_not_answered(context, host):
    guard = Guard(application(context), access=None, hosts=hosts_of("127.0.0.1"), rate=Rate())
    client = TestClient(guard, raise_server_exceptions=False)
    assert client.get("/api/runs", headers={"host": host}).status_code == 403
    assert client.get("/api/runs", headers={"host": "127.0.0.1:80"}).status_code == 200
    assert client.get("/api/runs", headers={"host": "localhost"}).status_code == 200


def test_a_page_of_another_origin_may_not_write(client):
    body = {"command": "check", "programme": "toy-chain"}
    foreign = client.post("/api/jobs", json=body, headers={"origin": "http://evil.example"})
    assert foreign.status_code == 403
    null = client.post("/api/jobs", json=body, headers={"origin": "null"})
    assert null.status_code == 403
    assert client.get("/api/jobs").json() == []


def test_floods_are_refused_and_forgotten():
    now = [0.0]
    rate = Rate(per_s=1.0, burst=3.0, clock=lambda: now[0])
    assert [rate.lets("a") for _ in range(4)] == [True, True, True, False]
    assert rate.lets("b")
    now[0] = 1.0
    assert [rate.lets("a"), rate.lets("a")] == [True, False]


def test_a_flood_is_told(context):
    guard = Guard(application(context), access=None, hosts=None, rate=Rate(0.0, 2.0))
    client = TestClient(guard, raise_server_exceptions=False)
    assert [client.get("/api/runs").status_code for _ in range(3)] == [200, 200, 429]


def test_a_large_body_is_refused_before_it_is_read(client):
    answer = client.post("/api/jobs", content=b"x" * (5 * 2**20))
    assert answer.status_code == 413
    chunked = client.post("/api/jobs", content=iter([b"x" * 2**20] * 5))
    assert chunked.status_code == 413


def test_every_answer_carries_the_policy(client):
    headers = client.get("/api/runs").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_a_report_has_no_origin(client, folders):
    write_run(folders[0], "one")
    (folders[0] / "one" / "report.html").write_text("<script>alert(1)</script>")
    policy = client.get("/api/runs/one/report").headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("example", False)],
)  # fmt: skip
def test_what_is_this_machine(host, expected):
    assert is_loopback(host) is expected
    assert (hosts_of(host) is not None) is expected


def test_faults_of_ours_say_nothing_of_the_inside(context, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret path")

    monkeypatch.setattr(context.runs, "all", broken)
    guard = Guard(application(context), access=None, hosts=None, rate=Rate())
    answer = TestClient(guard, raise_server_exceptions=False).get("/api/runs")
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_a_second_server_on_the_same_runs_is_refused(serve, folders):
    first = serve()
    with pytest.raises(AssertionError, match="another server works on"):
        Server(*folders)
    assert first.get("/api/runs")["total"] == 0


def test_the_log_holds_no_token(serve, folders, tmp_path):
    file = tmp_path / "token"
    _, token = token_of(file)
    server = serve("--token-file", str(file))
    import urllib.request

    request = urllib.request.Request(
        server.url + f"/api/runs?q={token}", headers={"authorization": f"Bearer {token}"}
    )
    urllib.request.urlopen(request, timeout=30).close()
    assert token not in server.said.read_text()
    assert "with the token" in server.said.read_text()
