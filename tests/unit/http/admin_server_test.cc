// SPDX-License-Identifier: MIT
// The admin plane over real sockets: answers now, later and never, who is let in, and clients that misbehave.
#include "http/admin_server.h"

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "http/admin_peer.h"
#include "unit/http/admin_client.h"
#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::http;
using namespace outrider::http::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

const std::string token = "correct horse";

struct Asked {
  AdminRequest request;
  AdminReply reply;
};

/// Keeps what was asked, for a thread that answers later.
class Questions {
 public:
  void put(AdminRequest request, AdminReply reply) {
    const std::lock_guard lock(mutex_);
    asked_.push_back({std::move(request), std::move(reply)});
    changed_.notify_all();
  }
  Asked take() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, 5s, [&] { return !asked_.empty(); }));
    Asked first = std::move(asked_.front());
    asked_.erase(asked_.begin());
    return first;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Asked> asked_;
};

AdminServer::Answer echo() {
  return [](const AdminRequest& request, const AdminReply& reply) {
    reply({200, "text/plain",
           request.method + " " + request.path + " ?" + request.query + " [" + request.body + "] " +
               request.content_type + " by " + request.who + "\n"});
  };
}

struct World {
  explicit World(AdminServer::Answer answer = echo(), AdminLimits limits = {}, const std::string& bearer = token) {
    ::signal(SIGPIPE, SIG_IGN);  // as the server's main does
    std::vector<UniqueFd> listening;
    listening.push_back(listen_at("unix:" + folder.file("admin.sock")));
    listening.push_back(listen_at("127.0.0.1:0"));
    local = address_of(listening[0]);
    tcp = address_of(listening[1]);
    server = std::make_unique<AdminServer>(std::move(listening), bearer, std::move(answer), limits);
  }

  static std::string ask(const Address& where, const std::string& bytes) {
    Client client(where);
    client.send(bytes);
    return client.read_all();
  }

  const TemporaryFolder folder;
  Address local, tcp;
  std::unique_ptr<AdminServer> server;
};

AdminServer::Answer into(Questions& questions) {
  return [&questions](AdminRequest request, AdminReply reply) { questions.put(std::move(request), std::move(reply)); };
}

std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.0\r\n" + fields + "\r\n";
}

std::string post(const std::string& target, const std::string& body, const std::string& fields = "") {
  return "POST " + target + " HTTP/1.0\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

}  // namespace

TEST_CASE("admin: a request arrives whole, with who asks, and is answered at once") {
  World world;
  const passwd* me = getpwuid(getuid());
  const std::string who =
      (me ? std::string(me->pw_name) : "uid " + std::to_string(getuid())) + " (pid " + std::to_string(getpid()) + ")";
  const auto answer = World::ask(
      world.local, post("/v1/reload?dry=1", "{\"a\": 1}", "Content-Type: Application/JSON; charset=utf-8\r\n"));
  CHECK_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n") && Contains("content-type: text/plain") &&
                         Contains("cache-control: no-store") &&
                         EndsWith("\r\n\r\nPOST /v1/reload ?dry=1 [{\"a\": 1}] application/json by " + who + "\n"));
  CHECK_THAT(World::ask(world.local, get("/v1/status")), EndsWith("\r\n\r\nGET /v1/status ? []  by " + who + "\n"));
}

