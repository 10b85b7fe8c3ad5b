// SPDX-License-Identifier: MIT
#include "push/pattern.h"

#include <chrono>
#include <string>

#include <catch2/catch.hpp>

#include "unit/push/allocations.h"
#include "unit/push/support.h"

using namespace outrider::push;
using namespace outrider::push::test;
using Catch::Matchers::Contains;

namespace {

bool matches(std::string_view text, std::string_view path) {
  return pattern(text).matches(path, nullptr);
}

/// "id=7 lang=de", or "no".
std::string captured(std::string_view text, std::string_view path) {
  const Pattern compiled = pattern(text);
  std::vector<Capture> captures;
  if (!compiled.matches(path, &captures)) return "no";
  std::string result;
  for (const Capture& capture : captures) {
    if (!result.empty()) result += ' ';
    result.append(capture.name).append("=").append(capture.value);
  }
  return result;
}

}  // namespace

TEST_CASE("an exact pattern matches itself, with case and slashes") {
  CHECK(matches("/", "/"));
  CHECK(matches("/a/b", "/a/b"));
  CHECK_FALSE(matches("/a/b", "/a/B"));
  CHECK_FALSE(matches("/a", "/a/"));
  CHECK_FALSE(matches("/a/", "/a"));
  CHECK_FALSE(matches("/a", ""));
  CHECK_FALSE(matches("/a", "a"));
  CHECK(pattern("/a/b").is_exact());
}

TEST_CASE("* stays within a segment") {
  CHECK(matches("/img/*.png", "/img/a.png"));
  CHECK(matches("/img/*.png", "/img/.png"));
  CHECK_FALSE(matches("/img/*.png", "/img/a/b.png"));
  CHECK(matches("/a/*/b", "/a/x/b"));
  CHECK_FALSE(matches("/a/*/b", "/a/x/y/b"));
  CHECK(matches("/img/*", "/img/"));
  CHECK(matches("/*", "/"));
  CHECK(matches("/a*b*c", "/aXbYc"));
  CHECK_FALSE(matches("/a*b*c", "/aXbY"));
  CHECK_FALSE(pattern("/*").is_exact());
}

TEST_CASE("** crosses segments") {
  CHECK(matches("/docs/**", "/docs/"));
  CHECK(matches("/docs/**", "/docs/a/b/c"));
  CHECK_FALSE(matches("/docs/**", "/docs"));
  CHECK_FALSE(matches("/docs/**", "/docsx/a"));
  CHECK(matches("/**", "/"));
  CHECK(matches("/**", "/a/b"));
  CHECK(matches("/up/**.php", "/up/a.php"));
  CHECK(matches("/up/**.php", "/up/a/b.php"));
  CHECK(matches("/up/**.php", "/up/.php"));
  CHECK_FALSE(matches("/up/**.php", "/up/a.phpx"));
  CHECK(matches("/a**z", "/a/b/z"));
  CHECK(matches("/a**z", "/az"));
  CHECK_FALSE(matches("/a**z", "/a"));
  CHECK_FALSE(pattern("/**").is_exact());
}

TEST_CASE("a whole segment ** is any number of segments") {
  CHECK(matches("/**/cart", "/cart"));
  CHECK(matches("/**/cart", "/de/shop/cart"));
  CHECK_FALSE(matches("/**/cart", "/xcart"));
  CHECK_FALSE(matches("/**/cart", "/cart/"));
  CHECK(matches("/a/**/b", "/a/b"));
  CHECK(matches("/a/**/b", "/a/x/y/b"));
  CHECK_FALSE(matches("/a/**/b", "/ab"));
  CHECK(matches("/**/**/b", "/b"));
  CHECK(matches("/a/**/", "/a/"));
  CHECK(matches("/a/**/", "/a/b/"));
  CHECK_FALSE(matches("/a/**/", "/a/b"));
}

