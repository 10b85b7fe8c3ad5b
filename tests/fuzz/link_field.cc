// SPDX-License-Identifier: MIT
// Any bytes as an application's Link field. What always holds: a hint that is usable comes back from the value that we
// write for it, and what is left without the pushes that nobody shall see holds none of them.
#include <string>

#include "fuzz/fuzz.h"
#include "push/hint.h"
#include "push/link_header.h"

using namespace outrider;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value = fuzz::text_of(data, size);
  const push::BaseUrl base{"https", "/blog/post"};
  for (const push::Hint& hint : push::parse_link_field(value, base)) {
    if (!push::problem_with(hint).empty()) continue;
    const auto again = push::parse_link_field(push::link_value(hint), base);
    expect(again.size() == 1, "a usable hint comes back");
    expect(again[0].url == hint.url && again[0].kind == hint.kind, "it comes back as the same");
    expect(again[0].type == hint.type && again[0].media == hint.media && again[0].integrity == hint.integrity,
           "its attributes come back");
    expect(again[0].nopush == hint.nopush, "nopush comes back");
    push::early_link_value(hint);
  }
  const std::string shown = push::without_push_only(value);
  expect(push::without_push_only(shown) == shown, "nothing is left to take out");
  for (const push::Hint& hint : push::parse_link_field(shown, base)) {
    expect(!hint.push_only, "no push that is not to be shown is left");
  }
  return 0;
}
