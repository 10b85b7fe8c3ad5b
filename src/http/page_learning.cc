// SPDX-License-Identifier: MIT
#include "http/page_learning.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "http/asker.h"
#include "http/rule_request.h"
#include "push/caching.h"
#include "push/origin.h"

namespace outrider::http {
namespace {

/// The one under which the site's configuration takes pages for one; nullptr where the page stands for itself.
const push::Pattern* pattern_of(const config::Site& site, std::string_view path) {
  const auto& patterns = site.learn.pages;
  const auto found = std::find_if(patterns.begin(), patterns.end(),
                                  [&](const push::Pattern& pattern) { return pattern.matches(path, nullptr); });
  return found == patterns.end() ? nullptr : &*found;
}

/// What the page is known by.
std::string_view page_of(const config::Site& site, std::string_view path) {
  const push::Pattern* pattern = pattern_of(site, path);
  return pattern != nullptr ? std::string_view(pattern->text()) : path;
}

std::string_view page_of(const ExchangeState& exchange) {
  return page_of(*exchange.site, exchange.path);
}

/// The application is asked for the path that the page is known by: other slashes and dot segments lead there only as
/// we read them, and what it says of those is no word on the page.
bool is_normal(std::string_view target, std::string_view path) {
  const auto encoded = static_cast<std::size_t>(std::count(target.begin(), target.end(), '%'));
  return target.size() == path.size() + 2 * encoded && target.find("%2F") == std::string_view::npos &&
         target.find("%2f") == std::string_view::npos;
}

/// Anybody can ask for a page with any query, and nobody else would ever ask for it again.
bool is_page_request(const ExchangeState& exchange) {
  const h2o_req_t& req = *exchange.req;
  return exchange.site != nullptr && !exchange.pushed && view(req.method) == "GET" && req.query_at == SIZE_MAX &&
         is_normal(view(req.path), exchange.path);
}

bool says_the_same_to_all(const ExchangeState& exchange, push::Fields fields) {
  const h2o_req_t& req = *exchange.req;
  if (req.res.status != 200 || has_field(req.res.headers, H2O_TOKEN_SET_COOKIE)) return false;
  constexpr std::array<std::string_view, 1> harmless{"accept-encoding"};
  if (push::varies_beyond(fields, harmless)) return false;
  const push::CacheControl control = push::cache_control(fields);
  return !control.no_store && !control.is_private;
}

/// What may be hinted to others in the application's name: what is on this origin, as a path, and connections to
/// others.
std::vector<push::Hint> learnable(const ExchangeState& exchange, const push::PushList& hints) {
  std::vector<push::Hint> result;
  for (const push::Entry& entry : hints.entries()) {
    push::Hint hint = entry.hint;
    const std::string_view own = push::same_origin_path(entry.hint.url, exchange.scheme, exchange.authority);
    if (hint.kind == push::Kind::preconnect) {
      if (own.empty()) result.push_back(std::move(hint));
    } else if (!own.empty()) {
      hint.url = own;
      result.push_back(std::move(hint));
    }
  }
  return result;
}

bool is_html(const h2o_req_t& req) {
  const ssize_t at = h2o_find_header(&req.res.headers, H2O_TOKEN_CONTENT_TYPE, -1);
  const std::string_view type = at == -1 ? std::string_view() : view(req.res.headers.entries[at].value);
  return type.starts_with("text/html") || type.starts_with("application/xhtml+xml");
}

/// Somebody has hints for it, or may have next time: a rule fits that looks at responses.
bool is_hinted(const ExchangeState& exchange, const push::PushList& own_hints) {
  if (!own_hints.empty()) return true;
  const Delivery* delivery = exchange.delivery;
  return delivery != nullptr && (!delivery->list.empty() || is_html(*exchange.req));
}

void learn_links(ExchangeState& exchange, const push::PushList& hints) {
  push::Knowledge& knowledge = exchange.frontend->knowledge;
  knowledge.pages.hinted(exchange.scheme_host(), page_of(exchange), learnable(exchange, hints),
                         knowledge.visitors(exchange.client_address));
}

}  // namespace

std::string_view page_name(const config::Site& site, std::string_view method, std::string_view target,
                           std::string_view path) {
  const bool is_page = method == "GET" && target.find('?') == std::string_view::npos && is_normal(target, path);
  return is_page ? page_of(site, path) : std::string_view();
}

const push::PageFacts* known_page(const ExchangeState& exchange) {
  push::PageBook& book = exchange.frontend->knowledge.pages;
  if (book.size() == 0 || !is_page_request(exchange)) return nullptr;
  return book.find(exchange.scheme_host(), page_of(exchange));
}

void learn_page(ExchangeState& exchange, const push::PushList& hints) {
  if (!is_page_request(exchange)) return;
  const h2o_req_t& req = *exchange.req;
  const int status = req.res.status;
  push::PageBook& book = exchange.frontend->knowledge.pages;
  const std::string_view name = page_of(exchange);
  const bool is_known = book.find(exchange.scheme_host(), name) != nullptr;
  const bool is_gone = status == 404 || status == 410;
  const bool redirects = status >= 300 && status < 400 && status != 304;
  // Of many pages one may have moved, or be made up: that says nothing of the others.
  if ((is_gone || redirects) && pattern_of(*exchange.site, exchange.path) != nullptr) return;
  if (is_gone) {
    if (is_known && asks_for_everybody(exchange)) learn_links(exchange, {});
  } else if (redirects) {
    // Who is logged in may be sent elsewhere, and others not.
    const bool is_worth = is_known || exchange.delivery != nullptr;
    if (is_worth && asks_for_everybody(exchange)) book.at(exchange.scheme_host(), name).redirected();
  } else if (status == 200 && (is_known || is_hinted(exchange, hints)) && !asks_like_nobody_else(exchange)) {
    // A 304 takes less than the page that it stands for, and says nothing of it.
    const auto passed = std::chrono::steady_clock::now() - exchange.begun;
    book.at(exchange.scheme_host(), name).answered(std::chrono::duration_cast<std::chrono::microseconds>(passed));
    if (!exchange.site->learn.on || has_credentials(exchange)) return;
    // A page that is no longer for everybody has no links for everybody either.
    const bool for_all = says_the_same_to_all(exchange, fields_of(req.res.headers, &exchange.req->pool));
    learn_links(exchange, for_all ? hints : push::PushList());
  }
}

void learn_page_size(const ExchangeState& exchange) {
  push::PageBook& book = exchange.frontend->knowledge.pages;
  if (book.size() == 0 || exchange.req->res.status != 200 || !is_page_request(exchange)) return;
  push::PageFacts* page = book.find(exchange.scheme_host(), page_of(exchange));
  if (page != nullptr && !asks_like_nobody_else(exchange)) page->sized(exchange.req->bytes_sent);
}

}  // namespace outrider::http
