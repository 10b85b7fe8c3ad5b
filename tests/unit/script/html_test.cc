// SPDX-License-Identifier: MIT
// html.head: what it tells of a page's head, and that no text makes it fall over or take long.
#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <string>

#include "script/modules.h"
#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;

namespace {

/// Every record as "tag name=value …", names sorted, one a line.
constexpr const char* show_head = R"(
local lines = {}
for i, element in ipairs(html.head(data(page), "/docs/page.html")) do
  local names = {}
  for name in pairs(element) do if name ~= "tag" then names[#names + 1] = name end end
  table.sort(names)
  lines[i] = element.tag
  for _, name in ipairs(names) do lines[i] = lines[i] .. " " .. name .. "=" .. element[name] end
end
return table.concat(lines, "\n"))";

class HtmlWorld : public TemporaryFolder, public ScriptWorld {
 public:
  HtmlWorld() : modules(state, sources, {{path}, {}, {}}) {}

  std::string head(const std::string& page) {
    const std::string name = std::to_string(++pages_) + ".html";
    write(name, page);
    return text("local page = \"" + name + "\"" + show_head);
  }

  SourceLog sources;
  Modules modules;

 private:
  int pages_ = 0;
};

std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  while (times-- > 0) result += text;
  return result;
}

}  // namespace

TEST_CASE("a head's links and scripts with their attributes", "[script][html]") {
  HtmlWorld world;
  CHECK(world.head("<!doctype html><html><head><title>x</title>"
                   "<LINK REL=' StyleSheet ' HREF='../a.css' Media=All data-x=Y>"
                   "<script src=b.js async type=Module crossorigin></script>"
                   "<link rel=preload as=IMAGE imagesrcset='a 1x,\n b 2x'>"
                   "<meta name=x content=y><style>link{}</style><script>var x</script>"
                   "<script type=ImportMap>{}</script>"
                   "</head><body><link rel=stylesheet href=/late.css></body></html>") ==
        "link data-x=Y href=/a.css media=all rel=stylesheet\n"
        "script async= crossorigin= src=/docs/b.js type=module\n"
        "link as=image imagesrcset=a 1x,  b 2x rel=preload\n"
        "script type=importmap");
}

TEST_CASE("addresses are resolved as a hint has its URL", "[script][html]") {
  HtmlWorld world;
  const auto [written, expected] = GENERATE(table<std::string, std::string>({
      {"/a.css", "/a.css"},
      {"a.css?v=1#top", "/docs/a.css?v=1"},
      {"  a\n.css ", "/docs/a.css"},
      {"?v=2", "/docs/page.html?v=2"},
      {"./../../../a.css", "/a.css"},
      {"//cdn.example/a.css", "https://cdn.example/a.css"},
      {"HTTP://cdn.example/x/../a.css", "HTTP://cdn.example/a.css"},
      {"a b\xc3\xa9.css", "/docs/a%20b%C3%A9.css"},
      {"a&amp;b.css", "/docs/a&b.css"},
  }));
  CAPTURE(written);
  CHECK(world.head("<link rel=x href='" + written + "'>") == "link href=" + expected + " rel=x");
}

TEST_CASE("what names nothing of http is left out", "[script][html]") {
  HtmlWorld world;
  const std::string address = GENERATE("", " ", "#x", "data:text/css,a{}", "javascript:x", "mailto:a@b", "blob:x");
  CAPTURE(address);
  CHECK(world.head("<link rel=x href='" + address + "'><script src='" + address + "'></script>") == "");
}

