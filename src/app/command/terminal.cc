// SPDX-License-Identifier: MIT
#include "app/command/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace outrider::app {

bool takes_colour(std::FILE* stream) {
  const char* unwanted = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if ((unwanted != nullptr && *unwanted != '\0') || ::isatty(::fileno(stream)) == 0) return false;
  return terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace outrider::app
