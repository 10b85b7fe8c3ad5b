// SPDX-License-Identifier: MIT
// What the head of a final response means for hints: the assets that the application names in it, and whether a cache
// that serves several users may keep it. Pure; any thread.
#pragma once

#include <string_view>

#include "push/push_list.h"
#include "push/request.h"
#include "push/resolve.h"

namespace outrider::push {

/// The head of the final response, where it is known.
struct FinalHead {
  Response response;
  PushList links;         // of its own Link fields
  bool storable = false;  // by a shared cache
};

/// `response` outlives what comes of it. `target` is the request's path, perhaps with a query, against which its Link
/// fields are meant (RFC 8288 3.2).
FinalHead final_head(const Response& response, const Request& request, std::string_view target);

/// Appends what one Link field names and can be used.
void add_links(PushList& list, std::string_view value, const BaseUrl& base);

/// Whether a cache that serves several users may keep the response to a request with these fields (RFC 9111 3). Where
/// no cache can be in between, only what the response itself says counts.
bool is_storable(Fields request, std::string_view scheme, bool behind_proxy, const Response& response);

}  // namespace outrider::push
