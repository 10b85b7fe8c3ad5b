// SPDX-License-Identifier: MIT
#include "push/link_header.h"

#include <string>

#include <catch2/catch.hpp>

#include "unit/push/support.h"

using namespace outrider::push;
using outrider::push::test::urls;
using Urls = std::vector<std::string>;

namespace {

std::vector<Hint> parsed(std::string_view value) {
  return parse_link_field(value, {"https", "/blog/post"});
}

Hint only(std::string_view value) {
  const auto hints = parsed(value);
  INFO(value);
  REQUIRE(hints.size() == 1);
  return hints[0];
}

}  // namespace

TEST_CASE("a field holds several values") {
  const auto hints = parsed(
      "</a.css>; rel=preload; as=style, </b.js>;rel=\"preload\";as=script,<https://cdn.example>; rel=preconnect");
  REQUIRE(urls(hints) == Urls{"/a.css", "/b.js", "https://cdn.example"});
  CHECK(hints[0].kind == Kind::style);
  CHECK(hints[1].kind == Kind::script);
  CHECK(hints[2].kind == Kind::preconnect);
}

TEST_CASE("names are case-insensitive, spaces are allowed around everything") {
  const Hint hint = only(" \t< /a.css > ; REL = PreLoad ; As=\"STYLE\" ;");
  CHECK(hint.url == "/a.css");
  CHECK(hint.kind == Kind::style);
}

TEST_CASE("every attribute is read") {
  const Hint hint = only(
      "</a.avif>; rel=preload; as=image; type=\"image/avif\"; crossorigin; fetchpriority=high; integrity=sha384-x; "
      "media=\"(min-width: 1px), print\"; imagesrcset=\"/a.avif 1x, /b.avif 2x\"; imagesizes=\"50vw\"; nopush; "
      "unknown=1");
  CHECK(hint.type == "image/avif");
  CHECK(hint.crossorigin == CrossOrigin::anonymous);
  CHECK(hint.fetchpriority == FetchPriority::high);
  CHECK(hint.integrity == "sha384-x");
  CHECK(hint.media == "(min-width: 1px), print");
  CHECK(hint.imagesrcset == "/a.avif 1x, /b.avif 2x");
  CHECK(hint.imagesizes == "50vw");
  CHECK(hint.nopush);
  CHECK_FALSE(hint.push_only);
}

TEST_CASE("crossorigin has three forms") {
  CHECK(only("</a>; rel=preload; as=fetch").crossorigin == CrossOrigin::none);
  CHECK(only("</a>; rel=preload; as=fetch; crossorigin").crossorigin == CrossOrigin::anonymous);
  CHECK(only("</a>; rel=preload; as=fetch; crossorigin=\"\"").crossorigin == CrossOrigin::anonymous);
  CHECK(only("</a>; rel=preload; as=fetch; crossorigin=anonymous").crossorigin == CrossOrigin::anonymous);
  CHECK(only("</a>; rel=preload; as=fetch; crossorigin=Use-Credentials").crossorigin == CrossOrigin::use_credentials);
}

TEST_CASE("push parameters of applications are understood") {
  CHECK(only("</a.css>; rel=preload; as=style; x-http2-push-only").push_only);
  CHECK(only("</a.css>; rel=preload; as=style; nopush").nopush);
  const Hint both = only("</a.css>; rel=preload; as=style; nopush; x-http2-push-only");
  CHECK(both.push_only);
  CHECK_FALSE(both.nopush);
}

TEST_CASE("rel holds relation types, the first rel counts") {
  CHECK(only("</a.js>; rel=\"next modulepreload\"").kind == Kind::module);
  CHECK(only("</a.js>; rel=modulepreload; as=script").kind == Kind::module);
  CHECK(parsed("</a.js>; rel=modulepreload; as=worker").empty());
  CHECK(parsed("</a.css>; rel=next; rel=preload; as=style").empty());
  CHECK(parsed("</a.css>; rel=preloaded; as=style").empty());
  CHECK(parsed("</a.css>; as=style").empty());
  CHECK(parsed("<//s.w.org>; rel=dns-prefetch").empty());
}

TEST_CASE("a preload without as follows its extension, of unknown kinds nothing comes") {
  CHECK(only("</a.css>; rel=preload").kind == Kind::style);
  CHECK(parsed("</a>; rel=preload").empty());
  CHECK(parsed("</a.mp4>; rel=preload; as=video").empty());
}

