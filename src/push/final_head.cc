// SPDX-License-Identifier: MIT
#include "push/final_head.h"

#include <utility>

#include "push/caching.h"
#include "push/link_header.h"

namespace outrider::push {

FinalHead final_head(const Response& response, const Request& request, std::string_view target) {
  FinalHead head;
  head.response = response;
  const BaseUrl base{request.scheme, target.substr(0, target.find('?'))};
  for (const Field& field : response.fields) {
    if (field.name == "link") add_links(head.links, field.value, base);
  }
  head.storable = is_storable(request.fields, request.scheme, request.client.behind_proxy, response);
  return head;
}

void add_links(PushList& list, std::string_view value, const BaseUrl& base) {
  for (Hint& hint : parse_link_field(value, base)) {
    if (problem_with(hint).empty()) list.add(std::move(hint), nullptr);
  }
}

bool is_storable(Fields request, std::string_view scheme, bool behind_proxy, const Response& response) {
  const bool maybe_between = behind_proxy || scheme != "https" || first_value(request, "via").data() != nullptr;
  // A 304 goes into what a cache has of the page already.
  const Response page{response.status == 304 ? 200 : response.status, response.fields};
  return may_be_stored_for_all(first_value(request, "authorization").data() != nullptr, page, maybe_between);
}

}  // namespace outrider::push
