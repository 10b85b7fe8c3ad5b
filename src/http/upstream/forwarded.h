// SPDX-License-Identifier: MIT
// Which of a request's header fields an upstream gets to see, and what we add for it. The one place that decides whose
// word about the client is believed; HTTP and FastCGI both go through it.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "push/request.h"

namespace outrider::http::upstream {

/// What is known of a request apart from its fields.
struct RequestFacts {
  std::string_view id;              // ours
  std::string_view client_address;  // without a port
  std::string_view peer_address;    // of the connection's other end
  std::string_view scheme;
  std::string_view authority;
  bool trusted_peer = false;
};

/// Fields with names in lower case, without Host and without those that frame the message. `storage` owns what is not a
/// view of the request.
struct ForwardedFields {
  std::vector<push::Field> fields;
  std::deque<std::string> storage;
};

/// Leaves out hop-by-hop fields (RFC 9110 7.6.1), joins split cookies (RFC 9113 8.2.3) and sets X-Forwarded-For,
/// -Proto, -Host and X-Request-Id; what a client says itself about those is kept only from a trusted peer. An Error
/// names a field that cannot be sent on, because it would be read as something else.
Result<ForwardedFields> forwarded_fields(push::Fields fields, const RequestFacts& facts);

/// True where nothing in `text` could end a line.
bool is_field_value(std::string_view text);

/// True for fields that end with the connection they came on: the fixed ones and those that `connection` fields name.
/// Names in any case. Made once for a message.
class HopByHop {
 public:
  explicit HopByHop(push::Fields fields);
  bool operator()(std::string_view name) const;

 private:
  std::vector<std::string> named_;  // lower case, sorted
};

}  // namespace outrider::http::upstream
