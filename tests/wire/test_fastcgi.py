# SPDX-License-Identifier: MIT
"""PHP behind FastCGI, as Debian ships it: which script runs, what it is told, and what becomes of its answer."""
import hashlib
import json
import time

import outrider
import php_fpm
import pytest
from h2client import Client

CHROMIUM = [("sec-fetch-mode", "navigate"),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36")]


@pytest.fixture(scope="module")
def fpm(tmp_path_factory):
    process = php_fpm.Fpm(tmp_path_factory.mktemp("php") / "fpm").start()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return php_fpm.lay_out(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory, fpm, root):
    """One server for all: starting and stopping takes longer than most of what is asked of it here."""
    folder = tmp_path_factory.mktemp("server")
    certificate, key = outrider.certificate(folder / "certificates", "localhost")
    with outrider.Server(folder, php_fpm.server_config(fpm, root), files={
            "rules/shop.lua": php_fpm.RULES, "tls/localhost.pem": certificate.read_bytes(), "tls/localhost.key": key.read_bytes()}) as server:
        yield server


@pytest.fixture
def server(shared):
    yield shared
    shared.wait_at_rest()


@pytest.fixture
def client(server):
    with Client(server.address()) as one:
        yield one


def answer_of(client, path, **options):
    """What the script that ran has seen."""
    response = client.get(path, **options)
    assert response.status == 200, (response.status, response.body[:300])
    assert response.header("content-type") == "application/json"
    return json.loads(response.body)


# Which script runs


@pytest.mark.parametrize("path, script, name, info", [
    ("/", "index", "/index.php", ""),
    ("/index.php", "index", "/index.php", ""),
    ("/env.php", "env", "/env.php", ""),
    ("/env.php/more/of/it", "env", "/env.php", "/more/of/it"),
    ("/env.php/", "env", "/env.php", "/"),
    ("/shop/", "shop/index", "/shop/index.php", ""),
    ("/shop/index.php/cart", "shop/index", "/shop/index.php", "/cart"),
    ("/no/such/page", "index", "/index.php", ""),
    ("/missing.php", "index", "/index.php", ""),
    ("/shop/missing.php/x", "index", "/index.php", ""),
    ("/%65nv.php", "env", "/env.php", ""),
    ("/shop/../env.php", "env", "/env.php", ""),
])
def test_script(client, root, path, script, name, info):
    answer = answer_of(client, path)
    told = answer["server"]
    assert answer["script"] == script
    assert told["SCRIPT_NAME"] == name
    assert told["SCRIPT_FILENAME"] == str(root) + name
    assert told.get("PATH_INFO", "") == info
    assert told["REQUEST_URI"] == path and told["DOCUMENT_ROOT"] == str(root)


def test_files_are_served_as_files(server, client, root):
    style = client.get("/static/app.css")
    assert style.status == 200 and style.body == (root / "static/app.css").read_bytes()
    assert style.header("content-type") == "text/css" and style.header("cache-control") == "max-age=60"
    assert client.get("/static/app.css", headers=[("if-none-match", style.header("etag"))]).status == 304
    assert client.get("/env.php").header("cache-control") is None, "max_age is for files"
    assert client.get("/docs/").body == (root / "docs/index.html").read_bytes()
    for folder in ("/docs", "/shop"):
        moved = client.get(folder)
        assert moved.status == 301 and moved.header("location").endswith(folder + "/")
    for target in ("/static/app.css", "/docs/", "/docs", "/shop"):
        line = server.wait_for_access(lambda line, target=target: line["target"] == target)
        assert line["upstream"] == "", "PHP-FPM had no part in it"


def test_source_is_never_sent(client):
    for path in ("/env.php", "/env.php/", "/env.PHP", "/env.php%00.css", "/env.php%20", "/env.php.", "/env.php::$DATA", "//env.php",
                 "/./env.php", "/static/../env.php", "/static/..%2fenv.php", "/env%2ephp", "/shop//index.php", "/uploads/evil.php",
                 "/tree/www/env.php", "//tree/www/env.php", "/tree//www/env.php", "/tree/www//env.php", "/tree/%2fwww/env.php"):
        body = client.get(path).body
        assert b"<?php" not in body and b"require" not in body, path


@pytest.mark.parametrize("path", ["/uploads/evil.php", "/uploads/evil.php/x", "/uploads/%65vil.php", "/x/../uploads/evil.php",
                                  "//uploads/evil.php", "/uploads//evil.php", "/.//uploads/./evil.php", "//uploads//evil.php//x"])
def test_denied(client, path):
    """The file system takes two slashes for one, so a pattern that did not could be got round."""
    response = client.get(path)
    assert response.status == 403 and b"evil ran" not in response.body


def test_a_link_out_of_the_root_is_not_run(server, client):
    response = client.get("/escape.php")
    assert response.status == 404 and b"outside" not in response.body and b"<?php" not in response.body
    assert "escape.php leads out of" in server.log()


# What the script is told


def test_variables(server, client):
    told = answer_of(client, "/env.php?a=1&b=%20x&b=y", headers=[
        ("proxy", "http://evil.example"), ("x-evil", "good"), ("x_evil", "bad"), ("x_other", "bad"), ("accept-language", "de"),
        ("cookie", "a=1"), ("cookie", "b=2"), ("user-agent", "Tests"), ("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")])
    variables = told["server"]
    assert told["get"] == {"a": "1", "b": "y"} and told["cookies"] == {"a": "1", "b": "2"}
    expected = {
        "REQUEST_METHOD": "GET", "REQUEST_URI": "/env.php?a=1&b=%20x&b=y", "QUERY_STRING": "a=1&b=%20x&b=y", "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/2.0", "SERVER_SOFTWARE": "outrider",
        "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_SCHEME": "http", "HTTP_HOST": "localhost", "HTTP_ACCEPT_LANGUAGE": "de",
        "HTTP_USER_AGENT": "Tests", "HTTP_X_EVIL": "good", "HTTP_X_FORWARDED_FOR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "http"}
    assert {name: variables.get(name) for name in expected} == expected
    assert int(variables["REMOTE_PORT"]) == client.sock.getsockname()[1]
    assert not {"HTTPS", "HTTP_PROXY", "HTTP_X_OTHER", "HTTP_CONTENT_LENGTH"} & set(variables)
    line = server.wait_for_access(lambda line: line["target"].startswith("/env.php?a=1"))
    assert variables["HTTP_X_REQUEST_ID"] == line["id"]


def test_https(server):
    with Client(server.address(1), tls=True) as client:
        variables = answer_of(client, "/env.php")["server"]
    assert (variables["HTTPS"], variables["SERVER_PORT"], variables["REQUEST_SCHEME"]) == ("on", "443", "https")


def test_form(client):
    answer = answer_of(client, "/env.php", method="POST", body=b"name=J%C3%BCrgen&list[]=1&list[]=2",
                       headers=[("content-type", "application/x-www-form-urlencoded")])
    assert answer["post"] == {"name": "Jürgen", "list": ["1", "2"]}
    assert answer["server"]["CONTENT_LENGTH"] == "34" and answer["server"]["REQUEST_METHOD"] == "POST"


@pytest.mark.parametrize("size", [0, 1, 8_140, 65_535, 65_536, 1 << 20])
def test_body(client, size):
    body = bytes(i * 31 % 251 for i in range(size))
    answer = answer_of(client, "/env.php", method="PUT", body=body, headers=[("content-type", "application/octet-stream")])
    assert answer["body_sha1"] == hashlib.sha1(body).hexdigest()
    assert answer["server"]["CONTENT_LENGTH"] == str(size)


def test_upload(client):
    content = bytes(i * 17 % 256 for i in range(1 << 20))
    body = (b'--limit\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--limit\r\n'
            b'Content-Disposition: form-data; name="picture"; filename="p.png"\r\nContent-Type: image/png\r\n\r\n' + content + b"\r\n--limit--\r\n")
    answer = answer_of(client, "/env.php", method="POST", body=body, headers=[("content-type", "multipart/form-data; boundary=limit")])
    assert answer["post"] == {"note": "hello"}
    assert answer["files"] == {"picture": {"name": "p.png", "error": 0, "size": 1 << 20, "sha1": hashlib.sha1(content).hexdigest()}}


def test_a_body_beyond_the_route_s_limit(client):
    assert client.get("/small/env.php", method="POST", body=b"x" * 1001).status == 413
    assert answer_of(client, "/small/env.php", method="POST", body=b"x" * 1000)["body_sha1"] == hashlib.sha1(b"x" * 1000).hexdigest()


# What becomes of its answer


@pytest.mark.parametrize("code", [201, 204, 400, 404, 410, 500, 503])
def test_status(client, code):
    response = client.get(f"/act.php?do=status&code={code}")
    assert response.status == code
    assert response.body == (b"" if code == 204 else f"status {code}".encode())


@pytest.mark.parametrize("query, status", [("", 302), ("&code=301", 301), ("&code=307", 307), ("&code=201", 201)])
def test_redirect(client, query, status):
    response = client.get(f"/act.php?do=redirect{query}")
    assert response.status == status and response.header("location") == "/elsewhere"


def test_head(client):
    response = client.get("/env.php", method="HEAD")
    assert response.status == 200 and response.body == b"" and response.header("content-type") == "application/json"


def test_what_is_flushed_arrives_before_the_end(client):
    stream = client.send("/act.php?do=stream")
    client.read_until(lambda: client.responses[stream].body == b"first ")
    assert not client.responses[stream].ended
    begun = time.monotonic()
    client.read_until(lambda: client.responses[stream].ended)
    assert client.responses[stream].body == b"first second third"
    assert time.monotonic() - begun > 0.5


def test_a_slow_page_gets_its_103(server):
    with Client(server.address(), push=False) as client:
        page = client.get("/act.php?do=think&ms=300", headers=CHROMIUM)
        assert page.body == b"thought"
        assert [[value for name, value in head if name in (":status", "link")] for head in page.informational] == [
            ["103", "</static/app.css>; rel=preload; as=style", "</static/app.js>; rel=preload; as=script"]]
        assert len(page.all("link")) == 2
    assert server.wait_for_access(lambda line: "think" in line["target"])["early_hints"]


def test_what_a_script_names_in_link_is_pushed(server, client):
    page = client.get("/act.php?do=link")
    assert client.pushed_paths(page) == ["/static/app.css", "/static/app.js"]
    assert [client.responses[stream].status for stream in page.pushes] == [200, 200]
    assert page.all("link") == ["</static/app.css>; rel=preload; as=style", "</static/app.js>; rel=preload; as=script"]
    line = server.wait_for_access(lambda line: "link" in line["target"])
    assert [(d["how"], d["rule"]) for d in line["deliveries"]] == [("push", "application")] * 2


def test_what_a_script_complains_about_is_in_the_log(server, client):
    assert client.get("/act.php?do=complain").body == b"complained"
    outrider.wait_until(lambda: server.log(), lambda: "the cart is empty" in server.log())
    response = client.get("/act.php?do=throw")
    assert response.status == 500 and b"closed" not in response.body
    outrider.wait_until(lambda: server.log(), lambda: "the shop is closed" in server.log())