TEST_CASE("a base counts, the first one that has an address", "[script][html]") {
  HtmlWorld world;
  const std::string rest = "<link rel=x href=a.css><link rel=x href=/b.css><link rel=x href=//c.example/c.css>";
  CHECK(world.head("<base target=_top><base href='../v2/x'><base href=/no/>" + rest) ==
        "link href=/v2/a.css rel=x\nlink href=/b.css rel=x\nlink href=https://c.example/c.css rel=x");
  CHECK(world.head("<base href='https://cdn.example/v2/?q'>" + rest) ==
        "link href=https://cdn.example/v2/a.css rel=x\nlink href=https://cdn.example/b.css rel=x\n"
        "link href=https://c.example/c.css rel=x");
  CHECK_THAT(world.head("<base href='https://cdn.example'>" + rest), Contains("https://cdn.example/a.css"));
  CHECK_THAT(world.head("<base href='data:x'>" + rest), Contains("href=/docs/a.css"));
}

TEST_CASE("only what is there for everybody counts, however the page is written", "[script][html]") {
  HtmlWorld world;
  const std::string link = "<link rel=x href=/a.css>", told = "link href=/a.css rel=x";
  CHECK(world.head("<!-- " + link + " --><title>" + link + "</title><noscript>" + link + "</noscript><template>" +
                   link + "</template><script>'" + link + "'</script><style>" + link + "</style>") == "");
  CHECK(world.head(link + "<p>text" + link) == told);
  CHECK(world.head("\xef\xbb\xbf<html><head>" + link) == told);
  CHECK(world.head("</head>" + link) == told);
  CHECK(world.head("<!-- unclosed " + link) == "");
  CHECK(world.head("<div><head>" + link) == "");
  CHECK(world.head("<svg>" + link) == "");
  CHECK(world.head(link + "<link rel=x href=\"/cut.c") == told);
  CHECK(world.head("<BoDy>" + link) == "");
}

TEST_CASE("a base counts from its place on", "[script][html]") {
  HtmlWorld world;
  CHECK(world.head(
            "<link rel=x href=a.css><base href=/x/><link rel=x href=b.css><base href=/y/><link rel=x href=c.css>") ==
        "link href=/docs/a.css rel=x\nlink href=/x/b.css rel=x\nlink href=/x/c.css rel=x");
}

TEST_CASE("addresses whose bytes are no UTF-8 are left out", "[script][html]") {
  HtmlWorld world;
  CHECK(world.head("<meta charset=iso-8859-1><link rel=x href='/caf\xe9.css'><link rel=x href=/a.css>") ==
        "link href=/a.css rel=x");
  CHECK(world.head("<script src='/\xff.js'></script><link rel=x href='/&#xfffd;'>") == "");
}

TEST_CASE("what stands in a head as text neither ends nor adds to it", "[script][html]") {
  HtmlWorld world;
  const auto text =
      GENERATE(as<std::string>(), "<noscript><img src='https://t.example/tr?id=1'></noscript>",
               "<NoScript class=x><style>x{}</style><link rel=x href=/no.css><iframe></iframe></NOSCRIPT\n>",
               "<!-- <body class=old> -->", "<!--[if lt IE 9]><body><![endif]-->", "<!--><!---><!-- a --!>",
               "<script>var a = '<body>', b = '<!--', c = '<noscript>'</script>", "<style>/* <body> </body> */</style>",
               "<title><body></title>", "<meta content='<body>'><meta content = \"<noscript>\">",
               "<meta content=<noscript>", "<script type=x data-x='</script>'></script>");
  CAPTURE(text);
  CHECK(world.head("<head><link rel=x href=/a.css>" + text + "<link rel=x href=/b.css></head><body>") ==
        "link href=/a.css rel=x\nlink href=/b.css rel=x");
}

TEST_CASE("whether the head is whole", "[script][html]") {
  HtmlWorld world;
  const auto [page, whole] = GENERATE(table<std::string, bool>({
      {"<head></head><body>", true},
      {"<BODY class=x>", true},
      {"<title>x</title><p>Text", false},
      {"<!-- <body> -->", false},
      {"<!-- <body>", false},
      {"<bodyguard>", false},
      {"<body", true},
      {"", false},
  }));
  CAPTURE(page);
  CHECK(world.yes("local _, whole = html.head('" + page + "', '/') return whole") == whole);
}

