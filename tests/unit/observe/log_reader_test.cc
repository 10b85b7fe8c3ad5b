// SPDX-License-Identifier: MIT
#include "observe/log_reader.h"

#include <array>
#include <catch2/catch.hpp>
#include <random>

#include "observe/log_line.h"

using namespace outrider;
using namespace outrider::observe;

namespace {

LoggedRequest read(std::string_view line) {
  LoggedRequest request;
  const auto result = read_line(line, request);
  INFO(line);
  INFO((result ? std::string() : result.error().message));
  REQUIRE(result);
  return request;
}

std::string problem(std::string_view line) {
  LoggedRequest request;
  const auto result = read_line(line, request);
  return result ? std::string() : result.error().message;
}

/// Texts with all that a log might stumble over.
class Texts {
 public:
  /// Valid UTF-8, with control characters, quotes, and what some readers take for line ends.
  std::string characters() {
    static const std::array<std::string, 16> pieces{"a",    "/",    " ", "\"", "\\", "\n",           "\r", "\t",
                                                    "\x01", "\x7f", "{", "]",  "ä",  "\xe2\x80\xa8", "€",  "😀"};
    return several([&] { return pieces[below(pieces.size())]; });
  }
  std::string bytes() {
    return several([&] { return std::string(1, static_cast<char>(below(256))); });
  }
  /// Without a space, as methods and addresses are.
  std::string word() {
    std::string word = "w" + bytes();
    std::erase(word, ' ');
    return word;
  }
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

 private:
  template <class Piece>
  std::string several(const Piece& piece) {
    std::string text;
    for (std::size_t left = below(8); left > 0; --left) text += piece();
    return text;
  }

  std::mt19937 random_{1};
};

std::string line_of(LogFormat format, const LoggedRequest& request) {
  std::vector<push::DeliveryRecord> deliveries;
  for (const LoggedDelivery& each : request.deliveries) {
    deliveries.push_back({each.url, each.rule, push::How::link, push::Reason::nopush});
  }
  push::RequestRecord record;
  record.client = request.client;
  record.peer = request.peer;
  record.method = request.method;
  record.host = request.host;
  record.target = request.target;
  record.protocol = request.protocol;
  record.scheme = request.scheme;
  record.mode = request.mode;
  record.referer = request.referer;
  record.user_agent = request.user_agent;
  record.begun = request.time;
  record.status = request.status;
  record.pushed = request.pushed;
  record.switched_off = request.switched_off;
  record.deliveries = deliveries;
  // Of no interest to the reader, but in its way.
  record.error = request.referer;
  record.upstream = request.target;
  record.id = request.id;
  std::string line;
  append_line(line, format, record);
  REQUIRE(line.ends_with('\n'));
  line.pop_back();
  return line;
}

}  // namespace

TEST_CASE("log reader: our JSON lines come back as they were written") {
  Texts texts;
  for (int i = 0; i != 3000; ++i) {
    LoggedRequest request;
    request.id = texts.characters();
    request.client = texts.characters();
    request.peer = texts.characters();
    request.method = "M" + texts.characters();
    request.host = texts.characters();
    request.target = "/" + texts.characters();
    request.protocol = texts.characters();
    request.scheme = texts.characters();
    request.mode = texts.characters();
    request.referer = texts.characters();
    request.user_agent = texts.characters();
    request.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(texts.below(4'000'000'000'000)));
    request.status = static_cast<int>(texts.below(600));
    request.pushed = texts.below(2) == 1;
    request.switched_off = texts.below(2) == 1;
    request.tells_mode = request.tells_deliveries = true;
    for (std::size_t left = texts.below(4); left > 0; --left) {
      request.deliveries.push_back({texts.characters(), texts.characters(), "link", "nopush"});
    }
    REQUIRE(read(line_of(LogFormat::json, request)) == request);
  }
}

TEST_CASE("log reader: bytes that are no UTF-8 are replaced by the writer, and read") {
  Texts texts;
  for (int i = 0; i != 3000; ++i) {
    LoggedRequest request;
    request.method = "M" + texts.bytes();
    request.target = "/" + texts.bytes();
    request.user_agent = texts.bytes();
    const LoggedRequest once = read(line_of(LogFormat::json, request));
    REQUIRE(read(line_of(LogFormat::json, once)) == once);
  }
}

