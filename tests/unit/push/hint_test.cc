// SPDX-License-Identifier: MIT
#include "push/hint.h"

#include <catch2/catch.hpp>

#include "unit/push/support.h"

using namespace outrider::push;
using Catch::Matchers::Contains;
using outrider::push::test::hint;

TEST_CASE("a kind follows the extension") {
  CHECK(kind_of_url("/css/app.css") == Kind::style);
  CHECK(kind_of_url("app.js") == Kind::script);  // that it has no slash is another mistake
  CHECK(kind_of_url("/app.js?v=2.css") == Kind::script);
  CHECK(kind_of_url("/app.mjs#x") == Kind::module);
  CHECK(kind_of_url("/inter.WOFF2") == Kind::font);
  CHECK(kind_of_url("https://cdn.example/a.avif") == Kind::image);
  CHECK(kind_of_url("/data.json") == Kind::fetch);
}

TEST_CASE("no extension, no kind") {
  for (const char* url :
       {"/", "/app", "/v1.2/app", "/a.unknown", "/.css/", "https://cdn.css", "https://x.js?/a.css", "css", ""}) {
    INFO(url);
    CHECK_FALSE(kind_of_url(url));
  }
}

TEST_CASE("a hint is a Link value") {
  CHECK(link_value(hint(Kind::style, "/app.css")) == "</app.css>; rel=preload; as=style");
  CHECK(link_value(hint(Kind::module, "/m.js")) == "</m.js>; rel=modulepreload");
  CHECK(link_value(hint(Kind::preconnect, "https://cdn.example")) == "<https://cdn.example>; rel=preconnect");
}

TEST_CASE("a font is always fetched with CORS") {
  CHECK(link_value(hint(Kind::font, "/f.woff2")) == "</f.woff2>; rel=preload; as=font; crossorigin");
  Hint font = hint(Kind::font, "/f.woff2");
  font.crossorigin = CrossOrigin::use_credentials;
  CHECK_THAT(link_value(font), Contains("crossorigin=use-credentials"));
}

TEST_CASE("attributes are quoted where they must be") {
  Hint image = hint(Kind::image, "/a.avif");
  image.type = "image/avif";
  image.media = "(min-width: 40em)";
  image.imagesrcset = "/a.avif 1x, /b.avif 2x";
  image.imagesizes = "50vw";
  image.integrity = "sha384-\"\\";
  image.fetchpriority = FetchPriority::high;
  image.nopush = true;
  CHECK(link_value(image) ==
        "</a.avif>; rel=preload; as=image; type=\"image/avif\"; fetchpriority=high; integrity=\"sha384-\\\"\\\\\"; "
        "nopush; "
        "media=\"(min-width: 40em)\"; imagesrcset=\"/a.avif 1x, /b.avif 2x\"; imagesizes=50vw");
}

TEST_CASE("a 103 leaves out what is not for browsers") {
  Hint image = hint(Kind::image, "/a.avif");
  image.type = "image/avif";
  image.nopush = true;
  CHECK(early_link_value(image) == "</a.avif>; rel=preload; as=image; type=\"image/avif\"");
}

TEST_CASE("a hint is conditional where the browser chooses") {
  CHECK_FALSE(hint(Kind::image, "/a.avif").is_conditional());
  for (auto member : {&Hint::media, &Hint::imagesrcset, &Hint::imagesizes}) {
    Hint each = hint(Kind::image, "/a.avif");
    each.*member = "x";
    CHECK(each.is_conditional());
  }
}

TEST_CASE("usable hints have no problem") {
  for (const char* url : {"/", "/app.css", "/a%20b.css?x=1&y=2#z", "https://cdn.example/app.js",
                          "HTTP://cdn.example:8080", "/f/{lang}.woff2", "https://cdn.example?x",
                          "/css?family=Open+Sans:400,700|Roboto", "/a|b", "/a?^{}`|\\'", "/a'b"}) {
    INFO(url);
    CHECK(problem_with(hint(Kind::style, url)).empty());
  }
  for (const char* url :
       {"https://cdn.example", "http://cdn.example:81", "https://cdn.example/", "https://[2001:db8::1]"}) {
    INFO(url);
    CHECK(problem_with(hint(Kind::preconnect, url)).empty());
  }
}

