// SPDX-License-Identifier: MIT
// Private to src/uv: the way that the kernel goes to a path, step by step, through symbolic links.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace outrider::uv {

/// Calls `step` with each directory on the way (its real path, no link in it) and the name that is looked up there,
/// before it looks, so that what a watch set in `step` cannot have seen is seen here. Returns the real path of the
/// directory that it ends at; nothing where that is no directory or the way ends early.
std::optional<std::string> follow_path(
    const std::filesystem::path& path,
    const std::function<void(const std::string& directory, const std::string& name)>& step);

}  // namespace outrider::uv
