// SPDX-License-Identifier: MIT
// Any bytes as the path of a request target: what comes out is absolute, and nothing in it leads up.
#include <string>

#include "fuzz/fuzz.h"
#include "push/made_request.h"

using namespace outrider;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = push::normal_path("/" + std::string(fuzz::text_of(data, size)));
  expect(path.starts_with('/'), "a path is absolute");
  expect(path.size() <= size + 1, "it does not grow");
  const std::string closed = path + "/";
  expect(closed.find("/../") == closed.npos && closed.find("/./") == closed.npos, "no dot segments are left");
  expect(path.find("//") == path.npos, "no empty segments are left");
  if (path.find_first_of("%?") == path.npos) expect(push::normal_path(path) == path, "once is enough");
  return 0;
}
