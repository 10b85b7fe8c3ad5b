// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "http/upstream/fastcgi_params.h"
#include "http/upstream/fastcgi_record.h"
#include "http/upstream/fastcgi_response.h"
#include "http/upstream/head_fields.h"

using namespace outrider;
using namespace outrider::http::upstream;

namespace {

std::string record(int type, std::string_view content, std::size_t padding = 0, int id = 1, int version = 1) {
  std::string bytes{static_cast<char>(version),
                    static_cast<char>(type),
                    static_cast<char>(id >> 8),
                    static_cast<char>(id & 255),
                    static_cast<char>(content.size() >> 8),
                    static_cast<char>(content.size() & 255),
                    static_cast<char>(padding),
                    0};
  return bytes.append(content).append(padding, 'p');
}

std::string out(std::string_view content, std::size_t padding = 0) {
  return record(6, content, padding);
}
std::string end(char status = 0) {
  return record(3, std::string{0, 0, 0, 0, status, 0, 0, 0});
}

struct Outcome {
  int status = 0;
  std::string body, complaints, error;
  std::optional<std::uint64_t> length;
  bool complete = false, reusable = false, has_status_field = false;
};

Outcome read(std::string bytes, std::size_t step, bool head_request = false, bool then_close = false) {
  FastCgiResponse parser(head_request, true, 1000);
  Outcome outcome;
  const auto take = [&](const Result<Progress>& progress) {
    if (!progress) {
      outcome.error = progress.error().message;
      return;
    }
    if (progress->head) {
      outcome.status = progress->head->status;
      outcome.length = progress->head->content_length;
      outcome.has_status_field = find_field(progress->head->fields, "status") != nullptr;
    }
    outcome.body.append(progress->body.data(), progress->body.size());
    outcome.complaints += progress->complaints;
    outcome.complete = progress->complete;
  };
  for (std::size_t at = 0; at < bytes.size() && outcome.error.empty() && !outcome.complete; at += step) {
    take(parser.feed({bytes.data() + at, std::min(step, bytes.size() - at)}));
  }
  if (then_close && outcome.error.empty() && !outcome.complete) take(parser.closed());
  outcome.reusable = parser.reusable();
  return outcome;
}

std::string value_of(const FastCgiParams& params, std::string_view name) {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  return "(none)";
}

std::string all(const FastCgiRequest& request) {
  std::string bytes;
  for (std::string_view piece : request.pieces) bytes += piece;
  return bytes;
}

}  // namespace

TEST_CASE("an answer in records is put together, whatever the sizes of the reads") {
  const std::string bytes = out("Status: 404 Not Found\r\nContent-") + out("Type: text/html\r\n\r\nhel", 5) +
                            record(7, "oops\n") + record(9, "", 0, 0) + out("lo") + out("") + end();
  for (std::size_t step : {1, 2, 3, 8, 13, 10000}) {
    INFO("in steps of " << step);
    const auto outcome = read(bytes, step);
    CHECK(outcome.error == "");
    CHECK(outcome.status == 404);
    CHECK_FALSE(outcome.has_status_field);
    CHECK(outcome.body == "hello");
    CHECK(outcome.complaints == "oops\n");
    CHECK(outcome.complete);
    CHECK(outcome.reusable);
  }
}

TEST_CASE("the status of a CGI head has defaults") {
  CHECK(read(out("Content-Type: a/b\n\nx") + end(), 999).status == 200);
  CHECK(read(out("Location: /there\r\n\r\n") + end(), 999).status == 302);
  CHECK(read(out("Location: /there\r\nStatus: 301\r\n\r\n") + end(), 999).status == 301);
  for (const char* bad : {"", "20", "abc", "103 Early", "2000"}) {
    INFO(bad);
    CHECK_FALSE(read(out(std::string("Status: ") + bad + "\r\n\r\n") + end(), 999).error.empty());
  }
}

TEST_CASE("a CGI Content-Length bounds the body both ways") {
  const auto more = read(out("Content-Length: 3\r\n\r\nabcdef") + out("ghi") + end(), 999);
  CHECK(more.body == "abc");
  CHECK(more.complete);
  CHECK(read(out("Content-Length: 9\r\n\r\nabc") + end(), 999).error.find("6 bytes before") != std::string::npos);
  const auto head = read(out("Content-Length: 9\r\n\r\n") + end(), 999, true);
  CHECK(head.complete);
  CHECK(head.length == 9u);
  CHECK(read(out("Status: 204\r\n\r\nnot wanted") + end(), 999).body.empty());
}

TEST_CASE("an answer that is none is an error") {
  CHECK(read(end(), 999).error.find("without a response head") != std::string::npos);
  CHECK(read("HTTP/1.1 400 Bad Request\r\n\r\n", 999).error.find("no FastCGI answer") != std::string::npos);
  CHECK(read(record(6, "x", 0, 7), 999).error.find("request 7") != std::string::npos);
  CHECK(read(end(2), 999).error.find("overloaded") != std::string::npos);
  CHECK_FALSE(read(record(3, "abc"), 999).error.empty());
  CHECK_FALSE(read(out("no field\r\n\r\n") + end(), 999).error.empty());
  CHECK(read(out("X: " + std::string(2000, 'a')), 99).error.find("more than 1000 bytes") != std::string::npos);
}

