// SPDX-License-Identifier: MIT
#include "fetch/curl_library.h"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace outrider::fetch {
namespace {

void* open_library() {
  // Debian's two flavours, and what other systems call it.
  for (const char* name : {"libcurl-gnutls.so.4", "libcurl.so.4"}) {
    if (void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  }
  throw std::runtime_error(std::string("libcurl cannot be loaded (") + ::dlerror() +
                           "); install libcurl3-gnutls or libcurl4");
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) throw std::runtime_error(std::string("libcurl has no ") + name + "; install a newer one");
}

}  // namespace

CurlLibrary::CurlLibrary() {
  void* library = open_library();
  find(library, "curl_global_init", global_init);
  find(library, "curl_easy_init", easy_init);
  find(library, "curl_easy_cleanup", easy_cleanup);
  find(library, "curl_easy_setopt", easy_setopt);
  find(library, "curl_easy_getinfo", easy_getinfo);
  find(library, "curl_easy_strerror", easy_strerror);
  find(library, "curl_multi_init", multi_init);
  find(library, "curl_multi_cleanup", multi_cleanup);
  find(library, "curl_multi_setopt", multi_setopt);
  find(library, "curl_multi_add_handle", multi_add_handle);
  find(library, "curl_multi_remove_handle", multi_remove_handle);
  find(library, "curl_multi_perform", multi_perform);
  find(library, "curl_multi_poll", multi_poll);
  find(library, "curl_multi_info_read", multi_info_read);
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::runtime_error("libcurl cannot be set up");
}

}  // namespace outrider::fetch