TEST_CASE("both wildcards in one pattern keep their meaning") {
  CHECK(matches("/docs/**/*.html", "/docs/a/b.html"));
  CHECK(matches("/docs/**/*.html", "/docs/b.html"));
  CHECK(matches("/**a*b/c*d**", "/aXb/cYd"));
  CHECK(matches("/**a*b/c*d**", "/a/aXb/cYd/z"));
  CHECK_FALSE(matches("/**a*b/c*d**", "/aX/b/cd"));
  // the first "x" leads nowhere, the second one does
  CHECK(matches("/**x*/end", "/x1/x2/end"));
  CHECK_FALSE(matches("/**x*/end", "/x1/y2/end"));
}

TEST_CASE("{name} captures one whole segment") {
  CHECK(captured("/product/{id}", "/product/7") == "id=7");
  CHECK(captured("/product/{id}", "/product/") == "no");
  CHECK(captured("/product/{id}", "/product/7/") == "no");
  CHECK(captured("/product/{id}", "/product/7/x") == "no");
  CHECK(captured("/{a}/x/{b}", "/1/x/2") == "a=1 b=2");
  CHECK(captured("/{a}/**", "/1/x/2") == "a=1");
  CHECK(captured("/{a}/*.css", "/1/x.css") == "a=1");
}

TEST_CASE("captures behind ** take the leftmost way") {
  CHECK(captured("/**/product/{id}", "/product/7") == "id=7");
  CHECK(captured("/**/product/{id}", "/de/at/product/7") == "id=7");
  CHECK(captured("/**/{page}/**", "/a/b/c") == "page=a");
  CHECK(captured("/**/{last}", "/a/b/c") == "last=c");
  CHECK(captured("/**/product/{id}/**", "/product/1/product/2/x") == "id=1");
  CHECK(captured("/{lang}/**/{file}", "/de/a/b") == "lang=de file=b");
  CHECK(captured("/**x/{id}", "/ax/bx/7") == "id=7");
  CHECK(captured("/**/{id}", "/a/") == "no");
}

TEST_CASE("a pattern that does not match leaves the captures alone") {
  const Pattern compiled = pattern("/{a}/{b}/end");
  std::vector<Capture> captures{{"before", "x"}};
  CHECK_FALSE(compiled.matches("/1/2/other", &captures));
  REQUIRE(captures.size() == 1);
  CHECK(compiled.matches("/1/2/end", &captures));
  CHECK(captures.size() == 3);
}

TEST_CASE("a pattern knows its captures") {
  CHECK(pattern("/{a}/x/**/{b}").capture_names() == std::vector<std::string_view>{"a", "b"});
  CHECK(pattern("/a").capture_names().empty());
}

TEST_CASE("bad patterns are refused with a reason") {
  const auto why = [](const std::string& text) {
    const auto result = Pattern::parse(text);
    INFO(text);
    REQUIRE_FALSE(result);
    if (!text.empty()) CHECK_THAT(result.error().message, Contains(text));
    return result.error().message;
  };
  CHECK_THAT(why(""), Contains("begins with \"/\""));
  CHECK_THAT(why("a"), Contains("begins with \"/\""));
  CHECK_THAT(why("/{id"), Contains("not closed"));
  CHECK_THAT(why("/id}"), Contains("without a \"{\""));
  CHECK_THAT(why("/{}"), Contains("no name"));
  CHECK_THAT(why("/x{id}"), Contains("whole segment"));
  CHECK_THAT(why("/{id}.png"), Contains("whole segment"));
  CHECK_THAT(why("/{a}{b}"), Contains("whole segment"));
  CHECK_THAT(why("/}{"), Contains("whole segment"));
  CHECK_THAT(why("/{1a}"), Contains("no digit in front"));
  CHECK_THAT(why("/{a-b}"), Contains("letters"));
  CHECK_THAT(why("/{**}"), Contains("letters"));
  CHECK_THAT(why("/{a}/{b}/{a}"), Contains("{a} stands in it twice"));
  CHECK_THAT(why("/{a}/**/{a}"), Contains("twice"));
  CHECK_THAT(why("/a/***"), Contains("\"***\""));
  CHECK_THAT(why("/a?b=1"), Contains("query"));
  CHECK_THAT(why("/caf%C3%A9"), Contains("decoded"));
  CHECK_THAT(why("/a/../b"), Contains("normalised"));
  CHECK_THAT(why("/a//b"), Contains("\"//\" is in no normalised path"));
  CHECK_THAT(why("/" + std::string(1024, 'a')), Contains("1025 bytes"));
  CHECK(Pattern::parse("/100%"));
}

