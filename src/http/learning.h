// SPDX-License-Identifier: MIT
// What responses teach: of hinted assets what they are and whether they are there, of pages how long they take and what
// the application hints itself. It goes into the worker's push::Knowledge, and is asked for when hints are decided.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "http/exchange_state.h"
#include "push/page_book.h"

namespace outrider::http {

/// The head of a response has come: if it is an asset's that was hinted, its facts are kept, and the client has it.
void learn_asset(ExchangeState& exchange);
/// The response has been sent: how many bytes it was.
void learn_asset_size(const ExchangeState& exchange);
/// A promise was answered by an error: the client does not have it, and it is not made again until the asset has been
/// answered well.
void learn_broken_promise(const ExchangeState& exchange);

/// The request came with what only this visitor has: cookies, authorization, or fields that a promise repeats for them.
bool has_credentials(const ExchangeState& exchange);

/// What is known of the page that is asked for; nullptr where nothing is, or where nothing is learned of this request:
/// it is not a GET, or it is the asset of another page. Valid until the next question.
const push::PageFacts* known_page(const ExchangeState& exchange);

/// The head of a page's response has come. `hints` are those of its own Link fields. They are learned where the
/// response says the same to everybody: RFC 9111 lets a shared cache have it, and it did not come to credentials.
void learn_page(ExchangeState& exchange, const push::PushList& hints);

/// A response has been sent: how many bytes the page was.
void learn_page_size(const ExchangeState& exchange);

}  // namespace outrider::http
