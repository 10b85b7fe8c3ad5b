// SPDX-License-Identifier: MIT
#include "app/process/listener_keeper.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <set>

#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::app;

namespace {

ListenSpec spec(const std::string& address, std::size_t count = 1) {
  ListenSpec result;
  result.address = *Address::parse(address);
  result.count = count;
  return result;
}

UniqueFd connect_to(const Address& address) {
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd.get(), address.get(), address.length) != 0) fd.reset();
  return fd;
}

std::size_t accept_all(const std::vector<int>& fds) {
  std::size_t accepted = 0;
  for (const int fd : fds) {
    pollfd ready{fd, POLLIN, 0};
    while (::poll(&ready, 1, 50) == 1) {
      const UniqueFd connection(::accept(fd, nullptr, nullptr));
      if (connection) ++accepted;
    }
  }
  return accepted;
}

bool has_ipv6() {
  return ListenerKeeper().open(spec("[::1]:0")).has_value();
}

}  // namespace

TEST_CASE("a group of TCP sockets shares one port, and every connection lands in one of them") {
  ListenerKeeper keeper;
  const auto fds = keeper.open(spec("127.0.0.1:0", 3));
  REQUIRE(fds);
  REQUIRE(fds->size() == 3);
  std::set<std::uint16_t> ports;
  for (const int fd : *fds) ports.insert(bound_address(fd).port());
  REQUIRE(ports.size() == 1);
  CHECK(*ports.begin() != 0);
  for (int count = 0; count < 30; ++count) CHECK(connect_to(bound_address((*fds)[0])));
  CHECK(accept_all(*fds) == 30);
}

TEST_CASE("asking again gives the same sockets; their number grows and never shrinks") {
  ListenerKeeper keeper;
  const auto first = keeper.open(spec("127.0.0.1:0", 2));
  REQUIRE(first);
  const UniqueFd waiting = connect_to(bound_address((*first)[0]));
  CHECK(waiting);
  const auto fewer = keeper.open(spec("127.0.0.1:0", 1));
  REQUIRE(fewer);
  CHECK(*fewer == *first);
  const auto more = keeper.open(spec("127.0.0.1:0", 4));
  REQUIRE(more);
  CHECK(more->size() == 4);
  CHECK((*more)[0] == (*first)[0]);
  CHECK(bound_address((*more)[3]).port() == bound_address((*first)[0]).port());
  CHECK(accept_all(*more) == 1);
}

TEST_CASE("a port of somebody else is an error, although SO_REUSEPORT would join it") {
  ListenerKeeper somebody, keeper;
  const auto theirs = somebody.open(spec("127.0.0.1:0"));
  REQUIRE(theirs);
  const Address taken = bound_address((*theirs)[0]);
  const auto fds = keeper.open(spec(taken.text()));
  REQUIRE_FALSE(fds);
  CHECK(fds.error().message.find("cannot listen on " + taken.text() + ": address already in use; stop the server") ==
        0);

  SECTION("and can be tried again when it is free") {
    somebody.~ListenerKeeper();
    new (&somebody) ListenerKeeper;
    CHECK(keeper.open(spec(taken.text())));
  }
  SECTION("or replaced by any other where that was allowed, and then stays the same") {
    ListenSpec any = spec(taken.text(), 2);
    any.or_any_port = true;
    const auto replaced = keeper.open(any);
    REQUIRE(replaced);
    const auto port = bound_address((*replaced)[0]).port();
    CHECK(port != taken.port());
    CHECK(bound_address((*replaced)[1]).port() == port);
    CHECK(*keeper.open(any) == *replaced);
  }
}

TEST_CASE("a wildcard and an address beside it may share a port") {
  // Another process may have the port on another address; not each time.
  bool shared = false;
  for (int tries = 0; tries < 20 && !shared; ++tries) {
    ListenerKeeper keeper;
    const auto one = keeper.open(spec("127.0.0.1:0"));
    REQUIRE(one);
    shared = keeper.open(spec("0.0.0.0:" + std::to_string(bound_address((*one)[0]).port()))).has_value();
  }
  CHECK(shared);
}