TEST_CASE("references are resolved against the page") {
  CHECK(only("<a.css>; rel=preload").url == "/blog/a.css");
  CHECK(only("<../a.css?v=1>; rel=preload").url == "/a.css?v=1");
  CHECK(only("<//cdn.example/a.css>; rel=preload").url == "https://cdn.example/a.css");
  CHECK(only("</caf\xc3\xa9.css>; rel=preload").url == "/caf%C3%A9.css");
}

TEST_CASE("a preconnect is cut to its origin") {
  CHECK(only("<https://cdn.example/>; rel=preconnect").url == "https://cdn.example");
  CHECK(only("<//cdn.example/x?y>; rel=preconnect; crossorigin").url == "https://cdn.example");
  CHECK(parsed("</here>; rel=preconnect").empty());
}

TEST_CASE("an image of the application may have its sources alone") {
  const Hint hint = only("<>; rel=preload; as=image; imagesrcset=\"/a.avif 1x\"");
  CHECK(hint.url.empty());
  CHECK(parsed("<>; rel=preload; as=style").empty());
}

TEST_CASE("a link of another document is none of the page's") {
  CHECK(parsed("</a.css>; rel=preload; as=style; anchor=\"/other\"").empty());
}

TEST_CASE("quoted strings hold commas, semicolons and escapes") {
  const auto hints =
      parsed(R"(</a.css>; title="a, \"b\"; <c>"; rel=preload; as=style, </b.css>; rel=preload; as=style)");
  CHECK(urls(hints) == Urls{"/a.css", "/b.css"});
}

TEST_CASE("malformed values are skipped, the others stay") {
  for (const char* bad :
       {"nonsense", "</x.css", "; rel=preload", "\"</x.css>, </y.css>\"", "</x.css> rel=preload; as=style",
        "</x.css>; rel=preload; as=style junk", "</x.css>; rel=preload; as=\"style\"junk", ",,,",
        "<javascript:alert(1)>; rel=preload; as=script", "<data:text/css,a>; rel=preload; as=style"}) {
    INFO(bad);
    CHECK(parsed(bad).empty());
    // What is open at the end takes the rest of the field with it.
    if (std::string_view(bad) != "</x.css") {
      CHECK(urls(parsed(std::string(bad) + ", </good.css>; rel=preload; as=style")) == Urls{"/good.css"});
    }
    CHECK(urls(parsed(std::string("</good.css>; rel=preload; as=style, ") + bad)) == Urls{"/good.css"});
  }
  CHECK(parsed("").empty());
  CHECK(parsed("</x.css>; rel=\"preload; as=style").empty());
  CHECK(parsed("</x.css>; rel=\"preload\\").empty());
}

TEST_CASE("what lies beyond 16 KiB is not read, nor half a value") {
  std::string field;
  while (field.size() < 20000) field += "</a.css>; rel=preload; as=style, ";
  const auto hints = parsed(field);
  CHECK(hints.size() == 16 * 1024 / 33);
  for (const Hint& hint : hints) CHECK(hint.kind == Kind::style);
  // The limit falls right before "; nopush": read without it, the value would say what the application did not.
  const std::string begun = "</a.css>; rel=preload; as=style";
  CHECK(parsed(std::string(16 * 1024 - begun.size(), ',') + begun + "; nopush").empty());
  CHECK(parsed(std::string(16 * 1024 - begun.size(), ',') + begun).size() == 1);
}

TEST_CASE("links that are to be pushed and not shown are taken out, the others stay as they are") {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"</a>; rel=preload", "</a>; rel=preload"},
      {"</a>; x-http2-push-only", ""},
      {"<https://a.example>; rel=preconnect; x-http2-push-only",
       "<https://a.example>; rel=preconnect; x-http2-push-only"},
      {"  </a>; rel=preload; X-HTTP2-Push-Only ", ""},
      {"</a>; rel=preload; x-http2-push-only,</b>;rel=preload", "</b>;rel=preload"},
      {"</a>; rel=preload , </b>; x-http2-push-only", "</a>; rel=preload"},
      {"</a>; title=\"x, y\", </b>; x-http2-push-only, </c>;rel=next", "</a>; title=\"x, y\", </c>;rel=next"},
      {"</a>; x-http2-push-only, </b>; x-http2-push-only=1", ""},
      {"</a>; title=\"; x-http2-push-only\"", "</a>; title=\"; x-http2-push-only\""},
      {"nonsense; x-http2-push-only, </b>; x-http2-push-only", "nonsense; x-http2-push-only"},
      {"</a?x-http2-push-only>; rel=preload", "</a?x-http2-push-only>; rel=preload"},
  };
  for (const auto& [field, expected] : cases) {
    INFO('"' << field << '"');
    CHECK(without_push_only(field) == expected);
  }
}
