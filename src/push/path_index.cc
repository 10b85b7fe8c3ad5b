// SPDX-License-Identifier: MIT
#include "push/path_index.h"

#include <algorithm>

namespace outrider::push {

PathIndex::PathIndex() = default;
PathIndex::~PathIndex() = default;
PathIndex::PathIndex(PathIndex&&) noexcept = default;
PathIndex& PathIndex::operator=(PathIndex&&) noexcept = default;

void PathIndex::add(const Pattern& pattern, PatternId id) {
  if (pattern.is_exact()) {
    exact_[pattern.text()].push_back(id);
    return;
  }
  if (!root_) root_ = std::make_unique<Node>();
  Node* node = root_.get();
  for (const Segment& segment : pattern.segments()) node = &node->child(segment);
  if (const Wildcard* tail = pattern.tail()) {
    node->tails.under(tail->suffix()).push_back({tail, id});
    return;
  }
  if (!pattern.last_segments().empty()) node = &node->behind_gap(pattern.last_segments().size());
  for (const Segment& segment : pattern.last_segments()) node = &node->child(segment);
  node->ends.push_back(id);
}

template <class T>
std::vector<T>& PathIndex::Filed<T>::under(std::string_view text) {
  if (std::find(lengths.begin(), lengths.end(), text.size()) == lengths.end()) lengths.push_back(text.size());
  return by_text[std::string(text)];
}

PathIndex::Node& PathIndex::Node::child(const Segment& segment) {
  const auto made = [](std::unique_ptr<Node>& node) -> Node& {
    if (!node) node = std::make_unique<Node>();
    return *node;
  };
  if (segment.type == Segment::Type::literal) return made(literals[segment.text]);
  if (segment.type == Segment::Type::capture) return made(capture);
  auto& same_prefix = globs.under(std::string_view(segment.text).substr(0, segment.text.find('*')));
  for (const Glob& glob : same_prefix) {
    if (glob.text == segment.text) return *glob.node;
  }
  return *same_prefix.emplace_back(Glob{segment.text, std::make_unique<Node>()}).node;
}

PathIndex::Node& PathIndex::Node::behind_gap(std::size_t segments) {
  for (const Gap& gap : gaps) {
    if (gap.segments == segments) return *gap.node;
  }
  return *gaps.emplace_back(Gap{segments, std::make_unique<Node>()}).node;
}

}  // namespace outrider::push
