// SPDX-License-Identifier: MIT
// Any bytes as a client's cookies. What always holds: what AssetSet::decode takes, encode makes again; ClientCookie
// believes nothing but what was signed, and counts everything else; without_cookie leaves all other cookies.
#include <chrono>
#include <string>
#include <vector>

#include "base/base64url.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "push/client_cookie.h"

using namespace outrider;
using fuzz::expect;
using push::AssetSet, push::ClientCookie;

namespace {

const std::chrono::system_clock::time_point now = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
const ClientCookie ours{"outrider", "shop.example", {{1}, {2}}, std::chrono::days(30)};
const ClientCookie neighbour{"outrider", "blog.example", {{1}}, std::chrono::days(30)};

std::string genuine() {
  AssetSet set;
  set.insert("/app.css", "\"1\"");
  set.insert("/app.js", "\"2\"");
  return ours.value(set, now);
}

void look_at_set(std::string_view bytes) {
  const auto set = AssetSet::decode(bytes);
  if (!set) return;
  expect(set->encode() == bytes, "what decodes is what encodes");
  expect(set->size() <= AssetSet::most_entries && bytes.size() <= AssetSet::most_bytes, "a set is bounded");
}

void look_at_value(std::string_view value) {
  static const std::string good = genuine();
  const auto reading = ours.read({{"session", value}, {"outrider", value}, {"outrider", good}}, now);
  const bool same = value == good;
  expect(reading.good == (same ? 2U : 1U) && reading.rejected == (same ? 0U : 1U), "no forgery is believed");
  expect(ours.value(reading.set, now) == good, "a forgery does not spoil the genuine one");
}

void look_at_field(std::string_view field) {
  const std::string left = push::without_cookie(field, "outrider");
  std::vector<std::string_view> others = split(field, ';');
  std::erase_if(others, [](std::string_view pair) { return trim(pair.substr(0, pair.find('='))) == "outrider"; });
  expect(split(left, ';') == others || (others.empty() && left.empty()), "all other cookies are left");
  expect(push::without_cookie(left, "outrider") == left, "nothing is left to take out");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  look_at_set(text);
  if (const auto bytes = from_base64url(text)) look_at_set(*bytes);
  look_at_value(text);
  look_at_value(base64url(std::string(text)));
  look_at_field(text);
  AssetSet set;
  set.insert(text, "1");
  expect(set.contains(text, "1"), "a set holds what was put in");
  look_at_value(neighbour.value(set, now));
  return 0;
}