TEST_CASE("[::] takes IPv4 too, unless it is told to leave it") {
  if (!has_ipv6()) return;
  ListenerKeeper keeper;
  ListenSpec dual = spec("[::]:0");
  const auto fds = keeper.open(dual);
  REQUIRE(fds);
  const std::string port = std::to_string(bound_address((*fds)[0]).port());
  CHECK(connect_to(*Address::parse("127.0.0.1:" + port)));

  ListenSpec six = spec("[::]:0");
  six.only_v6 = true;
  // Over IPv4 the port may be somebody else's; not each time.
  bool left_it = false;
  for (int tries = 0; tries < 20 && !left_it; ++tries) {
    ListenerKeeper second;
    const auto six_fds = second.open(six);
    REQUIRE(six_fds);
    const std::string six_port = std::to_string(bound_address((*six_fds)[0]).port());
    left_it = !connect_to(*Address::parse("127.0.0.1:" + six_port)) && second.open(spec("0.0.0.0:" + six_port));
  }
  CHECK(left_it);
}

TEST_CASE("an address that this machine does not have") {
  ListenerKeeper keeper;
  const auto fds = keeper.open(spec("198.51.100.6:0"));
  REQUIRE_FALSE(fds);
  CHECK(fds.error().message.find("this machine has no such address") != std::string::npos);
}

TEST_CASE("a unix socket has the mode asked for, and its file goes with the keeper") {
  const TemporaryFolder folder;
  const std::string path = folder.file("s");
  {
    ListenerKeeper keeper;
    ListenSpec wanted = spec("unix:" + path, 4);
    wanted.mode = 0640;
    const auto fds = keeper.open(wanted);
    REQUIRE(fds);
    CHECK(fds->size() == 1);
    CHECK(*keeper.open(wanted) == *fds);
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0640);
    CHECK(connect_to(wanted.address));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a unix socket that nobody listens on is replaced, a living one is not") {
  const TemporaryFolder folder;
  const Address address = *Address::parse("unix:" + folder.file("s"));
  {
    // What a server that was killed leaves.
    const UniqueFd dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    REQUIRE(::bind(dead.get(), address.get(), address.length) == 0);
  }
  ListenerKeeper keeper;
  REQUIRE(keeper.open(spec(address.text())));
  ListenerKeeper other;
  const auto fds = other.open(spec(address.text()));
  REQUIRE_FALSE(fds);
  CHECK(fds.error().message.find("address already in use, a server answers there") != std::string::npos);
  CHECK(connect_to(address));
}

TEST_CASE("a file that is no socket is left alone") {
  const TemporaryFolder folder;
  write_file(folder.file("s"), "precious");
  ListenerKeeper keeper;
  const auto fds = keeper.open(spec("unix:" + folder.file("s")));
  REQUIRE_FALSE(fds);
  CHECK(fds.error().message.find("no socket") != std::string::npos);
  CHECK(read_file(folder.file("s")) == "precious");
}

TEST_CASE("a socket file that somebody replaced is not removed") {
  const TemporaryFolder folder;
  const std::string path = folder.file("s");
  {
    ListenerKeeper keeper;
    REQUIRE(keeper.open(spec("unix:" + path)));
    std::filesystem::remove(path);
    write_file(path, "theirs");
  }
  CHECK(read_file(path) == "theirs");
}

