// SPDX-License-Identifier: MIT
// Media types of files by their names: the library's map with what it lacks.
#pragma once

#include <string_view>

#include "http/h2o_api.h"

namespace outrider::http {

/// Adds types that the library's map of 2018 lacks, or has under a name that browsers no longer use.
void add_mime_types(h2o_mimemap_t* map);
/// The type of the file of this name, as the library sends it, perhaps with parameters. As long-lived as the map.
std::string_view type_of_name(h2o_mimemap_t* map, std::string_view path);

}  // namespace outrider::http
