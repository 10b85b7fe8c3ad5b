// SPDX-License-Identifier: MIT
#include "push/final_head.h"

#include <vector>

#include <catch2/catch.hpp>

#include "push/made_request.h"

using namespace outrider::push;

namespace {

struct Page {
  MadeRequest made;
  std::vector<Field> fields;
  int status = 200;

  FinalHead head() const {
    const RequestView view(made, nullptr, nullptr);
    return final_head({status, fields}, view.request(), "/shop/?page=1");
  }
};

}  // namespace

TEST_CASE("a head names the assets of its Link fields", "[explain]") {
  Page page;
  page.fields = {{"link", "<a.css>; rel=preload; as=style, <next>; rel=next"},
                 {"link", "</b.js>; rel=preload; as=script"}};
  const FinalHead head = page.head();
  REQUIRE(head.links.entries().size() == 2);
  CHECK(head.links.entries()[0].hint.url == "/shop/a.css");
  CHECK(head.links.entries()[1].hint.url == "/b.js");
  CHECK(head.response.status == 200);
}

TEST_CASE("who may keep a response follows from its head and its way", "[explain]") {
  Page page;
  CHECK_FALSE(page.head().storable);  // nothing is in between
  page.made.fields = {{"via", "1.1 cache"}};
  CHECK(page.head().storable);
  page.made.fields.clear();
  page.made.behind_proxy = true;
  CHECK(page.head().storable);
  page.made.behind_proxy = false;
  page.made.scheme = "http";
  CHECK(page.head().storable);
  page.made.fields = {{"authorization", "Basic x"}};
  CHECK_FALSE(page.head().storable);

  page.made = {};
  page.fields = {{"cache-control", "max-age=60"}};
  CHECK(page.head().storable);
  page.status = 304;
  CHECK(page.head().storable);
}