TEST_CASE("an answer that breaks off is an error") {
  CHECK(read("", 1, false, true).error == "it closed the connection without an answer");
  CHECK(read(out("X: 1"), 99, false, true).error == "it closed the connection within the response head");
  CHECK(read(out("X: 1\r\n\r\nabc"), 99, false, true).error == "it closed the connection before FCGI_END_REQUEST");
}

TEST_CASE("bytes behind the end make the connection unfit for another request") {
  const auto outcome = read(out("X: 1\r\n\r\n") + end() + "x", 999);
  CHECK(outcome.complete);
  CHECK_FALSE(outcome.reusable);
}

TEST_CASE("a request is encoded as the protocol has it") {
  const std::string long_value(300, 'v');
  const auto request = encode_fastcgi_request({{"A", "b"}, {"LONG", long_value}}, "body", true);
  std::string params{1, 1, 'A', 'b', 4, static_cast<char>(0x80), 0, 1, 44};
  params += "LONG" + long_value;
  CHECK(all(request) == record(1, std::string{0, 1, 1, 0, 0, 0, 0, 0}) + record(4, params) + record(4, "") +
                            record(5, "body") + record(5, ""));
  CHECK(all(encode_fastcgi_request({}, "", false)) ==
        record(1, std::string{0, 1, 0, 0, 0, 0, 0, 0}) + record(4, "") + record(5, ""));
}

TEST_CASE("large parameters and bodies take several records") {
  const std::string body(200'000, 'x');
  const auto request = encode_fastcgi_request({{"BIG", std::string(100'000, 'y')}}, body, true);
  const std::string bytes = all(request);
  std::size_t at = 0, params = 0, input = 0;
  while (at < bytes.size()) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
    const std::size_t size = byte(4) * 256u + byte(5);
    if (byte(1) == 4) params += size;
    if (byte(1) == 5) input += size;
    at += 8 + size + byte(6);
  }
  CHECK(at == bytes.size());
  CHECK(params == 100'000 + 3 + 1 + 4);
  CHECK(input == body.size());
}

TEST_CASE("a request becomes CGI variables") {
  ForwardedFields fields;
  fields.fields = {{"accept", "a"},
                   {"accept", "b"},
                   {"proxy", "http://evil"},
                   {"content-type", "x/y"},
                   {"under_score", "dropped"},
                   {"x-request-id", "id"}};
  ScriptPath script;
  script.filename = "/srv/blog/index.php";
  script.name = "/blog/index.php";
  script.path_info = "/rest";
  const CgiRequest request{
      "POST", "/blog/index.php/rest?a=b?c", "example.com", "example.com:8443", "https", "HTTP/2.0", "192.0.2.1", 1234,
      5};
  const auto params = fastcgi_params(request, fields, script, "/srv/blog");
  CHECK(value_of(params, "REQUEST_METHOD") == "POST");
  CHECK(value_of(params, "REQUEST_URI") == "/blog/index.php/rest?a=b?c");
  CHECK(value_of(params, "QUERY_STRING") == "a=b?c");
  CHECK(value_of(params, "SCRIPT_FILENAME") == "/srv/blog/index.php");
  CHECK(value_of(params, "SCRIPT_NAME") == "/blog/index.php");
  CHECK(value_of(params, "PATH_INFO") == "/rest");
  CHECK(value_of(params, "PATH_TRANSLATED") == "/srv/blog/rest");
  CHECK(value_of(params, "DOCUMENT_ROOT") == "/srv/blog");
  CHECK(value_of(params, "SERVER_NAME") == "example.com");
  CHECK(value_of(params, "SERVER_PORT") == "8443");
  CHECK(value_of(params, "HTTPS") == "on");
  CHECK(value_of(params, "REMOTE_ADDR") == "192.0.2.1");
  CHECK(value_of(params, "REMOTE_PORT") == "1234");
  CHECK(value_of(params, "CONTENT_TYPE") == "x/y");
  CHECK(value_of(params, "CONTENT_LENGTH") == "5");
  CHECK(value_of(params, "HTTP_HOST") == "example.com:8443");
  CHECK(value_of(params, "HTTP_ACCEPT") == "a, b");
  CHECK(value_of(params, "HTTP_X_REQUEST_ID") == "id");
  CHECK(value_of(params, "HTTP_PROXY") == "(none)");
  CHECK(value_of(params, "HTTP_UNDER_SCORE") == "(none)");
  CHECK(value_of(params, "HTTP_CONTENT_TYPE") == "(none)");
}

TEST_CASE("the port comes from the authority or the scheme") {
  const auto port = [](std::string_view authority, std::string_view scheme) {
    const CgiRequest request{"GET", "/", "h", authority, scheme, "HTTP/1.1", "192.0.2.1", 0, std::nullopt};
    return value_of(fastcgi_params(request, {}, {}, "/r"), "SERVER_PORT");
  };
  CHECK(port("h", "http") == "80");
  CHECK(port("h", "https") == "443");
  CHECK(port("[::1]", "https") == "443");
  CHECK(port("[::1]:81", "https") == "81");
  CHECK(port("h:99999", "https") == "443");
  CHECK(port("h:", "http") == "80");
}