TEST_CASE("unknown owners, groups and directories are named, and nothing is left behind") {
  const TemporaryFolder folder;
  ListenerKeeper keeper;
  ListenSpec wanted = spec("unix:" + folder.file("s"));
  wanted.group = "no-such-group";
  CHECK(keeper.open(wanted).error().message.find("there is no group \"no-such-group\"") != std::string::npos);
  wanted.group.clear();
  wanted.owner = "no-such-user";
  CHECK(keeper.open(wanted).error().message.find("there is no user \"no-such-user\"") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.file("s")));
  CHECK(keeper.open(spec("unix:" + folder.file("missing/s"))).error().message.find("its directory does not exist") !=
        std::string::npos);
}

TEST_CASE("a request for a socket survives the line, and a broken one is refused") {
  ListenSpec wanted = spec("[::1]:8443", 12);
  wanted.only_v6 = true;
  wanted.mode = 0600;
  wanted.owner = "www-data";
  wanted.ordinal = 3;
  const auto read = ListenSpec::decode(wanted.encode());
  REQUIRE(read);
  CHECK(read->address.text() == "[::1]:8443");
  CHECK(read->count == 12);
  CHECK(read->only_v6);
  CHECK_FALSE(read->or_any_port);
  CHECK(read->mode == 0600u);
  CHECK(read->owner == "www-data");
  CHECK(read->group.empty());
  CHECK(read->ordinal == 3);
  CHECK_FALSE(ListenSpec::decode(spec("unix:/run/x.sock").encode())->mode);

  CHECK_FALSE(ListenSpec::decode(""));
  CHECK_FALSE(ListenSpec::decode("127.0.0.1:80"));
  CHECK_FALSE(ListenSpec::decode(std::string("127.0.0.1:80\0x\0000\0000\0\0\0", 22)));
}

TEST_CASE("a listener that is forgotten refuses connections, and can be opened again") {
  const TemporaryFolder folder;
  ListenerKeeper keeper;
  const auto fds = keeper.open(spec("127.0.0.1:0", 2));
  REQUIRE(fds);
  const Address address = bound_address((*fds)[0]);
  const ListenSpec file = spec("unix:" + folder.file("s"));
  REQUIRE(keeper.open(file));
  keeper.forget(spec("127.0.0.1:1"));  // nobody's
  keeper.forget(spec("127.0.0.1:0"));
  CHECK_FALSE(connect_to(address));
  CHECK(connect_to(file.address));
  keeper.forget(file);
  CHECK_FALSE(std::filesystem::exists(folder.file("s")));
  CHECK(keeper.open(spec(address.text())));
  CHECK(keeper.open(file));
}

TEST_CASE("a forgotten unix socket whose file somebody replaced leaves theirs alone") {
  const TemporaryFolder folder;
  ListenerKeeper keeper;
  REQUIRE(keeper.open(spec("unix:" + folder.file("s"))));
  std::filesystem::remove(folder.file("s"));
  write_file(folder.file("s"), "theirs");
  keeper.forget(spec("unix:" + folder.file("s")));
  CHECK(read_file(folder.file("s")) == "theirs");
}

TEST_CASE("what is not retained is forgotten") {
  ListenerKeeper keeper;
  const auto first = keeper.open(spec("127.0.0.1:0"));
  ListenSpec other = spec("127.0.0.1:0");
  other.ordinal = 1;
  const auto second = keeper.open(other);
  REQUIRE(first);
  REQUIRE(second);
  const Address gone = bound_address((*first)[0]);
  keeper.retain([&](const std::string& key) { return key == other.key(); });
  CHECK_FALSE(connect_to(gone));
  CHECK(connect_to(bound_address((*second)[0])));
}