TEST_CASE("admin: HTTP/1.1, several requests on a connection, HEAD without a body") {
  World world;
  Client client(world.local);
  client.send("GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK_THAT(client.read_until("GET /one"), StartsWith("HTTP/1.1 200"));
  client.send("HEAD /two HTTP/1.1\r\nHost: localhost\r\n\r\nGET /three HTTP/1.0\r\n\r\n");
  const auto answers = client.read_all();
  CHECK_THAT(answers, !Contains("HEAD /two") && EndsWith(")\n") && Contains("GET /three"));
}

TEST_CASE("admin: an answer may come later from another thread") {
  Questions questions;
  World world(into(questions));
  Client client(world.local);
  client.send(get("/v1/reload"));
  auto asked = questions.take();
  std::thread other([&asked] { asked.reply({409, "application/json", "{}"}); });
  other.join();
  const auto begin = std::chrono::steady_clock::now();
  CHECK_THAT(client.read_all(), StartsWith("HTTP/1.1 409 Conflict") && EndsWith("\r\n\r\n{}"));
  CHECK(std::chrono::steady_clock::now() - begin < 900ms);  // not at the next tick
  asked.reply({200, "application/json", "a second answer is dropped"});
}

TEST_CASE("admin: of two requests the first may be answered last") {
  Questions questions;
  World world(into(questions));
  Client first(world.local), second(world.local);
  first.send(get("/first"));
  auto asked_first = questions.take();
  second.send(get("/second"));
  auto asked_second = questions.take();
  CHECK(asked_first.request.path == "/first");
  asked_second.reply({200, "text/plain", "for the second"});
  CHECK_THAT(second.read_all(), EndsWith("for the second"));
  asked_first.reply({200, "text/plain", "for the first"});
  CHECK_THAT(first.read_all(), EndsWith("for the first"));
}

TEST_CASE("admin: an answer for a client that has gone is dropped, and its place is free at once") {
  Questions questions;
  World world(into(questions), {.connections = 1, .idle = 200ms});
  Client client(world.local);
  client.send(get("/gone"));
  auto asked = questions.take();
  client.close();
  Client next(world.local);  // gets in when the server has noticed
  next.send(get("/next"));
  auto asked_next = questions.take();
  asked.reply({200, "text/plain", "too late"});
  asked_next.reply({200, "text/plain", "in time"});
  CHECK_THAT(next.read_all(), EndsWith("in time"));
}

TEST_CASE("admin: a client that has said its last word still gets its answer") {
  Questions questions;
  World world(into(questions), {.idle = 100ms});
  for (const Address& where : {world.local, world.tcp}) {
    Client client(where);
    client.send(get("/half", "Authorization: Bearer " + token + "\r\n"));
    client.shut_writing();
    auto asked = questions.take();
    std::this_thread::sleep_for(150ms);
    asked.reply({200, "text/plain", "here"});
    CHECK_THAT(client.read_all(), EndsWith("here"));
  }
}

TEST_CASE("admin: the server's end answers who waits with 503; replies that come later do nothing") {
  Questions questions;
  std::optional<Asked> asked;
  std::string answer;
  {
    World world(into(questions));
    Client waiting(world.local), idle(world.local), half(world.tcp);
    half.send("GET / HT");
    waiting.send("GET /v1/reload HTTP/1.1\r\nHost: localhost\r\n\r\n");
    asked = questions.take();
    world.server.reset();
    CHECK_THAT(waiting.read_all(), StartsWith("HTTP/1.1 503 ") && Contains("Connection: close") &&
                                       EndsWith("{\"error\": \"the server is ending\"}\n"));
    CHECK(idle.closed_within(5s));
    CHECK(half.closed_within(5s));
  }
  asked->reply({200, "text/plain", "too late"});
}

TEST_CASE("admin: replies from many threads while the server ends") {
  for (int round = 0; round < 10; ++round) {
    Questions questions;
    World world(into(questions));
    std::vector<std::unique_ptr<Client>> clients;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      clients.push_back(std::make_unique<Client>(world.local));
      clients.back()->send(get("/"));
      threads.emplace_back([asked = questions.take()] { asked.reply({200, "text/plain", "answer"}); });
    }
    world.server.reset();
    for (std::thread& thread : threads) thread.join();
    for (const auto& client : clients) CHECK_THAT(client->read_all(), StartsWith("HTTP/1.1 "));
  }
}

TEST_CASE("admin: a reply that nobody used, and an answer that throws, are a 500") {
  World dropping([](const AdminRequest&, const AdminReply&) {});
  CHECK_THAT(World::ask(dropping.local, get("/")), StartsWith("HTTP/1.1 500 ") && Contains("\"error\""));
  World throwing([](const AdminRequest&, const AdminReply&) { throw std::runtime_error("out of luck"); });
  CHECK_THAT(World::ask(throwing.local, get("/")), StartsWith("HTTP/1.1 500 "));
}

