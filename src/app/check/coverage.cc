// SPDX-License-Identifier: MIT
#include "app/check/coverage.h"

#include <fmt/format.h>

#include <fstream>
#include <utility>

#include "app/offline/arrival.h"
#include "base/text.h"

namespace outrider::app {

Result<std::vector<ListedPage>> read_pages(const std::string& file, const config::Config& config) {
  std::ifstream lines(file);
  if (!lines) return failure(fmt::format("{}: cannot be read; expected a file with an URL in each line", file));
  std::vector<ListedPage> pages;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string_view url = trim(line);
    if (url.empty() || url.front() == '#') continue;
    ListedPage page;
    page.place = {file, number};
    page.url = url;
    page.question.request.link = push::Link{14'600, std::chrono::milliseconds(100)};
    if (auto asked = ask_for(url, page.question); !asked) {
      return failure(fmt::format("{}: {}", page.place.text(), asked.error().message));
    }
    if (!page.question.names_scheme) page.question.request.scheme = usual_scheme(config);
    if (!page.question.names_host && config.sites.size() == 1) {
      page.question.request.host = script::host_of_site(config.sites.front().name);
    }
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
