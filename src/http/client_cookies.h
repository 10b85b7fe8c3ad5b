// SPDX-License-Identifier: MIT
// The cookie in which a client carries what it has (push/client_cookie.h): taken out of a request before anybody else
// sees it, and set with the head of a page when there is more to carry.
#pragma once

#include <string_view>

#include "http/exchange_state.h"
#include "push/client_cookie.h"

namespace outrider::http {

/// Takes the site's client cookie out of the request's fields: neither rules nor applications are told. Once the site
/// is known, before rules look.
void take_client_cookie(ExchangeState& exchange);

/// What the client's cookies say, read at the first question. Empty where there is none, or the site has it off.
const push::CookieReading& client_cookie_of(ExchangeState& exchange);

/// The site's configuration keeps this asset out of the cookie. `path` with its query.
bool is_kept_out_of_cookie(const ExchangeState& exchange, std::string_view path);
/// The same, `plain` being the path decoded, normalised and without its query.
bool is_kept_out_of_cookie(const config::Site& site, std::string_view plain);

/// Adds Set-Cookie to the head of a page's response where the client now has assets that its cookie does not name.
/// `storable`: a shared cache may store the response, and would give one client's cookie to all.
void set_client_cookie(ExchangeState& exchange, bool storable);

}  // namespace outrider::http
