// SPDX-License-Identifier: MIT
// What each browser can use early, as data: read from a Lua file that operators can edit (script/clients_file.h), part
// of a generation. A client that no row names gets the safe way, Link alone. Immutable; any thread.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "push/hint.h"
#include "push/user_agent.h"

namespace outrider::push {

/// What a client can use ahead of the page.
struct Abilities {
  bool push = false;                                                 // where its connection takes pushes
  bool preload = false, module_preload = false, preconnect = false;  // in a 103
  bool denied = false;                                               // by the operator: Link alone

  bool early_hints() const { return preload || module_preload || preconnect; }
  /// In a 103, as far as it is the kind that matters.
  bool can_use_early(const Hint& hint) const;

  bool operator==(const Abilities&) const = default;
};

/// Versions `from` to `to`, both included; 0 is a version that is not known.
struct ClientRow {
  Family family = Family::other;
  int from = 0;
  int to = std::numeric_limits<int>::max();
  Abilities abilities;
  std::string source;  // where this is known from

  bool operator==(const ClientRow&) const = default;
};

class ClientTable {
 public:
  // A request is compared with every glob, in time proportional to its field and, where a glob repeats itself, to the
  // glob: these bounds keep that within what a rule may take, whatever the client sends and the operator writes.
  static constexpr std::size_t most_denied = 64;
  static constexpr std::size_t longest_glob = 64;          // bytes
  static constexpr std::size_t longest_user_agent = 1024;  // bytes; no browser's is that long

  ClientTable() = default;
  /// Of several rows that fit, the first counts. `denied`: globs of User-Agent fields, within the limits above.
  ClientTable(std::vector<ClientRow> rows, std::vector<std::string> denied);

  /// Of a client that no row has: none. Where there are globs, a `user_agent` that is longer than what they are
  /// compared with counts as denied.
  Abilities of(const Browser& browser, std::string_view user_agent) const;
  const std::vector<ClientRow>& rows() const { return rows_; }
  const std::vector<std::string>& denied() const { return denied_; }

  bool operator==(const ClientTable&) const = default;

 private:
  bool denies(std::string_view user_agent) const;

  std::vector<ClientRow> rows_;
  std::vector<std::string> denied_;
};

}  // namespace outrider::push
