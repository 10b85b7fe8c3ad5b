// SPDX-License-Identifier: MIT
#include "http/upstream/http1_response.h"

#include <catch2/catch.hpp>

#include "http/upstream/head_fields.h"

using namespace outrider;
using namespace outrider::http::upstream;

namespace {

/// Everything that came of a response that is fed in pieces of `step` bytes.
struct Outcome {
  std::vector<int> informational;
  int status = 0;
  std::string body;
  bool complete = false;
  bool reusable = false;
  std::string error;
};

Outcome read(std::string bytes, std::size_t step, Http1Expectation expectation = {}, bool then_close = false) {
  Http1Response parser(expectation);
  Outcome outcome;
  const auto take = [&](const Result<Progress>& progress) {
    if (!progress) {
      outcome.error = progress.error().message;
      return;
    }
    for (const auto& head : progress->informational) outcome.informational.push_back(head.status);
    if (progress->head) outcome.status = progress->head->status;
    outcome.body.append(progress->body.data(), progress->body.size());
    outcome.complete = progress->complete;
  };
  for (std::size_t at = 0; at < bytes.size() && outcome.error.empty() && !outcome.complete; at += step) {
    take(parser.feed({bytes.data() + at, std::min(step, bytes.size() - at)}));
  }
  if (then_close && outcome.error.empty() && !outcome.complete) take(parser.closed());
  outcome.reusable = parser.reusable();
  return outcome;
}

/// The same, whatever the sizes of the reads: all steps must agree.
Outcome read_in_all_ways(const std::string& bytes, Http1Expectation expectation = {}, bool then_close = false) {
  const Outcome whole = read(bytes, bytes.size(), expectation, then_close);
  for (std::size_t step : {1, 2, 3, 7, 64}) {
    const Outcome pieces = read(bytes, step, expectation, then_close);
    INFO("in steps of " << step << ": " << pieces.error);
    CHECK(pieces.informational == whole.informational);
    CHECK(pieces.status == whole.status);
    CHECK(pieces.complete == whole.complete);
    if (whole.error.empty()) CHECK(pieces.body == whole.body);
    CHECK(pieces.error.empty() == whole.error.empty());
  }
  return whole;
}

}  // namespace

