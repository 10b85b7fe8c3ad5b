// SPDX-License-Identifier: MIT
// What the plan and rules may ask about an asset: what is known of it, and whether this client has it. src/http
// answers. On the worker's thread, while one request is being decided.
#pragma once

#include <string>
#include <string_view>

#include "push/asset_book.h"

namespace outrider::push {

/// What the client's cookie says of an asset.
enum class Cached {
  no,
  yes,      // in its present version
  perhaps,  // the client has been here, and which version of the asset is the present one is not known
};

class Assets {
 public:
  /// `path` is one on the request's own host, with its query and without fragment. All that is not known is as in a
  /// default AssetFacts.
  virtual AssetFacts facts(std::string_view path) const = 0;
  /// Its media type: that of its last answer, else what its route gives files of its name; empty where neither is
  /// known. Looks at no disk, as `facts` may.
  virtual std::string type(std::string_view path) const { return facts(path).type; }
  /// The asset went over this connection, and has not changed since as far as is known.
  virtual bool sent(std::string_view path) const = 0;
  virtual Cached cached(std::string_view path) const = 0;

 protected:
  ~Assets() = default;
};

}  // namespace outrider::push
