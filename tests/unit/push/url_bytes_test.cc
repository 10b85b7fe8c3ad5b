// SPDX-License-Identifier: MIT
#include "push/url_bytes.h"

#include <catch2/catch.hpp>

#include "push/resolve.h"

using namespace outrider::push;

TEST_CASE("URLs come out as browsers write them") {
  // As `new URL(reference, "https://o.example/b/p").href` in Node, without the origin; but "^" in a path, which is
  // encoded by browsers and the standard, and not yet by every Node.
  struct Row {
    const char* reference;
    const char* browsers;
  };
  const Row rows[] = {
      {"/a|b", "/a|b"},
      {"/a{b}", "/a%7Bb%7D"},
      {"/a`b", "/a%60b"},
      {"/a^b", "/a%5Eb"},
      {"/a'b", "/a'b"},
      {"/a\\b", "/a/b"},
      {"/s\\css\\back.css", "/s/css/back.css"},
      {"\\s", "/s"},
      {"/s/..\\x", "/x"},
      {"x\\y", "/b/x/y"},
      {"/a?^{}`|'\\\"<>x", "/a?^{}`|%27\\%22%3C%3Ex"},
      {"/x#`{}^|<>\"'\\ \xc3\xa9", "/x#%60{}^|%3C%3E%22'\\%20%C3%A9"},
      {"/\xc3\xa9?\xc3\xa9", "/%C3%A9?%C3%A9"},
      {"/a b?a b", "/a%20b?a%20b"},
      {"/%zz?%", "/%zz?%"},
      {"/a\x7f"
       "b",
       "/a%7Fb"},
      {"/a?b?c#d#e", "/a?b?c#d#e"},
      {"/a#b?'", "/a#b?'"},
      {"/[]@:!$&()*+,;=~?[]@:!$&()*+,;=~", "/[]@:!$&()*+,;=~?[]@:!$&()*+,;=~"},
      {"?|{}", "/b/p?|{}"},
      {"https://fonts.example/css?family=Open+Sans:400,700|Roboto",
       "https://fonts.example/css?family=Open+Sans:400,700|Roboto"},
      {"https:\\\\h.example\\a?b\\c", "https://h.example/a?b\\c"},
      {"\\\\h.example\\p\\q?a\\b", "https://h.example/p/q?a\\b"},
      {"//h.example/{}?{}", "https://h.example/%7B%7D?{}"},
  };
  for (const Row& row : rows) {
    INFO(row.reference);
    CHECK(resolve_reference(row.reference, {"https", "/b/p"}) == row.browsers);
  }
}

TEST_CASE("what is no reference keeps its place") {
  CHECK(as_browsers_ask("/a\\../ b?c\\'") == "/a/../%20b?c\\%27");
  CHECK(as_browsers_ask("https://h.example/\xc3\xa9|") == "https://h.example/%C3%A9|");
  CHECK(as_browsers_ask("/\\evil.example") == "//evil.example");
  CHECK(as_browsers_ask("") == "");
}
