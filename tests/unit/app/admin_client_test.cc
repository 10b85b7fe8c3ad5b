// SPDX-License-Identifier: MIT
// The client of the admin plane against a real one, and against everything else that may be at an address.
#include "app/admin/admin_client.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "http/admin_server.h"
#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::app;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

struct Folder : TemporaryFolder {
  Address socket(const std::string& name = "admin.sock") const { return *Address::parse("unix:" + file(name)); }
};

struct Listening {
  explicit Listening(const Address& address) : fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    REQUIRE(::bind(fd.get(), address.get(), address.length) == 0);
    REQUIRE(::listen(fd.get(), 16) == 0);
    sockaddr_storage storage{};
    socklen_t length = sizeof(storage);
    REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&storage), &length) == 0);
    where = address.is_unix() ? address : Address::from(reinterpret_cast<sockaddr*>(&storage), length);
  }
  UniqueFd fd;
  Address where;
};

/// A server that takes one connection, reads a request's head and does what it is told.
class Strange {
 public:
  Strange(const Address& address, std::function<void(int)> act) : listening_(address) {
    thread_ = std::thread([this, act = std::move(act)] {
      const UniqueFd client(::accept(listening_.fd.get(), nullptr, nullptr));
      std::string request;
      char buffer[1024];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t size = ::read(client.get(), buffer, sizeof(buffer));
        if (size <= 0) return;
        request.append(buffer, static_cast<std::size_t>(size));
      }
      act(client.get());
    });
  }
  ~Strange() { thread_.join(); }
  Strange(const Strange&) = delete;
  Strange& operator=(const Strange&) = delete;

 private:
  Listening listening_;
  std::thread thread_;
};

void say(int fd, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t size = ::send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

/// The error of a GET.
std::string problem(const Address& where, std::chrono::milliseconds timeout = 5s) {
  const auto answer = ask_admin(where, "", "GET", "/v1/status", "", timeout);
  REQUIRE_FALSE(answer);
  CHECK_THAT(answer.error().message, StartsWith("the server at " + where.text() + " cannot be asked: "));
  return answer.error().message;
}

std::string problem_with(const std::function<void(int)>& act, std::chrono::milliseconds timeout = 5s) {
  const Folder folder;
  const Strange server(folder.socket(), act);
  return problem(folder.socket(), timeout);
}

}  // namespace

