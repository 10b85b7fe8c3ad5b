// SPDX-License-Identifier: MIT
// What the answers of pages teach: how long they take, how large they are, whether they only redirect, and what the
// application hints itself. It goes into the worker's push::PageBook, and is asked for when hints are decided.
#pragma once

#include "http/exchange_state.h"
#include "push/page_book.h"

namespace outrider::http {

/// What a page of the site is known by, `path` being decoded and normalised; empty where nothing is learned of such a
/// request: it is not a GET, has a query or an odd path. `target` is as the client wrote it.
std::string_view page_name(const config::Site& site, std::string_view method, std::string_view target,
                           std::string_view path);

/// What is known of the page that is asked for; nullptr where nothing is, or where nothing is learned of this request:
/// it is not a GET, has a query or an odd path, or it is the asset of another page. Valid until the next question.
const push::PageFacts* known_page(const ExchangeState& exchange);

/// The head of a page's response has come. `hints` are those of its own Link fields. They are learned where the
/// response says the same to everybody: RFC 9111 lets a shared cache have it, and it did not come to credentials. Where
/// somebody asks like nobody else (asker.h), nothing is learned. Where pages are taken for one, that a single one of
/// them is gone or redirects says nothing. Of a page that nobody has hints for nothing is kept: a scan of a site would
/// push out those that count.
void learn_page(ExchangeState& exchange, const push::PushList& hints);

/// A response has been sent whole: how many bytes the page was.
void learn_page_size(const ExchangeState& exchange);

}  // namespace outrider::http
