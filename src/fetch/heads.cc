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

bool is_of_connection(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PEER_FAILED_VERIFICATION:
      return true;
    default:
      return false;
  }
}

class Fetching {
 public:
  Fetching(const std::vector<std::string>& urls, const Options& options)
      : urls_(urls), options_(options), heads_(urls.size()), multi_(curl_.multi_init(), curl_.multi_cleanup) {
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
      if (!unreachable_.empty()) {
        heads_[next_].failure = unreachable_;
        heads_[next_].unreachable = true;
        continue;
      }
      auto transfer = std::make_unique<Transfer>(
          Transfer{Easy(curl_.easy_init(), curl_.easy_cleanup), &heads_[next_], urls_[next_]});
      start(*transfer);
      running_.push_back(std::move(transfer));
    }
  }

  void start(Transfer& transfer) {
    CURL* easy = transfer.easy.get();
    CHECK(easy != nullptr);
    curl_.easy_setopt(easy, CURLOPT_URL, transfer.url.c_str());
    curl_.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_.easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_.easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_.easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);  // rather one connection with many streams
    curl_.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    curl_.easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
    curl_.easy_setopt(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
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
      head.unreachable = is_of_connection(code);
      head.fields.clear();
      if (head.unreachable && !answered_) unreachable_ = head.failure;
      return false;
    }
    answered_ = true;
    head.status = static_cast<int>(status);
    if (head.status < 400 || transfer.with_body) return false;
    transfer.with_body = true;
    start(transfer);
    return true;
  }

  const CurlLibrary curl_;
  const std::vector<std::string>& urls_;
  const Options& options_;
  std::vector<Head> heads_;
  Multi multi_;
  std::vector<std::unique_ptr<Transfer>> running_;
  std::size_t next_ = 0;
  bool answered_ = false;
  std::string unreachable_;
};

}  // namespace

std::vector<Head> fetch_heads(const std::vector<std::string>& urls, const Options& options) {
  return Fetching(urls, options).run();
}

}  // namespace outrider::fetch