TEST_CASE("records and lists are read-only", "[script][html]") {
  HtmlWorld world;
  CHECK_THAT(world.error("html.head('<link rel=x href=/a>')[1].href = 'x'"), Contains("read-only"));
  CHECK_THAT(world.error("html.head('')[1] = 'x'"), Contains("read-only"));
  CHECK(world.text("return html.head('<link rel=x href=a>')[1].href") == "/a");
  CHECK_THAT(world.error("html.head(5)"), Contains("html.head: expected HTML (a string), found a number (5)"));
  CHECK_THAT(world.error("html.head('', 'x')"), Contains("html.head: expected a path as in \"/docs/\", found \"x\""));
  REQUIRE(world.state.finish_loading());
  CHECK_THAT(world.error("html.head ''"), Contains("html.head works only while files load"));
}

TEST_CASE("texts that are made to hurt", "[script][html]") {
  HtmlWorld world;
  const std::size_t many = 200'000;
  const auto [name, page] = GENERATE_COPY(table<std::string, std::string>({
      {"nesting", repeated("<div>", many)},
      {"templates", repeated("<template>", many)},
      {"tables", repeated("<table><tr><td>", many)},
      {"svg", "<svg>" + repeated("<g>", many)},
      {"formatting", repeated("<b a=1><i b=2><p>", many)},
      {"different formatting",
       [&] {
         std::string text;
         for (int i = 0; i < 50'000; ++i) text += "<b a" + std::to_string(i) + "><p>";
         return text;
       }()},
      {"misnested", repeated("<a><b></a><p></b>", many)},
      {"attributes",
       [&] {
         std::string text = "<link ";
         for (int i = 0; i < 40'000; ++i) text += "a" + std::to_string(i) + " ";
         return text + ">";
       }()},
      {"attributes without spaces",
       [&] {
         std::string text = "<link ";
         for (int i = 0; i < 40'000; ++i) text += "a" + std::to_string(i) + "=''";
         return text + ">";
       }()},
      {"one attribute again and again", "<link " + repeated("a ", many) + ">"},
      {"a long value", "<link href='" + std::string(5'000'000, 'x') + "'>"},
      {"a comment", "<!--" + std::string(5'000'000, '-')},
      {"entities", "<title>" + repeated("&amp;&#x10ffff;&notit;", many)},
      {"zeros", std::string(1'000'000, '\0')},
      {"no text", repeated("\xff\xfe<\x80", many)},
      {"ends", repeated("</p></br></table>", many)},
      {"noscript", repeated("<noscript><a>", many)},
      {"nesting that only the parser sees", "<svg><title>" + repeated("<g>", many)},
      {"quotes that only we see", "<a =\">" + repeated("<g>", many)},
      {"open comments", repeated("<!--<a>", many)},
      {"framesets", repeated("<frameset><frame>", many)},
  }));
  CAPTURE(name);
  const auto begun = std::chrono::steady_clock::now();
  world.head(page);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
}

TEST_CASE("pages cut and mixed at random", "[script][html]") {
  HtmlWorld world;
  std::mt19937 random(4711);
  const std::string parts[] = {"<",         ">",    "</",          "<link ",  "href=",      "rel=stylesheet ",
                               "'",         "\"",   "<base href=", "//x",     "/a.css",     "<script src=",
                               "</script>", "<!--", "-->",         "<body",   "<template>", "&#0;",
                               "\0",        "\xff", "<head>",      "</head>", "<svg>",      "<![CDATA[",
                               "<title>",   "\n",   "?#",          "https://"};
  for (int round = 0; round < 300; ++round) {
    std::string page;
    for (int i = 0; i < 60; ++i) page += parts[random() % std::size(parts)];
    CAPTURE(page);
    CHECK_NOTHROW(world.head(page));
  }
}
