// SPDX-License-Identifier: MIT
// Pages from a list, and which of them no rule covers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/check/gather.h"
#include "app/check/warnings.h"
#include "base/result.h"

namespace outrider::app {

struct ListedPage {
  Place place;
  std::string url;  // as it is written
  Question question;
};

/// An URL a line, as `explain` takes them; empty lines and those that begin with "#" are skipped. Errors: the file
/// cannot be read, or the first line that is no URL, with its place.
Result<std::vector<ListedPage>> read_pages(const std::string& file, const config::Config& config);

/// Asks the rules for every page and warns of those that no rule covers. Returns their number.
std::size_t judge_coverage(const std::vector<ListedPage>& pages, Gather& gather, Warnings& warnings);

}  // namespace outrider::app