TEST_CASE("a unix socket whose mode was changed in the configuration keeps its connections") {
  const TemporaryFolder folder;
  ListenerKeeper keeper;
  ListenSpec wanted = spec("unix:" + folder.file("s"));
  wanted.mode = 0600;
  const auto fds = keeper.open(wanted);
  REQUIRE(fds);
  wanted.mode = 0666;
  CHECK(*keeper.open(wanted) == *fds);
  struct stat status {};
  REQUIRE(::stat(folder.file("s").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0666);
  wanted.group = "no-such-group";
  CHECK_FALSE(keeper.open(wanted));
}

TEST_CASE("[::] takes IPv4 over from a listener that the configuration no longer has") {
  if (!has_ipv6()) return;
  ListenerKeeper keeper;
  ListenSpec six = spec("[::]:0", 2);
  six.only_v6 = true;
  const auto only = keeper.open(six);
  REQUIRE(only);
  REQUIRE(only->size() == 2);
  const Address four = *Address::parse("127.0.0.1:" + std::to_string(bound_address((*only)[0]).port()));
  CHECK_FALSE(connect_to(four));
  six.only_v6 = false;
  const auto both = keeper.open(six);
  REQUIRE(both);
  CHECK(both->size() == 4);
  CHECK(connect_to(four));
  CHECK(keeper.open(six)->size() == 4);
}

TEST_CASE("a passed socket serves the address that it is bound to, alone") {
  ListenerKeeper keeper;
  auto passed = open_tcp(*Address::parse("127.0.0.1:0"), false, false);
  REQUIRE(passed);
  const int fd = passed->get();
  const Address address = bound_address(fd);
  keeper.add_passed(std::move(*passed));
  CHECK(keeper.unasked() == std::vector<std::string>{address.text()});
  const auto fds = keeper.open(spec(address.text(), 8));
  REQUIRE(fds);
  CHECK(*fds == std::vector<int>{fd});
  CHECK(keeper.unasked().empty());

  SECTION("it stays when it is forgotten, because nobody else could open it again") {
    keeper.forget(spec(address.text()));
    CHECK(keeper.unasked().size() == 1);
    CHECK(*keeper.open(spec(address.text())) == std::vector<int>{fd});
  }
  SECTION("an address beside it on the same port is told where the trouble is") {
    const auto beside = keeper.open(spec("0.0.0.0:" + std::to_string(address.port())));
    REQUIRE_FALSE(beside);
    CHECK(beside.error().message.find("the service manager passed a socket for " + address.text()) !=
          std::string::npos);
  }
}

TEST_CASE("the file of a passed unix socket is not ours to remove or to change") {
  const TemporaryFolder folder;
  ListenSpec wanted = spec("unix:" + folder.file("s"));
  wanted.mode = 0600;
  auto passed = open_unix(wanted);
  REQUIRE(passed);
  {
    ListenerKeeper keeper;
    keeper.add_passed(std::move(*passed));
    wanted.mode = 0666;
    CHECK(keeper.open(wanted)->size() == 1);
    keeper.forget(wanted);
  }
  struct stat status {};
  REQUIRE(::stat(folder.file("s").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
}

TEST_CASE("another keeper goes on with what one describes") {
  const TemporaryFolder folder;
  const ListenSpec file = spec("unix:" + folder.file("s"));
  ListenerKeeper second;
  std::vector<int> held;
  std::uint16_t port = 0;
  {
    static auto* const first = new ListenerKeeper;  // like an image that is replaced: never destroyed
    ListenSpec tcp = spec("127.0.0.1:0", 2);
    REQUIRE(first->open(tcp));
    REQUIRE(first->open(file));
    for (HeldListener listener : first->describe()) {
      for (int& fd : listener.fds) held.push_back(fd = ::dup(fd));
      second.adopt(listener);
    }
    port = bound_address(held[0]).port();
    for (const HeldListener& listener : first->describe()) {
      for (const int fd : listener.fds) ::close(fd);
    }
  }
  const auto fds = second.open(spec("127.0.0.1:0", 2));
  REQUIRE(fds);
  CHECK(*fds == std::vector<int>{held[0], held[1]});
  CHECK(bound_address((*fds)[1]).port() == port);
  CHECK(*second.open(file) == std::vector<int>{held[2]});
  second.forget(file);
  CHECK_FALSE(std::filesystem::exists(folder.file("s")));
}