TEST_CASE("admin client: method, target, body and token reach the admin plane; any status is an answer") {
  ::signal(SIGPIPE, SIG_IGN);
  const Folder folder;
  Listening local(folder.socket()), tcp(*Address::parse("127.0.0.1:0"));
  std::vector<UniqueFd> listening;
  listening.push_back(std::move(local.fd));
  listening.push_back(std::move(tcp.fd));
  const http::AdminServer server(std::move(listening), "secret",
                                 [](const http::AdminRequest& request, const http::AdminReply& reply) {
                                   reply({request.path == "/missing" ? 404 : 200, "text/plain",
                                          request.method + " " + request.path + "?" + request.query + " " +
                                              request.content_type + " " + request.body});
                                 });
  const auto ask = [](const Address& where, const std::string& token, const std::string& method,
                      const std::string& target, const std::string& body = "") {
    const auto answer = ask_admin(where, token, method, target, body, 5s);
    INFO((answer ? "" : answer.error().message));
    REQUIRE(answer);
    return std::to_string(answer->status) + " " + answer->body;
  };
  CHECK(ask(local.where, "", "GET", "/v1/status?all=1") == "200 GET /v1/status?all=1  ");
  CHECK(ask(local.where, "", "POST", "/v1/reload", "{\"dry\": true}") ==
        "200 POST /v1/reload? application/json {\"dry\": true}");
  CHECK(ask(local.where, "", "POST", "/v1/reload") == "200 POST /v1/reload?  ");
  CHECK(ask(local.where, "", "GET", "/missing") == "404 GET /missing?  ");
  CHECK(ask(tcp.where, "secret", "GET", "/") == "200 GET /?  ");
  CHECK_THAT(ask(tcp.where, "wrong", "GET", "/"), StartsWith("401 {\"error\""));
  CHECK_THAT(ask(tcp.where, "", "GET", "/"), StartsWith("401 {\"error\""));
  const std::string big(900'000, 'x');
  CHECK(ask(local.where, "", "POST", "/", big) == "200 POST /? application/json " + big);
  CHECK_THAT(ask(local.where, "", "POST", "/", std::string(2 << 20, 'x')), StartsWith("413 "));
}

TEST_CASE("admin client: an address where nobody listens") {
  const Folder folder;
  CHECK_THAT(problem(folder.socket()), EndsWith("there is no such socket; is the server running?"));
  { const Listening left_behind(folder.socket("old.sock")); }
  CHECK_THAT(problem(folder.socket("old.sock")), EndsWith("nobody listens there; is the server running?"));
  const Address closed = Listening(*Address::parse("127.0.0.1:0")).where;
  CHECK_THAT(problem(closed), EndsWith("nobody listens there; is the server running?"));
}

TEST_CASE("admin client: no permission says whose the socket is, who asks and what to do") {
  const Folder folder;
  const Listening server(folder.socket());
  REQUIRE(chmod((folder.path / "admin.sock").c_str(), 0060) == 0);
  REQUIRE(chmod(folder.path.c_str(), 0755) == 0);
  const bool was_root = geteuid() == 0;
  if (was_root) REQUIRE(chown((folder.path / "admin.sock").c_str(), 0, 54321) == 0);  // nobody's group
  if (was_root) REQUIRE(seteuid(65534) == 0);
  const std::string denied = problem(folder.socket());
  if (was_root) REQUIRE(seteuid(0) == 0);
  CHECK_THAT(denied, Contains("permission denied: the socket belongs to ") &&
                         Contains(", its mode is 0060, and you are ") && Contains("become a member of the group ") &&
                         EndsWith("or ask as root"));
  if (was_root) CHECK_THAT(denied, Contains("belongs to root:gid 54321") && Contains("you are nobody;"));

  REQUIRE(chmod(folder.path.c_str(), was_root ? 0700 : 0600) == 0);
  if (was_root) REQUIRE(seteuid(65534) == 0);
  const std::string shut_out = problem(folder.socket());
  if (was_root) REQUIRE(seteuid(0) == 0);
  REQUIRE(chmod(folder.path.c_str(), 0700) == 0);
  CHECK_THAT(shut_out, Contains("permission denied: its folder " + folder.path.string() + " belongs to ") &&
                           !Contains("become a member"));
}

TEST_CASE("admin client: a server that does not answer in time, from the queue or after the request") {
  const auto begin = std::chrono::steady_clock::now();
  CHECK_THAT(problem_with([](int) { std::this_thread::sleep_for(300ms); }, 100ms),
             EndsWith("it did not answer within 0.1 s"));
  const Folder folder;
  const Listening never_accepts(folder.socket());
  CHECK_THAT(problem(folder.socket(), 100ms), EndsWith("it did not answer within 0.1 s"));
  REQUIRE(::listen(never_accepts.fd.get(), 0) == 0);
  std::vector<UniqueFd> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    static_cast<void>(::connect(waiting.back().get(), never_accepts.where.get(), never_accepts.where.length));
  }
  CHECK_THAT(problem(folder.socket(), 100ms), EndsWith("it did not answer within 0.1 s"));
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("admin client: answers that are cut off, endless or no HTTP") {
  CHECK_THAT(problem_with([](int) {}), EndsWith("closed the connection without an answer; its log may say why"));
  CHECK_THAT(problem_with([](int fd) { say(fd, "HTTP/1.1 200 OK\r\nContent-Le"); }), EndsWith("its answer broke off"));
  CHECK_THAT(problem_with([](int fd) { say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour"); }),
             EndsWith("its answer broke off after 4 of 10 bytes"));
  for (const std::string garbage : {"220 mail.example ESMTP\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.", "HTTP/1.1 20"}) {
    CHECK_THAT(
        problem_with([&](int fd) { say(fd, garbage); }),
        Contains("what listens there is no admin plane of outrider: its answer begins with \"" + garbage.substr(0, 7)));
  }
  CHECK_THAT(problem_with([](int fd) { say(fd, "HTTP/1.1 200 OK\r\n\r\n" + std::string(17 << 20, 'x')); }),
             EndsWith("its answer is longer than 16 MiB"));
}

TEST_CASE("admin client: heads that are odd but right, and bodies with any byte") {
  const auto answer_to = [](const std::string& text) {
    const Folder folder;
    const Strange server(folder.socket(), [&](int fd) { say(fd, text); });
    const auto answer = ask_admin(folder.socket(), "", "GET", "/", "", 5s);
    REQUIRE(answer);
    return *answer;
  };
  CHECK(answer_to("HTTP/1.0 204 No Content\r\n\r\n").body.empty());
  CHECK(answer_to("HTTP/1.1 200\r\nContent-Length:0\r\n\r\n").status == 200);
  const std::string bytes("a\0b\r\n\r\nc", 8);
  CHECK(answer_to("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n" + bytes).body == bytes);
}

TEST_CASE("admin client: a token with the end of a line in it is not sent") {
  const auto answer = ask_admin(*Address::parse("127.0.0.1:1"), "abc\r\nX: y", "GET", "/", "", 1s);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message == "the admin token holds a control byte or the end of a line");
}
