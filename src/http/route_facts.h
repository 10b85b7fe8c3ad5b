// SPDX-License-Identifier: MIT
// What a site's routes would answer for an asset, as far as the configuration and a look at the disk tell it: files and
// redirects, but no application. The server asks before anybody has fetched the asset, and `outrider explain` and
// `check` where no server runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "http/h2o_api.h"
#include "http/route_head.h"
#include "push/asset_book.h"

namespace outrider::http {

/// How a GET for `path` (decoded, normalised) is answered: files, what is not there, redirects. Nothing where an
/// application answers, or the library by what it finds there.
std::optional<RouteHead> route_head(const config::Site& site, std::string_view path, h2o_mimemap_t* types);

/// How a request for a page at `path` with these fields is answered, also where another file or a redirect stands in
/// for what is not there, or the client has it already. Nothing as with route_head.
std::optional<RouteHead> page_head(const config::Site& site, std::string_view method, std::string_view path,
                                   push::Fields request, h2o_mimemap_t* types);

/// `path` is decoded and normalised. What no route has, or denies, answers 404, whoever asks; of a folder and of what
/// an application answers nothing is known. Size and version are the plain file's, whichever of its compressed variants
/// a client gets.
push::AssetFacts route_facts(const config::Site& site, std::string_view path, h2o_mimemap_t* types);

/// The asset's media type (lower case, without parameters) as its route would say without looking at the disk; empty
/// where that is not known.
std::string route_type(const config::Site& site, std::string_view path, h2o_mimemap_t* types);

}  // namespace outrider::http
