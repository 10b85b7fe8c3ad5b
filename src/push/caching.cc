// SPDX-License-Identifier: MIT
#include "push/caching.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <utility>

#include "base/text.h"
#include "push/http_date.h"
#include "push/structured_field.h"

namespace outrider::push {
namespace {

/// The argument without its quotes. One whose quotes do not end is as none: `private="x` is private altogether.
std::string_view unquoted(std::string_view argument) {
  if (argument.empty() || argument.front() != '"') return argument;
  if (argument.size() < 2 || argument.back() != '"') return {};
  return argument.substr(1, argument.size() - 2);
}

/// The first directive of the list, which is taken off it: name and argument.
std::pair<std::string_view, std::string_view> next_directive(std::string_view& list) {
  bool quoted = false;
  std::size_t end = 0;
  while (end != list.size() && (quoted || list[end] != ',')) {
    if (quoted && list[end] == '\\' && end + 1 != list.size()) {
      ++end;
    } else if (list[end] == '"') {
      quoted = !quoted;
    }
    ++end;
  }
  const std::string_view directive = trim(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  const auto equals = std::min(directive.find('='), directive.size());
  const std::string_view argument = trim(directive.substr(std::min(equals + 1, directive.size())));
  return {trim(directive.substr(0, equals)), unquoted(argument)};
}

/// Seconds; what is too large for the type is the largest (RFC 9111 1.2.2).
std::optional<std::uint32_t> seconds(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return {};
  std::uint32_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return UINT32_MAX;
  return value;
}

/// The first of several counts (RFC 9111 4.2.1).
void take_seconds(std::optional<std::uint32_t>& known, std::string_view argument) {
  if (!known) known = seconds(argument);
}

void take(CacheControl& control, std::string_view name, std::string_view argument) {
  if (equals_ignoring_case(name, "no-store")) control.no_store = true;
  if (equals_ignoring_case(name, "no-cache") && argument.empty()) control.no_cache = true;
  if (equals_ignoring_case(name, "private") && argument.empty()) control.is_private = true;
  if (equals_ignoring_case(name, "public")) control.is_public = true;
  if (equals_ignoring_case(name, "must-revalidate")) control.must_revalidate = true;
  if (equals_ignoring_case(name, "must-understand")) control.must_understand = true;
  if (equals_ignoring_case(name, "max-age")) take_seconds(control.max_age_s, argument);
  if (equals_ignoring_case(name, "s-maxage")) take_seconds(control.s_maxage_s, argument);
}

/// One member of the targeted field. A value of a type that its directive does not have is ignored (RFC 9213 2.1);
/// `?0` is the long way to say nothing.
void take_member(CacheControl& control, std::string_view key, const FieldItem& item) {
  if (item.type == FieldItem::Type::boolean) {
    if (item.boolean) take(control, key, {});
  } else if (item.type == FieldItem::Type::integer) {
    const bool counts_seconds = key == "max-age" || key == "s-maxage";
    if (item.integer >= 0 && counts_seconds) take(control, key, std::to_string(item.integer));
  }
}

/// Those that may be stored without a word about it (RFC 9110 15.1), and whose rules every cache knows.
bool cacheable_by_default(int status) {
  constexpr int statuses[] = {200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501};
  return std::find(std::begin(statuses), std::end(statuses), status) != std::end(statuses);
}

/// Whether any member of any Vary field is such a one.
template <class Predicate>
bool any_vary(Fields fields, const Predicate& predicate) {
  for (const Field& field : fields) {
    if (field.name != "vary") continue;
    const auto names = split(field.value, ',');
    if (std::any_of(names.begin(), names.end(), predicate)) return true;
  }
  return false;
}

/// RFC 9111 4.2.1; below 0 where it had expired when it was made.
std::chrono::seconds lifetime(Fields fields, std::chrono::sys_seconds now) {
  const CacheControl control = cache_control(fields);
  const bool never_again = any_vary(fields, [](std::string_view name) { return name == "*"; });  // RFC 9111 4.1
  if (control.no_store || control.no_cache || never_again) return {};
  if (control.max_age_s) return std::chrono::seconds(*control.max_age_s);
  const std::chrono::sys_seconds date = http_date(trim(first_value(fields, "date"))).value_or(now);
  const std::string_view expires = first_value(fields, "expires");
  // What is no date says that it has expired (RFC 9111 5.3): `0` is usual.
  if (expires.data() != nullptr) return http_date(trim(expires)).value_or(date) - date;
  const auto modified = http_date(trim(first_value(fields, "last-modified")));
  return modified && !control.must_revalidate ? (date - *modified) / 10 : std::chrono::seconds();
}

bool is_among(std::string_view name, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view each) { return equals_ignoring_case(each, name); });
}

}  // namespace

CacheControl cache_control(Fields fields) {
  CacheControl control;
  for (const Field& field : fields) {
    if (field.name != "cache-control") continue;
    for (std::string_view list = field.value; !list.empty();) {
      const auto [name, argument] = next_directive(list);
      take(control, name, argument);
    }
  }
  return control;
}

std::optional<CacheControl> targeted_cache_control(Fields fields) {
  std::string joined;
  bool present = false;
  for (const Field& field : fields) {
    if (field.name != "cdn-cache-control") continue;
    if (present) joined += ", ";
    joined += field.value;
    present = true;
  }
  if (!present) return std::nullopt;
  std::map<std::string, FieldItem, std::less<>> members;  // of one key the last counts
  const bool good = read_dictionary(
      joined, [&](std::string_view key, const FieldItem& item) { members.insert_or_assign(std::string(key), item); });
  if (!good || members.empty()) return std::nullopt;
  CacheControl control;
  for (const auto& [key, item] : members) take_member(control, key, item);
  return control;
}

bool may_be_stored_for_all(bool authorized, const Response& response, bool heuristics) {
  if (response.status < 200) return false;
  const auto targeted = targeted_cache_control(response.fields);
  const CacheControl control = targeted ? *targeted : cache_control(response.fields);
  const bool understood = control.must_understand && cacheable_by_default(response.status);  // RFC 9111 5.2.2.3
  if ((control.no_store && !understood) || control.is_private) return false;
  if (authorized && !control.is_public && !control.must_revalidate && !control.s_maxage_s) return false;
  const bool expires = !targeted && first_value(response.fields, "expires").data() != nullptr;
  return control.is_public || control.max_age_s || control.s_maxage_s || expires ||
         (heuristics && cacheable_by_default(response.status));
}

std::chrono::seconds freshness(Fields fields, std::chrono::sys_seconds now) {
  const std::chrono::seconds age(seconds(trim(first_value(fields, "age"))).value_or(0));
  return std::max(lifetime(fields, now) - age, std::chrono::seconds());
}

bool varies_by_visitor(Fields fields) {
  constexpr std::array<std::string_view, 3> personal{"*", "cookie", "authorization"};
  return any_vary(fields, [&](std::string_view name) { return is_among(name, personal); });
}

bool varies_beyond(Fields fields, std::span<const std::string_view> allowed) {
  return any_vary(fields, [&](std::string_view name) { return name == "*" || !is_among(name, allowed); });
}

std::string merged_vary(std::string_view existing, std::span<const std::string> names) {
  std::vector<std::string_view> known = split(existing, ',');
  std::string result(trim(existing));
  if (is_among("*", known)) return result;
  for (const std::string& name : names) {
    if (name == "*") return "*";
    if (name.empty() || is_among(name, known)) continue;
    if (!result.empty()) result += ", ";
    result += name;
    known.push_back(name);
  }
  return result;
}

}  // namespace outrider::push