TEST_CASE("log reader: our combined lines come back byte by byte") {
  Texts texts;
  for (int i = 0; i != 3000; ++i) {
    LoggedRequest request;
    request.id = texts.word();
    request.client = texts.word();
    request.method = texts.word();
    request.target = "/" + texts.bytes();
    request.protocol = texts.word();
    request.referer = texts.bytes();
    request.user_agent = texts.bytes();
    if (request.referer == "-") request.referer.clear();  // how nothing is written
    if (request.user_agent == "-") request.user_agent.clear();
    request.time = std::chrono::system_clock::time_point(std::chrono::seconds(texts.below(4'000'000'000)));
    request.status = static_cast<int>(texts.below(600));
    request.pushed = texts.below(2) == 1;
    REQUIRE(read(line_of(LogFormat::combined, request)) == request);
  }
}

TEST_CASE("log reader: what others write as combined") {
  const LoggedRequest nginx = read(
      "192.0.2.7 - - [22/Nov/2026:17:34:05 +0100] \"GET /page?q=1 HTTP/2.0\" 200 - \"https://a.example/\" \"curl/8\" "
      "\"x\"");
  CHECK(nginx.client == "192.0.2.7");
  CHECK(nginx.host.empty());
  CHECK(nginx.method == "GET");
  CHECK(nginx.target == "/page?q=1");
  CHECK(nginx.protocol == "HTTP/2");
  CHECK(nginx.status == 200);
  CHECK(nginx.referer == "https://a.example/");
  CHECK(nginx.user_agent == "curl/8");
  CHECK(nginx.time == std::chrono::system_clock::time_point(std::chrono::seconds(1'795'365'245)));
  CHECK_FALSE(nginx.tells_deliveries);
  CHECK_FALSE(nginx.tells_mode);
  CHECK_FALSE(nginx.pushed);

  const LoggedRequest with_host = read(
      "www.example.com:443 2001:db8::1 - - [22/Nov/2026:16:34:05 -0130] \"GET / HTTP/1.1\" 304 0 \"-\" \"a \\\"b\\\" "
      "\\x41\\n\"");
  CHECK(with_host.host == "www.example.com:443");
  CHECK(with_host.client == "2001:db8::1");
  CHECK(with_host.referer.empty());
  CHECK(with_host.user_agent == "a \"b\" A\n");
  CHECK(with_host.time - nginx.time == std::chrono::minutes(90));

  const LoggedRequest common = read("192.0.2.7 - John Smith [22/Nov/2026:16:34:05 +0000] \"GET / HTTP/1.1\" 200 12");
  CHECK(common.client == "192.0.2.7");
  CHECK(common.host.empty());
  CHECK(common.user_agent.empty());
}

TEST_CASE("log reader: a client cannot pass for a push of ours in the combined format") {
  CHECK(
      read("192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET / HTTP/2\" 200 1 \"-\" \"curl\" id=1 \"pushed\"").pushed);
  CHECK_FALSE(
      read("192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET / HTTP/2\" 200 1 \"-\" \" \\\"pushed\\\"\"").pushed);
}

TEST_CASE("log reader: members of others are passed over, whatever they are") {
  const LoggedRequest request = read(
      "{\"time\":\"2026-11-22T16:34:05.678Z\",\"a\":{\"method\":\"X\",\"b\":[1,{\"url\":\"y\"}]},\"method\":\"GET\","
      "\"target\":\"/"
      "\",\"c\":-1.5,\"status\":200,"
      "\"d\":null,\"deliveries\":[1,[{\"url\":\"z\"}],{\"url\":\"/a.css\",\"bytes\":7,\"more\":{\"url\":\"x\"}}]}");
  CHECK(request.method == "GET");
  CHECK(request.tells_deliveries);
  REQUIRE(request.deliveries.size() == 1);
  CHECK(request.deliveries[0] == LoggedDelivery{"/a.css", "", "", ""});
}

TEST_CASE("log reader: nothing is left of the line before") {
  LoggedRequest request;
  REQUIRE(read_line(
      "{\"time\":\"2026-11-22T16:34:05.678Z\",\"method\":\"GET\",\"target\":\"/\",\"status\":200,"
      "\"id\":\"1\",\"mode\":\"navigate\",\"pushed\":true,\"switched_off\":true,\"host\":\"a\",\"deliveries\":[{}]}",
      request));
  CHECK(request.deliveries.size() == 1);
  REQUIRE(read_line("192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET / HTTP/2\" 200 1", request));
  CHECK(request.host.empty());
  CHECK(request.mode.empty());
  CHECK(request.id.empty());
  CHECK_FALSE(request.pushed);
  CHECK_FALSE(request.switched_off);
  CHECK_FALSE(request.tells_deliveries);
  CHECK(request.deliveries.empty());
}

TEST_CASE("log reader: of broken lines nothing comes but an error, or a request with a target") {
  Texts texts;
  const std::string good[] = {
      "{\"time\":\"2026-11-22T16:34:05.678Z\",\"method\":\"GET\",\"target\":\"/\",\"status\":200,\"pushed\":false,"
      "\"deliveries\":[{\"url\":\"/a.css\",\"rule\":\"home\",\"how\":\"push\",\"reason\":\"sent\"}]}",
      "192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET / HTTP/2\" 200 1 \"-\" \"curl\" id=1 \"pushed\""};
  LoggedRequest request;
  for (int i = 0; i != 20'000; ++i) {
    std::string line = good[i % 2];
    for (std::size_t left = 1 + texts.below(3); left > 0 && !line.empty(); --left) {
      const std::size_t at = texts.below(line.size());
      switch (texts.below(3)) {
        case 0:
          line.replace(at, texts.below(5), texts.bytes());
          break;
        case 1:
          line.resize(at + 1);
          break;
        default:
          line.insert(at, line.substr(texts.below(line.size()), texts.below(20)));
      }
    }
    const auto result = read_line(line, request);
    REQUIRE((result ? !request.target.empty() : !result.error().message.empty()));
  }
}

TEST_CASE("log reader: what is wrong with a line") {
  const std::string good = "{\"time\":\"2026-11-22T16:34:05.678Z\",\"method\":\"GET\",\"target\":\"/\",\"status\":200}";
  CHECK(problem(good).empty());
  CHECK(problem("") == "neither JSON nor the combined format");
  CHECK(problem("2026-11-22 ERROR something else") == "neither JSON nor the combined format");
  CHECK(problem(good.substr(0, 30)) == "JSON that is broken off or misspelt");
  CHECK(problem("{\"method\":\"GET\",\"target\":\"/\"}") ==
        "JSON without a time, a method, a target and a status: no access log of outrider");
  CHECK(problem("{\"method\":5,\"target\":\"/\",\"status\":200}") ==
        "JSON with a number where something else is expected");
  CHECK(problem("{\"method\":\"GET\",\"target\":\"/\",\"status\":\"200\"}") ==
        "JSON with a text where none is expected");
  CHECK(problem("{\"method\":\"GET\",\"target\":\"/\",\"status\":2000}") == "JSON with a status above 999");
  CHECK(problem("{\"time\":\"today\"}") == "JSON with a time that is not written as 2026-11-22T16:34:05.678Z");
  CHECK(problem("1.2.3.4 - - [today] \"GET / HTTP/2\" 200 1") ==
        "a time that is not written as 22/Nov/2026:16:34:05 +0000");
  CHECK(problem("1.2.3.4 - - [22/Nov/2026:16:34:05 +0000] \"\\x16\\x03\" 400 1") ==
        "a request without method, target and protocol");
  CHECK(problem("1.2.3.4 - - [22/Nov/2026:16:34:05 +0000] \"GET - HTTP/2\" 200 1") ==
        "a request without method, target and protocol");
  CHECK(problem("1.2.3.4 - - [22/Nov/2026:16:34:05 +0000] \"GET / HTTP/2\" 20 1") ==
        "a status that is no number of three digits");
  CHECK(problem("1.2.3.4 - - [22/Nov/2026:16:34:05 +0000] \"GET / HTTP/2\\\" 200 1") ==
        "neither JSON nor the combined format");
}
