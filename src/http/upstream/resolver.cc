// SPDX-License-Identifier: MIT
#include "http/upstream/resolver.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/fd.h"

namespace outrider::http::upstream {
namespace {

/// A burst of connections asks once; a name that moves is followed at once, as people expect.
constexpr std::chrono::seconds answers_last{2};

Addresses ask_system(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return failure(fmt::format("cannot resolve \"{}\": {}", host, ::gai_strerror(error)));
  std::vector<Address> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    addresses.push_back(Address::from(at->ai_addr, at->ai_addrlen));
  }
  ::freeaddrinfo(found);
  return addresses;
}

}  // namespace

/// Shared with the threads that look names up.
struct Resolver::Mailbox {
  UniqueFd event{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  std::mutex mutex;
  std::vector<std::pair<std::string, Addresses>> answers;  // guarded by mutex

  void post(std::string key, Addresses answer) {
    {
      const std::lock_guard lock(mutex);
      answers.emplace_back(std::move(key), std::move(answer));
    }
    const std::uint64_t one = 1;
    CHECK(::write(event.get(), &one, sizeof(one)) == sizeof(one));
  }
};

Resolver::Question::~Question() {
  if (!answered_) resolver_.names_.at(name_).waiting.remove(this);
}

Resolver::Resolver(h2o_loop_t* loop) : mailbox_(std::make_shared<Mailbox>()) {
  const int fd = ::fcntl(mailbox_->event.get(), F_DUPFD_CLOEXEC, 0);
  CHECK(fd >= 0);
  wake_ = h2o_evloop_socket_create(loop, fd, H2O_SOCKET_FLAG_DONT_READ);
  wake_->data = this;
  h2o_socket_read_start(wake_, [](h2o_socket_t* socket, const char*) {
    std::uint64_t count;
    while (::read(h2o_socket_get_fd(socket), &count, sizeof(count)) > 0) {
    }
    static_cast<Resolver*>(socket->data)->deliver();
  });
}

Resolver::~Resolver() {
  h2o_socket_close(wake_);
}

std::unique_ptr<Resolver::Question> Resolver::ask(const std::string& host, std::uint16_t port, Done done) {
  const std::string key = fmt::format("{}:{}", host, port);
  std::unique_ptr<Question> question(new Question(*this, key, std::move(done)));
  Name& name = names_[key];
  name.waiting.push_back(question.get());
  if (name.under_way) return question;
  name.under_way = true;
  if (!name.known.empty() && std::chrono::steady_clock::now() < name.known_since + answers_last) {
    mailbox_->post(key, name.known);
  } else {
    look_up(key, host, port);
  }
  return question;
}

void Resolver::look_up(const std::string& key, const std::string& host, std::uint16_t port) {
  try {
    std::thread([mailbox = mailbox_, key, host, port] { mailbox->post(key, ask_system(host, port)); }).detach();
  } catch (const std::system_error& error) {
    mailbox_->post(key, failure(fmt::format("cannot resolve \"{}\": no thread for it: {}", host, error.what())));
  }
}

void Resolver::deliver() {
  std::vector<std::pair<std::string, Addresses>> answers;
  {
    const std::lock_guard lock(mailbox_->mutex);
    answers.swap(mailbox_->answers);
  }
  for (const auto& [key, answer] : answers) {
    Name& name = names_[key];
    name.under_way = false;
    // Answers from memory pass by here too: they must not grow old for ever.
    const SteadyTime now = std::chrono::steady_clock::now();
    if (answer && now >= name.known_since + answers_last) {
      name.known = *answer;
      name.known_since = now;
    }
    // A callback may destroy questions that wait behind its own, and ask new ones.
    for (std::size_t left = name.waiting.size(); left != 0 && !name.waiting.empty(); --left) {
      Question* question = name.waiting.front();
      name.waiting.pop_front();
      question->answered_ = true;
      const Done done = question->done_;
      done(answer);
    }
  }
  forget_old_names();
}

/// Configurations come and go, and their names with them.
void Resolver::forget_old_names() {
  const SteadyTime now = std::chrono::steady_clock::now();
  std::erase_if(names_, [&](const auto& entry) {
    const Name& name = entry.second;
    return name.waiting.empty() && !name.under_way && now >= name.known_since + answers_last;
  });
}

}  // namespace outrider::http::upstream