TEST_CASE("globs cross slashes") {
  CHECK(glob_matches("", ""));
  CHECK(glob_matches("*", ""));
  CHECK(glob_matches("session*", "session_id"));
  CHECK(glob_matches("*.example.com", "a.b.example.com"));
  CHECK_FALSE(glob_matches("*.example.com", "example.com"));
  CHECK(glob_matches("a*b*c", "a/b/xbc"));
  CHECK_FALSE(glob_matches("a*b", "ab/"));
  CHECK_FALSE(glob_matches("", "a"));
  CHECK(glob_matches("**a**", "bab"));
  CHECK(glob_matches("*aab", "aaaaaab"));
}

TEST_CASE("hostile texts cost pattern times text, not more") {
  const std::string path = "/" + std::string(16000, 'a');
  const auto begun = std::chrono::steady_clock::now();
  CHECK_FALSE(glob_matches("*a*a*a*a*a*a*a*a*a*b", path));
  CHECK_FALSE(matches("/**a*a**a*a**a*a**a*a**b*", path));
  CHECK_FALSE(matches("/**/{x}/**/{y}/**/{z}/*b*", path));
  // A second is thousands of times what it takes; a matcher that goes back without bound would not end today.
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(1));
}

TEST_CASE("matching a path of ordinary size does not allocate") {
  const Pattern compiled = pattern("/**/product/{id}/**/*.html");
  const std::string path = "/de/product/7/" + std::string(200, 'x') + "/index.html";
  const std::size_t before = allocations();
  const bool matched = compiled.matches(path, nullptr);
  const std::size_t after = allocations();
  CHECK(matched);
  CHECK(after == before);
}

TEST_CASE("the last segments are counted from the end") {
  CHECK(last_of("a/b/c", 1) == "c");
  CHECK(last_of("a/b/c", 3) == "a/b/c");
  CHECK_FALSE(last_of("a/b/c", 4));
  CHECK(last_of("a/", 1) == "");
  CHECK(last_of("a/", 2) == "a/");
  CHECK(last_of("", 1) == "");
  CHECK_FALSE(last_of("", 2));
  CHECK(last_of("/", 2) == "/");
}

TEST_CASE("what stands behind one whole ** is known as segments") {
  CHECK(pattern("/a/**/b/{c}").last_segments().size() == 2);
  CHECK(pattern("/a/**/b/{c}").tail() == nullptr);
  CHECK_FALSE(pattern("/**/b").is_exact());
  for (const char* text : {"/a/**", "/a/**.css", "/**/a/**", "/a**/b"}) {
    INFO(text);
    CHECK(pattern(text).last_segments().empty());
    CHECK(pattern(text).tail() != nullptr);
  }
}

TEST_CASE("an example of a pattern is a path that it matches") {
  CHECK(pattern("/img/*/{id}").example() == "/img/x/1");
  for (const std::string_view text : {"/", "/a", "/a*c", "/**", "/a/**/{id}/b", "/**.php", "/a**b/*", "/{x}/**/*"}) {
    const Pattern each = pattern(text);
    INFO(text << " " << each.example());
    CHECK(each.matches(each.example(), nullptr));
  }
}
