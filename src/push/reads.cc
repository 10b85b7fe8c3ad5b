// SPDX-License-Identifier: MIT
// The names go out in a Vary field: nothing gets in that is no field's name, and the list stays short whatever a rule
// asks for. It begins with room for what rules usually read, so that noting costs one allocation at most.
#include "push/reads.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace outrider::push {
namespace {

constexpr std::size_t usual_fields = 8;

/// Who the visitor is, or where: credentials, and what proxies and delivery networks call the client's address.
constexpr std::string_view personal_fields[] = {
    "authorization",
    "cf-connecting-ip",
    "cf-connecting-ipv6",
    "cf-pseudo-ipv4",
    "client-ip",
    "cloudfront-viewer-address",
    "cookie",
    "fastly-client-ip",
    "fly-client-ip",
    "forwarded",
    "forwarded-for",
    "proxy-authorization",
    "true-client-ip",
    "x-appengine-user-ip",
    "x-azure-clientip",
    "x-azure-socketip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-envoy-external-address",
    "x-forwarded",
    "x-forwarded-for",
    "x-original-forwarded-for",
    "x-originating-ip",
    "x-real-ip",
    "x-remote-addr",
    "x-remote-ip",
};
static_assert(std::is_sorted(std::begin(personal_fields), std::end(personal_fields)));

bool is_personal_field(std::string_view name) {
  return std::binary_search(std::begin(personal_fields), std::end(personal_fields), name);
}

/// A token in lower case (RFC 9110 5.6.2).
bool is_field_name(std::string_view name) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || others.find(c) != others.npos;
  });
}

}  // namespace

void Reads::field(std::string_view name) {
  if (std::binary_search(fields_.begin(), fields_.end(), name)) return;
  // What no request can have is the same for all; so is the host, by which every cache tells its responses apart.
  if (name == "host" || !is_field_name(name)) return;
  // "*" in Vary is not the field of that name (RFC 9110 12.5.5).
  if (is_personal_field(name) || name == "*" || name.size() > longest_name) return personal(name == "cookie" ? Personal::cookies : Personal::fields);
  insert(name);
}

void Reads::insert(std::string_view name) {
  const auto place = std::lower_bound(fields_.begin(), fields_.end(), name);
  if (place != fields_.end() && *place == name) return;
  if (fields_.size() >= most_fields) return personal(Personal::fields);
  const auto position = place - fields_.begin();
  if (fields_.empty()) fields_.reserve(usual_fields);
  fields_.emplace(fields_.begin() + position, name);
}

std::string_view Reads::personal_part() const {
  if (personal_ == 0) return {};  // nearly always, and asked for each rule of each request
  constexpr std::pair<Personal, std::string_view> parts[] = {
      {Personal::cookies, "cookies"},
      {Personal::address, "the client's address"},
      {Personal::country, "the client's country"},
      {Personal::browser, "which browser it is"},
      {Personal::assets, "what the client has"},
      {Personal::bucket, "the visitor's share"},
      {Personal::connection, "the connection"},
      {Personal::protocol, "the protocol"},
      {Personal::peer, "the address of the connection's other end"},
      {Personal::id, "the request's id"},
      {Personal::fields, "request fields that say who asks"},
  };
  const auto* part = std::find_if(std::begin(parts), std::end(parts), [&](const auto& each) { return has(each.first); });
  return part != std::end(parts) ? part->second : std::string_view();
}

void Reads::clear() {
  personal_ = 0;
  fields_.clear();
}

void Reads::merge(const Reads& other) {
  personal_ |= other.personal_;
  for (const std::string& name : other.fields_) insert(name);
}

void Reads::merge(Reads&& other) {
  if (fields_.empty()) fields_.swap(other.fields_);
  merge(static_cast<const Reads&>(other));
}

}  // namespace outrider::push
