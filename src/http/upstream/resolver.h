// SPDX-License-Identifier: MIT
// Names of upstream servers to addresses, without holding up the loop: the system's resolver runs on a thread for each
// name that is being looked up, and its answer comes back through an eventfd. What is under way can outlive the
// resolver (the system's call cannot be ended); it then finds a mailbox that nobody reads. The library's own resolver
// is not used: it answers all of the process on one thread, so that one dead name would hold up every other, and its
// thread would write to a context that may be gone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/h2o_api.h"

namespace outrider::http::upstream {

using Addresses = Result<std::vector<Address>>;

class Resolver {
 public:
  using Done = std::function<void(const Addresses&)>;

  /// A question that waits for its answer. Destroying it is to lose interest.
  class Question {
   public:
    ~Question();

   private:
    friend class Resolver;
    Question(Resolver& resolver, std::string name, Done done)
        : resolver_(resolver), name_(std::move(name)), done_(std::move(done)) {}
    Resolver& resolver_;
    const std::string name_;
    const Done done_;
    bool answered_ = false;
  };

  explicit Resolver(h2o_loop_t* loop);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Calls `done` later, on the loop's thread, unless the question is destroyed before. All addresses of the name, in
  /// the system's order; the Error says why there is none.
  std::unique_ptr<Question> ask(const std::string& host, std::uint16_t port, Done done);

 private:
  struct Mailbox;
  struct Name {
    std::list<Question*> waiting;
    std::vector<Address> known;  // the last answer, for a short while
    SteadyTime known_since{};
    bool under_way = false;
  };

  void look_up(const std::string& key, const std::string& host, std::uint16_t port);
  void deliver();
  void forget_old_names();

  h2o_socket_t* wake_ = nullptr;
  std::shared_ptr<Mailbox> mailbox_;
  std::map<std::string, Name> names_;
};

}  // namespace outrider::http::upstream
