// SPDX-License-Identifier: MIT
// Which patterns can match a path, without trying them all: a hash for exact paths and a trie of segments for the rest.
// In each node of the trie the globs are filed by what they begin with, the segments behind a gap ("**/cart/{id}") in a
// trie of their own, which is entered where as many segments are left, and the tails by what they end with. What has to
// be tried one by one: globs that begin with a wildcard and stand side by side in one node, and tails that both begin
// and end with one ("**/img/**"). Immutable once built; a lookup neither allocates nor writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "push/pattern.h"

namespace outrider::push {

/// A pattern, by its rule's position in the set and its own in Rule::paths.
struct PatternId {
  std::uint32_t rule = 0;
  std::uint32_t path = 0;

  auto operator<=>(const PatternId&) const = default;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// A map whose lookups need no std::string.
template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

class PathIndex {
 public:
  PathIndex();
  ~PathIndex();
  PathIndex(PathIndex&&) noexcept;
  PathIndex& operator=(PathIndex&&) noexcept;

  /// `pattern` must outlive the index.
  void add(const Pattern& pattern, PatternId id);
  /// For what matches every path.
  void add_everywhere(PatternId id) { everywhere_.push_back(id); }

  /// Calls `found(PatternId)` for each pattern that matches, in no particular order.
  template <class Found>
  void find(std::string_view path, const Found& found) const {
    for (PatternId id : everywhere_) found(id);
    if (path.empty() || path.front() != '/') return;
    if (const auto exact = exact_.find(path); exact != exact_.end()) {
      for (PatternId id : exact->second) found(id);
    }
    if (root_) visit(*root_, path.substr(1), false, found);
  }

 private:
  struct Tail {
    const Wildcard* wildcard;
    PatternId id;
  };

  /// Things filed under texts of several lengths: all of them whose text a given one begins or ends with are found by
  /// one look-up for each length that occurs.
  template <class T>
  struct Filed {
    std::vector<std::size_t> lengths;
    TextMap<std::vector<T>> by_text;

    std::vector<T>& under(std::string_view text);
  };

  struct Node;

  struct Glob {
    std::string text;
    std::unique_ptr<Node> node;
  };

  struct Gap {
    std::size_t segments;  // that follow it
    std::unique_ptr<Node> node;
  };

  struct Node {
    TextMap<std::unique_ptr<Node>> literals;
    Filed<Glob> globs;  // by prefix
    std::unique_ptr<Node> capture;
    std::vector<Gap> gaps;
    std::vector<PatternId> ends;
    Filed<Tail> tails;  // by suffix

    Node& child(const Segment& segment);
    Node& behind_gap(std::size_t segments);
  };

  /// `rest` is what follows the node's slash; `done` says that the last segment has been taken. The recursion is as
  /// deep as the longest pattern's head, whatever the path.
  template <class Found>
  static void visit(const Node& node, std::string_view rest, bool done, const Found& found) {
    if (done) {
      for (PatternId id : node.ends) found(id);
      return;
    }
    visit_wild(node, rest, found);
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    const std::string_view behind = last ? std::string_view() : rest.substr(slash + 1);
    if (!node.literals.empty()) {
      if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
        visit(*literal->second, behind, last, found);
      }
    }
    for (std::size_t length : node.globs.lengths) {
      if (length > segment.size()) continue;
      const auto globs = node.globs.by_text.find(segment.substr(0, length));
      if (globs == node.globs.by_text.end()) continue;
      for (const Glob& glob : globs->second) {
        if (glob_matches(glob.text, segment)) visit(*glob.node, behind, last, found);
      }
    }
    if (node.capture && !segment.empty()) visit(*node.capture, behind, last, found);
  }

  /// What crosses segments from here on.
  template <class Found>
  static void visit_wild(const Node& node, std::string_view rest, const Found& found) {
    for (const Gap& gap : node.gaps) {
      if (const auto end = last_of(rest, gap.segments)) visit(*gap.node, *end, false, found);
    }
    for (std::size_t length : node.tails.lengths) {
      if (length > rest.size()) continue;
      const auto tails = node.tails.by_text.find(rest.substr(rest.size() - length));
      if (tails == node.tails.by_text.end()) continue;
      for (const Tail& tail : tails->second) {
        if (tail.wildcard->matches(rest, nullptr)) found(tail.id);
      }
    }
  }

  std::vector<PatternId> everywhere_;
  TextMap<std::vector<PatternId>> exact_;
  std::unique_ptr<Node> root_;  // null where no pattern has a wildcard or a capture
};

}  // namespace outrider::push
