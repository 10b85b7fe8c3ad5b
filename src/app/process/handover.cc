// SPDX-License-Identifier: MIT
#include "app/process/handover.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;
using Role = ServerProcess::Role;

/// JSON holds characters, and paths and memos are bytes: each byte becomes the character of that number.
std::string characters(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x80) {
      text += byte;
    } else {
      text += static_cast<char>(0xc0 | value >> 6);
      text += static_cast<char>(0x80 | (value & 0x3f));
    }
  }
  return text;
}

std::string bytes(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto value = static_cast<unsigned char>(text[at]);
    if (value < 0x80) {
      result += text[at];
      continue;
    }
    if ((value & 0xfc) != 0xc0 || at + 1 == text.size()) throw std::runtime_error("a text is not one of bytes");
    result += static_cast<char>((value & 0x03) << 6 | (static_cast<unsigned char>(text[++at]) & 0x3f));
  }
  return result;
}

Json json_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(characters(text));
  return list;
}

Json json_of(const HeldListener& listener) {
  return {{"key", characters(listener.key)},
          {"address", characters(listener.address.text())},
          {"passed", listener.passed},
          {"asked", listener.asked},
          {"fds", listener.fds},
          {"device", listener.device},
          {"inode", listener.inode}};
}

Json json_of(const Handover::Server& server) {
  return {{"pid", server.pid},
          {"role", ServerProcess::name_of(server.role)},
          {"ready", server.ready},
          {"line", server.line},
          {"notes", server.notes},
          {"shutdown_timeout_ms", server.shutdown_timeout.count()},
          {"listens", json_of(server.listens)}};
}

HeldListener listener_of(const Json& json) {
  HeldListener listener;
  listener.key = bytes(json.at("key"));
  auto address = Address::parse(bytes(json.at("address")));
  // A socket with an abstract name, which no configuration can ask for.
  if (!address && !json.at("passed").get<bool>()) throw std::runtime_error(address.error().message);
  if (address) listener.address = *address;
  listener.passed = json.at("passed");
  listener.asked = json.at("asked");
  listener.fds = json.at("fds").get<std::vector<int>>();
  if (listener.fds.empty() || *std::min_element(listener.fds.begin(), listener.fds.end()) < 0) {
    throw std::runtime_error("a listener without a socket");
  }
  listener.device = json.at("device");
  listener.inode = json.at("inode");
  return listener;
}

Handover::Server server_of(const Json& json) {
  Handover::Server server;
  server.pid = json.at("pid");
  if (server.pid <= 1) throw std::runtime_error("a pid that no child has");
  const auto role = ServerProcess::role_of(json.at("role").get<std::string>());
  if (!role) throw std::runtime_error("a server process of an unknown role");
  server.role = *role;
  server.ready = json.at("ready");
  server.line = json.at("line");
  server.notes = json.at("notes");
  server.shutdown_timeout = std::chrono::milliseconds(json.at("shutdown_timeout_ms").get<std::int64_t>());
  for (const Json& key : json.at("listens")) server.listens.push_back(bytes(key));
  return server;
}

Result<std::string> read_all(int fd) {
  std::string text;
  char buffer[4096];
  ssize_t size;
  off_t at = 0;
  while ((size = ::pread(fd, buffer, sizeof(buffer), at)) > 0) {
    text.append(buffer, static_cast<std::size_t>(size));
    at += size;
  }
  if (size < 0) return failure(std::strerror(errno));
  return text;
}

/// Errors: a descriptor that is not open, or named twice.
Result<void> secure(const std::vector<int>& descriptors) {
  std::set<int> seen;
  for (const int fd : descriptors) {
    if (!seen.insert(fd).second) return failure(fmt::format("descriptor {} is named twice", fd));
    if (fd <= STDERR_FILENO || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
      return failure(fmt::format("descriptor {} is not open", fd));
    }
  }
  return {};
}

}  // namespace

std::string Handover::encode() const {
  Json json{{"version", version},
            {"binary", characters(binary)},
            {"memo", characters(memo)},
            {"status", characters(status)},
            {"old_binary", old_binary}};
  json["listeners"] = Json::array();
  for (const HeldListener& listener : listeners) json["listeners"].push_back(json_of(listener));
  json["servers"] = Json::array();
  for (const Server& server : servers) json["servers"].push_back(json_of(server));
  return json.dump();
}

Result<Handover> Handover::decode(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    const int found = json.at("version");
    if (found != version) return failure(fmt::format("format {}, and this program reads {}", found, version));
    Handover handover;
    handover.binary = bytes(json.at("binary"));
    handover.memo = bytes(json.at("memo"));
    handover.status = bytes(json.at("status"));
    handover.old_binary = json.at("old_binary");
    for (const Json& listener : json.at("listeners")) handover.listeners.push_back(listener_of(listener));
    for (const Json& server : json.at("servers")) handover.servers.push_back(server_of(server));
    return handover;
  } catch (const std::exception& problem) {
    return failure(problem.what());
  }
}

std::vector<int> Handover::descriptors() const {
  std::vector<int> all;
  const auto add = [&](int fd) {
    if (fd >= 0) all.push_back(fd);
  };
  for (const HeldListener& listener : listeners) {
    for (const int fd : listener.fds) add(fd);
  }
  for (const Server& server : servers) {
    add(server.line);
    add(server.notes);
  }
  add(old_binary);
  return all;
}

Result<UniqueFd> Handover::write() const {
  UniqueFd fd(::memfd_create("outrider-handover", 0));
  const std::string text = encode();
  if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return failure(fmt::format("cannot write down what is held: {}", std::strerror(errno)));
  }
  return fd;
}

Result<std::optional<Handover>> Handover::take() {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const std::string value = text;
  ::unsetenv(variable);
  const auto unusable = [&](const std::string& why) {
    return failure(
        fmt::format("what the program before this one left in {}={} cannot be read: {}", variable, value, why));
  };
  int number = -1;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size() || number <= STDERR_FILENO) {
    return unusable("no number of a descriptor");
  }
  const auto written = read_all(number);
  if (!written) return unusable(written.error().message);
  const UniqueFd memory(number);
  auto handover = decode(*written);
  if (!handover) return unusable(handover.error().message);
  if (auto secured = secure(handover->descriptors()); !secured) return unusable(secured.error().message);
  return std::optional<Handover>(std::move(*handover));
}

}  // namespace outrider::app
