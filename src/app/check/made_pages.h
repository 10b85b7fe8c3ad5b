// SPDX-License-Identifier: MIT
// Requests that `outrider check` makes up: for the pages of a rule, by the clients whose lists differ most. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/offline/question.h"
#include "config/config.h"
#include "http/site_map.h"
#include "push/rule.h"

namespace outrider::app {

/// Calls `ask` with the question as each client would ask it, and with the client's name for messages: one of each way
/// of delivery and of each kind that functions tell apart, and `wanted` (as push::become takes it) if there is one.
void for_each_client(const Question& question, const std::string& wanted,
                     const std::function<void(const Question&, const std::string&)>& ask);

/// A decoded path as a client writes it.
std::string encoded_path(std::string_view path);

/// A GET of `path` (decoded) on the site; an empty host is the site's own.
Question question_for(const config::Site& site, const std::string& host, const std::string& path);

/// "https://shop.example", and with the target behind it.
std::string origin_of(const push::MadeRequest& request);
std::string url_of(const Question& question);

/// A host of the site for which the rule can match: the site's own, another that one of them names. Nothing where none
/// was found.
std::optional<std::string> host_for(const push::Rule& rule, const config::Site& site, const http::SiteMap& sites);

/// The rule is for hosts that the site never has: what others have of the files that they share.
bool is_foreign(const push::Rule& rule, const config::Site& site, const http::SiteMap& sites);

/// What stands for a `*` where nobody knows a text that a function would know.
inline constexpr std::string_view guessed = "made-up";

struct Satisfied {
  Question question;
  std::string client;    // that is wanted, as push::become takes it; empty: any
  bool guesses = false;  // some values were
};

/// The same question so that the rule's time and declared conditions hold, as far as one of each suffices: with
/// cookies, fields, parameters and the like.
Satisfied satisfy(const push::Rule& rule, const Question& question);

}  // namespace outrider::app
