// SPDX-License-Identifier: MIT
// libcurl, loaded when somebody asks for it: linked, it would bring two dozen libraries into every process of a server
// that never uses it, and double the time that one takes to start. Any thread.
#pragma once

#include <curl/curl.h>

namespace outrider::fetch {

/// Its functions, by their own names without the prefix.
struct CurlLibrary {
  /// Loads whichever flavour is installed; it stays for as long as the process lives. Throws std::runtime_error that
  /// says what to install.
  CurlLibrary();
  CurlLibrary(const CurlLibrary&) = delete;
  CurlLibrary& operator=(const CurlLibrary&) = delete;

  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_multi_init) multi_init = nullptr;
  decltype(&curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&curl_multi_setopt) multi_setopt = nullptr;
  decltype(&curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&curl_multi_perform) multi_perform = nullptr;
  decltype(&curl_multi_poll) multi_poll = nullptr;
  decltype(&curl_multi_info_read) multi_info_read = nullptr;
};

}  // namespace outrider::fetch
