// SPDX-License-Identifier: MIT
#pragma once

namespace outrider {

/// "0.1.0", or as the package was built: "0.1.0~git20261123.1a2b3c4". In one object, so that a new one builds little
/// anew.
extern const char* const version;

}  // namespace outrider