TEST_CASE("admin: over TCP the token decides, on a unix socket it does not matter") {
  World world;
  const auto with = [&](const std::string& fields) { return World::ask(world.tcp, get("/", fields)); };
  CHECK_THAT(with("Authorization: Bearer " + token + "\r\n"),
             StartsWith("HTTP/1.1 200 ") && EndsWith("by 127.0.0.1\n"));
  CHECK_THAT(with("authorization: bearer " + token + "\r\n"), StartsWith("HTTP/1.1 200 "));
  CHECK_THAT(with(""), StartsWith("HTTP/1.1 401 Unauthorized\r\n") && Contains("www-authenticate: Bearer\r\n") &&
                           Contains("\"error\""));
  for (const char* wrong : {"Bearer wrong", "Bearer correct hors", "Bearer correct horsf", "Bearer correct horse2",
                            "Bearer ", "Bearer", "Basic correct horse", "correct horse"}) {
    CHECK_THAT(with("Authorization: " + std::string(wrong) + "\r\n"),
               StartsWith("HTTP/1.1 401 ") && Contains("www-authenticate: Bearer error=\"invalid_token\""));
  }
  CHECK_THAT(World::ask(world.local, get("/", "Authorization: Bearer wrong\r\n")), StartsWith("HTTP/1.1 200 "));
}

TEST_CASE("admin: without a token nobody is let in over TCP") {
  World world(echo(), {}, "");
  for (const char* fields : {"", "Authorization: Bearer \r\n", "Authorization: Bearer x\r\n"}) {
    CHECK_THAT(World::ask(world.tcp, get("/", fields)), StartsWith("HTTP/1.1 401 ") && Contains("no admin token"));
  }
  CHECK_THAT(World::ask(world.local, get("/")), StartsWith("HTTP/1.1 200 "));
}

TEST_CASE("admin: what a web page makes a browser send is refused, whoever it is") {
  World world;
  CHECK_THAT(World::ask(world.local, post("/v1/off", "{}", "Origin: https://evil.example\r\n")),
             StartsWith("HTTP/1.1 403 Forbidden") && Contains("Origin"));
  CHECK_THAT(World::ask(world.tcp, get("/", "Origin: null\r\nAuthorization: Bearer " + token + "\r\n")),
             StartsWith("HTTP/1.1 403 "));
}

TEST_CASE("admin: bodies end at 1 MiB, HTTP/2 and garbage are refused") {
  World world;
  const auto big = World::ask(world.local, post("/", std::string(1 << 20, 'x')));
  CHECK_THAT(big, StartsWith("HTTP/1.1 200 "));
  Client client(world.local);
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n");
  CHECK_THAT(client.read_all(), StartsWith("HTTP/1.1 413 "));
  CHECK_THAT(World::ask(world.local, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  CHECK_THAT(World::ask(world.local, "hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  CHECK_THAT(World::ask(world.local, "GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_CASE("admin: who sends nothing, or a request byte by byte, or takes no answer, is cut off") {
  World world(
      [](const AdminRequest&, const AdminReply& reply) {
        reply({200, "text/plain", std::string(8 << 20, 'x')});
      },
      {.idle = 200ms});
  Client silent(world.local), slow(world.local), deaf(world.local);
  deaf.send(get("/"));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) {
    slow.send("G");
    std::this_thread::sleep_for(30ms);
  }
  CHECK(silent.closed_within(5s));
  CHECK(slow.closed_within(5s));
  CHECK(std::chrono::steady_clock::now() - begin >= 190ms);
  std::this_thread::sleep_for(400ms);
  CHECK(deaf.read_all().size() < (8u << 20));
}

TEST_CASE("admin: clients beyond the limit wait for a place; TCP takes its share alone") {
  World world(echo(), {.connections = 4, .tcp_connections = 2});
  std::vector<std::unique_ptr<Client>> strangers;
  for (int i = 0; i < 6; ++i) strangers.push_back(std::make_unique<Client>(world.tcp));
  CHECK_THAT(World::ask(world.local, get("/")), StartsWith("HTTP/1.1 200 "));
  strangers.back()->send(get("/", "Authorization: Bearer " + token + "\r\n"));
  CHECK_FALSE(strangers.back()->closed_within(100ms));
  for (int i = 0; i < 5; ++i) strangers[static_cast<std::size_t>(i)]->close();
  CHECK_THAT(strangers.back()->read_all(), StartsWith("HTTP/1.1 200 "));
}

TEST_CASE("admin: tokens are compared whole") {
  CHECK(carries_token("Bearer abc", "abc"));
  CHECK(carries_token("BEARER  abc ", "abc"));
  CHECK_FALSE(carries_token("Bearer abd", "abc"));
  CHECK_FALSE(carries_token("Bearer ab", "abc"));
  CHECK_FALSE(carries_token("Bearer abcd", "abc"));
  CHECK_FALSE(carries_token("Bearerabc", "abc"));
  CHECK_FALSE(carries_token("Bearer ", ""));
  CHECK_FALSE(carries_token("", ""));
}