TEST_CASE("an unusable URL is explained") {
  const auto why = [](Kind kind, const std::string& url) { return problem_with(hint(kind, url)); };
  CHECK_THAT(why(Kind::style, ""), Contains("empty"));
  CHECK_THAT(why(Kind::style, "app.css"), Contains("did you mean \"/app.css\"?"));
  CHECK_THAT(why(Kind::style, "../app.css"), Contains("begins with \"/\""));
  CHECK_THAT(why(Kind::style, "ftp://x/y"), Contains("http(s) URL"));
  CHECK_THAT(why(Kind::style, "javascript:alert(1)"), Contains("http(s) URL"));
  CHECK_THAT(why(Kind::style, "https://"), Contains("http(s) URL"));
  CHECK_THAT(why(Kind::style, "https:///x"), Contains("http(s) URL"));
  CHECK_THAT(why(Kind::style, "//cdn.example/x"), Contains("https://cdn.example/x"));
  CHECK_THAT(why(Kind::style, "https://user:pw@host/x"), Contains("user name"));
  CHECK_THAT(why(Kind::style, "/a b.css"), Contains("write it as \"%20\""));
  CHECK_THAT(why(Kind::style, "/a>b"), Contains("%3E"));
  CHECK_THAT(why(Kind::style, "/a?b>c"), Contains("%3E"));
  CHECK_THAT(why(Kind::style, "/a?\"c"), Contains("%22"));
  CHECK_THAT(why(Kind::style, "/a^b"), Contains("%5E"));
  CHECK_THAT(why(Kind::style, "/a`b"), Contains("%60"));
  CHECK_THAT(why(Kind::style, "/a\\b.css"), Contains("write it as \"/\""));
  CHECK_THAT(why(Kind::style, "/a\r\nx: y"), Contains("%0D"));
  CHECK_THAT(why(Kind::style, "/\xc3\xa9.css"), Contains("%C3"));
  CHECK_THAT(why(Kind::style, std::string("/a\0b", 4)), Contains("%00"));
  CHECK_THAT(why(Kind::style, "/" + std::string(4096, 'a')), Contains("4097 bytes"));
  CHECK(why(Kind::style, "/" + std::string(4095, 'a')).empty());
}

TEST_CASE("a preconnect is an origin") {
  const auto why = [](const std::string& url) { return problem_with(hint(Kind::preconnect, url)); };
  CHECK_THAT(why("https://cdn.example/path"), Contains("origin"));
  CHECK_THAT(why("https://cdn.example?x"), Contains("origin"));
  CHECK_THAT(why("/path"), Contains("origin"));
  CHECK_THAT(why("//cdn.example"), Contains("origin"));
  CHECK_THAT(why("cdn.example"), Contains("origin"));
}

TEST_CASE("an image may have its sources alone") {
  Hint image = hint(Kind::image, "");
  CHECK_FALSE(problem_with(image).empty());
  image.imagesrcset = "/a.avif 1x";
  CHECK(problem_with(image).empty());
  image.kind = Kind::style;
  CHECK_FALSE(problem_with(image).empty());
}

TEST_CASE("attributes cannot break out of a header") {
  for (auto member : {&Hint::type, &Hint::integrity, &Hint::media, &Hint::imagesrcset, &Hint::imagesizes}) {
    Hint each = hint(Kind::style, "/a.css");
    each.*member = "x\r\nset-cookie: a";
    CHECK_THAT(problem_with(each), Contains("printable ASCII"));
    each.*member = std::string(5000, 'x');
    CHECK_THAT(problem_with(each), Contains("5000 bytes"));
    each.*member = "x";
    CHECK(problem_with(each).empty());
  }
}

TEST_CASE("options that contradict each other are refused") {
  Hint both = hint(Kind::style, "/a.css");
  both.nopush = both.push_only = true;
  CHECK_THAT(problem_with(both), Contains("exclude each other"));
  Hint connect = hint(Kind::preconnect, "https://cdn.example");
  connect.push_only = true;
  CHECK_THAT(problem_with(connect), Contains("cannot be pushed"));
}

TEST_CASE("a promise repeats end-to-end headers alone") {
  Hint each = hint(Kind::fetch, "/api");
  each.with = {"authorization", "accept"};
  CHECK(problem_with(each).empty());
  for (const char* bad : {"connection", "host", "te", ":path", "", "Accept", "a b", "x\r\n"}) {
    INFO(bad);
    each.with = {"accept", bad};
    CHECK_FALSE(problem_with(each).empty());
  }
}
