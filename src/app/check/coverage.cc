// SPDX-License-Identifier: MIT
#include "app/check/coverage.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include "app/offline/asked.h"
#include "base/text.h"

namespace outrider::app {
namespace {

constexpr std::streamsize longest_line = 65'536;

/// Files that come from Windows have marks before the first line and behind each.
std::string_view url_in(std::string_view line, bool is_first) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (is_first && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  return trim(line);
}

}  // namespace

Result<std::vector<ListedPage>> read_pages(const std::string& file, const config::Config& config) {
  std::ifstream lines(file);
  if (!lines || std::filesystem::is_directory(file)) {
    return failure(fmt::format("{}: cannot be read; expected a file with an URL in each line", file));
  }
  std::vector<ListedPage> pages;
  std::string line(longest_line, '\0');
  for (int number = 1; lines.getline(line.data(), longest_line) || lines.gcount() > 0; ++number) {
    if (lines.fail() && !lines.eof()) {
      return failure(fmt::format("{}:{}: the line is too long; expected an URL of less than {} bytes", file, number,
                                 longest_line));
    }
    const auto size = static_cast<std::size_t>(lines.gcount()) - (lines.eof() ? 0 : 1);
    const std::string_view url = url_in({line.data(), size}, number == 1);
    if (url.empty() || url.front() == '#') continue;
    ListedPage page;
    page.place = {file, number};
    page.url = url;
    page.question.request.link = push::Link{14'600, std::chrono::milliseconds(100)};
    if (auto asked = ask_for(url, page.question); !asked) {
      return failure(fmt::format("{}: {}", page.place.text(), asked.error().message));
    }
    complete(config, page.question);
    pages.push_back(std::move(page));
  }
  return pages;
}

std::size_t judge_coverage(const std::vector<ListedPage>& pages, Gather& gather, Warnings& warnings) {
  std::size_t uncovered = 0;
  for (const ListedPage& page : pages) {
    const PageFound found = gather.page(page.question);
    if (found.covered) continue;
    ++uncovered;
    const std::string url = printable(page.url);
    const std::string message =
        found.status == 0 ? fmt::format("no rule covers {}; write one, or take it off the list", url)
                          : fmt::format(
                                "no rule is asked for {}: it answers {}, because {}; correct the URL, or take "
                                "it off the list",
                                url, found.status, found.why);
    warnings.add({WarningId::uncovered_page, page.place, {}, page.url, message});
  }
  return uncovered;
}

}  // namespace outrider::app
