// SPDX-License-Identifier: MIT
// What the answers of hinted assets teach: what they are, and whether they are there. It goes into the worker's
// push::AssetBook, which KnownAssets asks when hints are decided, and into the connection's memory of what its client
// has.
#pragma once

#include "http/exchange_state.h"

namespace outrider::http {

/// The head of a response has come: if it is an asset's that was hinted, its facts are kept, and the client has it.
void learn_asset(ExchangeState& exchange);
/// The response has been sent whole: how many bytes it was.
void learn_asset_size(const ExchangeState& exchange);
/// The response has ended: where it broke off, the client does not have the asset.
void forget_broken_asset(const ExchangeState& exchange);
/// A promise was answered by an error: the client does not have it, and it is not made again until the asset has been
/// answered well.
void learn_broken_promise(const ExchangeState& exchange);

}  // namespace outrider::http