TEST_CASE("a body of known length ends the response and leaves the connection open") {
  const auto outcome = read_in_all_ways("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(outcome.status == 200);
  CHECK(outcome.body == "hello");
  CHECK(outcome.complete);
  CHECK(outcome.reusable);
}

TEST_CASE("a chunked body is taken apart, with extensions and trailers left out") {
  const auto outcome = read_in_all_ways(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n");
  CHECK(outcome.body == "hello world");
  CHECK(outcome.complete);
  CHECK(outcome.reusable);
}

TEST_CASE("a body without a length ends with the connection") {
  const auto outcome = read_in_all_ways("HTTP/1.1 200 OK\r\n\r\nall there is", {}, true);
  CHECK(outcome.body == "all there is");
  CHECK(outcome.complete);
  CHECK_FALSE(outcome.reusable);
}

TEST_CASE("a head without fields may come in any pieces") {
  CHECK(read_in_all_ways("HTTP/1.1 204 No Content\r\n\r\n").complete);
  CHECK(read_in_all_ways("HTTP/1.1 204\r\n\r\n").status == 204);
  CHECK(read_in_all_ways("HTTP/1.1 204 \n\n").status == 204);
}

TEST_CASE("informational heads come before the final one, with their fields") {
  Http1Response parser({});
  std::string bytes =
      "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  const auto progress = parser.feed(bytes);
  REQUIRE(progress);
  REQUIRE(progress->informational.size() == 2);
  CHECK(progress->informational[0].status == 103);
  REQUIRE(find_field(progress->informational[0].fields, "link") != nullptr);
  CHECK(find_field(progress->informational[0].fields, "link")->value == "</a.css>; rel=preload; as=style");
  REQUIRE(progress->head);
  CHECK(progress->complete);
  CHECK(read_in_all_ways(bytes).informational == std::vector<int>{103, 102});
}

TEST_CASE("answers to HEAD, 204 and 304 have no body, whatever they say") {
  Http1Expectation head;
  head.head_request = true;
  const auto outcome = read_in_all_ways("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", head);
  CHECK(outcome.complete);
  CHECK(outcome.reusable);
  CHECK(read_in_all_ways("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n").complete);
  Http1Response parser(head);
  std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n";
  CHECK(parser.feed(bytes)->head->content_length == 12345u);
}

TEST_CASE("whether a connection is kept follows version, Connection and doubt") {
  CHECK_FALSE(read("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 999).reusable);
  CHECK_FALSE(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 999).reusable);
  CHECK(read("HTTP/1.0 200 OK\r\nConnection: x, Keep-Alive\r\nContent-Length: 0\r\n\r\n", 999).reusable);
  const auto behind = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", 999);
  CHECK(behind.body == "ok");
  CHECK_FALSE(behind.reusable);
  const auto both =
      read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 999);
  CHECK(both.body == "a");
  CHECK(both.complete);
  CHECK_FALSE(both.reusable);
}

TEST_CASE("a length that is repeated or no number is refused") {
  CHECK(read_in_all_ways("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok").error ==
        "more than one Content-Length");
  for (const char* value : {"", "-1", "+1", "0x3", "3 ", "1, 1", "99999999999999999999999"}) {
    INFO(value);
    const auto outcome = read(std::string("HTTP/1.1 200 OK\r\nContent-Length: ") + value + "\r\n\r\nok", 999);
    if (std::string(value) == "3 ") {
      CHECK(outcome.error.empty());  // space at the end is no part of the value
    } else {
      CHECK(outcome.error.find("Content-Length that is no number") != std::string::npos);
    }
  }
}

TEST_CASE("other transfer codings are refused") {
  CHECK_FALSE(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 999).error.empty());
  CHECK_FALSE(
      read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 999).error.empty());
  CHECK_FALSE(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", 999).error.empty());
}

TEST_CASE("garbage is refused with its beginning") {
  CHECK(read_in_all_ways(std::string("\0\1\2garbage\r\n\r\n", 14)).error.find("...garbage") != std::string::npos);
  CHECK_FALSE(read("HTTP/2 200 OK\r\n\r\n", 999).error.empty());
  CHECK_FALSE(read("HTTP/1.1 2000 OK\r\n\r\n", 999).error.empty());
  CHECK_FALSE(read("HTTP/1.1 099 OK\r\n\r\n", 999).error.empty());
  CHECK_FALSE(read("HTTP/1.1 200 OK\r\nbad field\r\n\r\n", 999).error.empty());
  CHECK(read("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", 999).error.find("folded") != std::string::npos);
  CHECK_FALSE(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 999).error.empty());
}

TEST_CASE("a stream that ends too early is an error that says where") {
  CHECK(read("", 1, {}, true).error == "it closed the connection without an answer");
  CHECK(read("HTTP/1.1 200 O", 99, {}, true).error == "it closed the connection within the response head");
  CHECK(read("HTTP/1.1 103 E\r\n\r\n", 99, {}, true).error == "it closed the connection without an answer");
  CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", 99, {}, true).error ==
        "it closed the connection 2 bytes before the body's end");
  CHECK(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", 99, {}, true).error ==
        "it closed the connection before the last chunk of the body");
}

TEST_CASE("heads are bounded, all informational ones together") {
  Http1Expectation small;
  small.max_head_bytes = 100;
  const std::string hint = "HTTP/1.1 103 E\r\nLink: </a.css>\r\n\r\n";
  CHECK(read(hint + hint, 7, small).error.empty());
  CHECK(read(hint + hint + hint, 7, small).error.find("more than 100 bytes") != std::string::npos);
  CHECK_FALSE(read("HTTP/1.1 200 OK\r\nX: " + std::string(100, 'a'), 1, small).error.empty());
  // The body that comes with the head does not count.
  CHECK(read("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + std::string(500, 'a'), 9999, small).complete);
}

TEST_CASE("101 is taken only by who asked for it, and hands on what follows") {
  const std::string bytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nfirst";
  CHECK_FALSE(read(bytes, 999).error.empty());
  Http1Expectation upgrade;
  upgrade.upgrade_asked = true;
  const auto outcome = read(bytes, 999, upgrade);
  CHECK(outcome.status == 101);
  CHECK(outcome.body == "first");
  CHECK(outcome.complete);
  CHECK_FALSE(outcome.reusable);
}
