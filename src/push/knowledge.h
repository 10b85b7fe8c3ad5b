// SPDX-License-Identifier: MIT
// What one worker has learned of pages and assets from their own answers. On its thread; it outlives configurations and
// generations, so that a reload forgets nothing.
#pragma once

#include "push/asset_book.h"
#include "push/page_book.h"
#include "push/visitor.h"

namespace outrider::push {

struct Knowledge {
  AssetBook assets;
  PageBook pages;
  VisitorHash visitors;
};

}  // namespace outrider::push
