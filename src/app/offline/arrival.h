// SPDX-License-Identifier: MIT
// By which listener a request would come that nobody sends, and what that makes of it: behind a proxy or balancer the
// connection is not the client's own. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/offline/question.h"
#include "config/config.h"

namespace outrider::app {

/// The scheme of a request that names none: that of the listener by which most come.
std::string_view usual_scheme(const config::Config& config);

/// The listener at the URL's port, or the scheme's where it has none, then any of that scheme, then one behind a proxy,
/// whose port is the one that clients see. Null where none of them can be meant.
const config::Listen* listener_for(const config::Config& config, const Question& question);

/// Why there is no such listener, for a person.
std::string no_listener(const config::Config& config, const Question& question);

/// Nobody knows the way to the client of such a listener: the connection's other end is a balancer or a proxy.
bool hides_client(const config::Listen& listen);

/// What the listener makes of the request: its proxy speaks for the client (X-Forwarded-For, -Proto, the field with the
/// country) and is taken to be trusted.
void arrive(const config::Listen* listen, push::MadeRequest& request);

}  // namespace outrider::app
