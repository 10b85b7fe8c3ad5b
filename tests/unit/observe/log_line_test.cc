// SPDX-License-Identifier: MIT
#include "observe/log_line.h"

#include <array>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace outrider;
using namespace outrider::observe;

namespace {

const std::array<push::DeliveryRecord, 3> deliveries{{
    {"/app.css", "home", push::How::push, push::Reason::sent},
    {"/app.js", "home", push::How::link, push::Reason::client_disabled_push},
    {"https://cdn.example", "application", push::How::link, push::Reason::cross_origin},
}};

push::RequestRecord example() {
  push::RequestRecord record;
  record.id = "0123456789abcdef";
  record.client = "192.0.2.7";
  record.peer = "10.0.0.1";
  record.method = "GET";
  record.host = "www.example.com";
  record.target = "/page?q=1";
  record.protocol = "HTTP/2";
  record.scheme = "https";
  record.mode = "navigate";
  record.user_agent = "curl/8.5";
  record.site = "*.example.com";
  // 2026-11-22 16:34:05.678 UTC
  record.begun = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'795'365'245'678));
  record.duration = std::chrono::microseconds(1234);
  record.status = 200;
  record.bytes_sent = 5120;
  record.deliveries = deliveries;
  return record;
}

std::string line(LogFormat format, const push::RequestRecord& record) {
  std::string out;
  append_line(out, format, record);
  return out;
}

}  // namespace

TEST_CASE("combined: Apache's fields, the id and the deliveries") {
  CHECK(line(LogFormat::combined, example()) ==
        "192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET /page?q=1 HTTP/2\" 200 5120 \"-\" \"curl/8.5\" "
        "id=0123456789abcdef \"push=1 early_hints=0 link=2\"\n");
}

TEST_CASE("combined: a push of ours is marked, and a request without a status has 000") {
  push::RequestRecord record = example();
  record.pushed = true;
  record.deliveries = {};
  record.status = 0;
  const std::string text = line(LogFormat::combined, record);
  CHECK(text.find("\" 000 5120 ") != std::string::npos);
  CHECK(text.find(" \"pushed\"\n") != std::string::npos);
}

TEST_CASE("combined: one request is one line with its quotes in place, whatever the client sends") {
  push::RequestRecord record = example();
  record.target = "/\" 200 0 \"-\"\n1.2.3.4 - - [x] \"GET / HTTP/1.1";
  record.user_agent = "a\r\nb\"";
  const std::string text = line(LogFormat::combined, record);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(text.find("\"GET /\\\" 200 0 \\\"-\\\"\\x0a1.2.3.4 - - [x] \\\"GET / HTTP/1.1 HTTP/2\" 200") !=
        std::string::npos);
  CHECK(text.find("\"a\\x0d\\x0ab\\\"\"") != std::string::npos);
}

TEST_CASE("json: every member, with its type") {
  push::RequestRecord record = example();
  record.early_hints = true;
  record.switched_off = true;
  record.upstream = "http://127.0.0.1:3000";
  record.error = "connect: refused";
  const auto json = nlohmann::json::parse(line(LogFormat::json, record));
  CHECK(json["time"] == "2026-11-22T16:34:05.678Z");
  CHECK(json["id"] == "0123456789abcdef");
  CHECK(json["client"] == "192.0.2.7");
  CHECK(json["peer"] == "10.0.0.1");
  CHECK(json["method"] == "GET");
  CHECK(json["host"] == "www.example.com");
  CHECK(json["target"] == "/page?q=1");
  CHECK(json["protocol"] == "HTTP/2");
  CHECK(json["scheme"] == "https");
  CHECK(json["mode"] == "navigate");
  CHECK(json["status"] == 200);
  CHECK(json["bytes"] == 5120);
  CHECK(json["duration_us"] == 1234);
  CHECK(json["referer"] == "");
  CHECK(json["user_agent"] == "curl/8.5");
  CHECK(json["site"] == "*.example.com");
  CHECK(json["upstream"] == "http://127.0.0.1:3000");
  CHECK(json["error"] == "connect: refused");
  CHECK(json["pushed"] == false);
  CHECK(json["reset"] == false);
  CHECK(json["early_hints"] == true);
  CHECK(json["switched_off"] == true);
  REQUIRE(json["deliveries"].size() == 3);
  CHECK(json["deliveries"][1] ==
        nlohmann::json{{"url", "/app.js"}, {"rule", "home"}, {"how", "link"}, {"reason", "client_disabled_push"}});
}

TEST_CASE("json: hostile bytes leave one valid line") {
  push::RequestRecord record = example();
  record.target = std::string_view("/\xff\"},{\"x\":\"\n\0", 13);
  record.user_agent = "\xc0\x80\\";
  const std::string text = line(LogFormat::json, record);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  const auto json = nlohmann::json::parse(text);
  CHECK(json["target"] == std::string("/\xef\xbf\xbd\"},{\"x\":\"\n\0", 15));
  CHECK_FALSE(json.contains("x"));
}

TEST_CASE("times before 1970 and at a full second are written rightly") {
  push::RequestRecord record = example();
  record.begun = std::chrono::system_clock::time_point(std::chrono::milliseconds(-1));
  CHECK(nlohmann::json::parse(line(LogFormat::json, record))["time"] == "1969-12-31T23:59:59.999Z");
  record.begun = std::chrono::system_clock::time_point();
  CHECK(nlohmann::json::parse(line(LogFormat::json, record))["time"] == "1970-01-01T00:00:00.000Z");
}
