// SPDX-License-Identifier: MIT
#include "http/admin_reply.h"

#include <atomic>
#include <string>
#include <utility>

namespace outrider::http {
namespace {

/// What all copies of one reply share.
class Ticket {
 public:
  Ticket(std::shared_ptr<AdminGate> gate, std::uint64_t request) : gate_(std::move(gate)), request_(request) {}
  ~Ticket() { use(admin_refusal(500, "the server found no answer; its log may say why")); }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  void use(AdminResponse response) {
    if (!used_.exchange(true)) gate_->pass(request_, std::move(response));
  }

 private:
  const std::shared_ptr<AdminGate> gate_;
  const std::uint64_t request_;
  std::atomic<bool> used_ = false;
};

}  // namespace

AdminGate::AdminGate(EventLoop& loop, Deliver deliver)
    : loop_(&loop), deliver_(std::make_shared<const Deliver>(std::move(deliver))) {}

void AdminGate::pass(std::uint64_t request, AdminResponse response) {
  const std::lock_guard lock(mutex_);
  if (loop_ == nullptr) return;
  loop_->post([deliver = deliver_, request, response = std::move(response)]() mutable {
    (*deliver)(request, std::move(response));
  });
}

void AdminGate::close() {
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
  deliver_.reset();
}

AdminReply make_admin_reply(std::shared_ptr<AdminGate> gate, std::uint64_t request) {
  return [ticket = std::make_shared<Ticket>(std::move(gate), request)](AdminResponse response) {
    ticket->use(std::move(response));
  };
}

AdminResponse admin_refusal(int status, const char* message) {
  return {status, "application/json", std::string("{\"error\": \"") + message + "\"}\n"};
}

}  // namespace outrider::http
