// SPDX-License-Identifier: MIT
// libcurl's multi interface, driven to its end: a queue of URLs, and as many transfers at a time as are allowed.
#include "fetch/heads.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "fetch/curl_library.h"

namespace outrider::fetch {
namespace {

using Multi = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;
using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

struct Transfer {
  Easy easy;
  Head* head = nullptr;
  std::string url;
  bool with_body = false;
};

/// Each head anew: informational ones come before the final one.
std::size_t take_line(char* data, std::size_t, std::size_t size, void* user) {
  Head& head = *static_cast<Transfer*>(user)->head;
  std::string_view line(data, size);
  line = line.substr(0, line.find_first_of("\r\n"));
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    head.fields.clear();
  } else if (colon != std::string_view::npos) {
    head.fields.emplace_back(lower_case(trim(line.substr(0, colon))), trim(line.substr(colon + 1)));
  }
  return size;
}

/// Ends the transfer: the head is all that is wanted.
std::size_t refuse_body(char*, std::size_t, std::size_t, void*) {
  return 0;
}

/// As libcurl wants it: for whatever host and port, this host, and where it says one, this port.
std::string connect_to_all(const std::string& host) {
  const auto end_of_host = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  return "::" + host + (end_of_host == std::string::npos ? ":" : "");
}

class Fetching {
 public:
  Fetching(const std::vector<std::string>& urls, const Options& options)
      : urls_(urls),
        options_(options),
        connect_to_(connect_to_all(options.connect_to)),
        heads_(urls.size()),
        multi_(curl_.multi_init(), curl_.multi_cleanup) {
    CHECK(multi_ != nullptr);
    curl_.multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, options.at_most);
  }

  std::vector<Head> run() {
    start_more();
    while (!running_.empty()) {
      int active = 0;
      CHECK(curl_.multi_perform(multi_.get(), &active) == CURLM_OK);
      take_ended();
      start_more();
      if (!running_.empty()) curl_.multi_poll(multi_.get(), nullptr, 0, 1'000, nullptr);
    }
    return std::move(heads_);
  }

 private:
  void start_more() {
    for (; next_ < urls_.size() && running_.size() < static_cast<std::size_t>(options_.at_most); ++next_) {
      if (is_doubtful()) {
        if (!running_.empty()) return;  // one of them may be answered yet
        heads_[next_].failure = "it was not asked, as it had not answered for those before this";
        continue;
      }
      auto transfer = std::make_unique<Transfer>(
          Transfer{Easy(curl_.easy_init(), curl_.easy_cleanup), &heads_[next_], urls_[next_]});
      start(*transfer);
      running_.push_back(std::move(transfer));
    }
  }

  /// Waiting for each of the rest could take hours.
  bool is_doubtful() const { return failed_in_row_ >= (answered_ ? 3 * options_.at_most : 1); }

  void start(Transfer& transfer) {
    CURL* easy = transfer.easy.get();
    CHECK(easy != nullptr);
    curl_.easy_setopt(easy, CURLOPT_URL, transfer.url.c_str());
    curl_.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_.easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_.easy_setopt(easy, CURLOPT_PROXY, "");
    curl_.easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_.easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);  // rather one connection with many streams
    curl_.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    curl_.easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
    curl_.easy_setopt(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
    if (!options_.connect_to.empty()) curl_.easy_setopt(easy, CURLOPT_CONNECT_TO, &connect_list_);
    if (!options_.ca_file.empty()) curl_.easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
    curl_.easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_line);
    curl_.easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_.easy_setopt(easy, CURLOPT_WRITEFUNCTION, refuse_body);
    curl_.easy_setopt(easy, CURLOPT_NOBODY, transfer.with_body ? 0L : 1L);
    if (transfer.with_body) curl_.easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    CHECK(curl_.multi_add_handle(multi_.get(), easy) == CURLM_OK);
  }

  void take_ended() {
    int left = 0;
    while (const CURLMsg* message = curl_.multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;  // the message is gone with its handle
      const auto ended = std::find_if(running_.begin(), running_.end(), [&](const auto& transfer) {
        return transfer->easy.get() == message->easy_handle;
      });
      CHECK(ended != running_.end());
      curl_.multi_remove_handle(multi_.get(), (*ended)->easy.get());
      if (!end(**ended, code)) running_.erase(ended);
    }
  }

  /// True where it has begun anew.
  bool end(Transfer& transfer, CURLcode code) {
    Head& head = *transfer.head;
    long status = 0;
    curl_.easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    const bool has_head = code == CURLE_OK || (code == CURLE_WRITE_ERROR && status >= 200);
    if (!has_head) {
      head.failure = curl_.easy_strerror(code);
      head.fields.clear();
      ++failed_in_row_;
      return false;
    }
    answered_ = true;
    failed_in_row_ = 0;
    head.status = static_cast<int>(status);
    if (head.status < 400 || transfer.with_body) return false;
    transfer.with_body = true;
    start(transfer);
    return true;
  }

  const CurlLibrary curl_;
  const std::vector<std::string>& urls_;
  const Options& options_;
  std::string connect_to_;
  curl_slist connect_list_{connect_to_.data(), nullptr};
  std::vector<Head> heads_;
  Multi multi_;
  std::vector<std::unique_ptr<Transfer>> running_;
  std::size_t next_ = 0;
  bool answered_ = false;
  long failed_in_row_ = 0;
};

}  // namespace

std::vector<Head> fetch_heads(const std::vector<std::string>& urls, const Options& options) {
  return Fetching(urls, options).run();
}

}  // namespace outrider::fetch
