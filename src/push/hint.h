// SPDX-License-Identifier: MIT
// One entry of a push list: what the client will need, and how it may be told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::push {

enum class Kind : std::uint8_t { style, script, module, font, image, fetch, preconnect };
enum class CrossOrigin : std::uint8_t { none, anonymous, use_credentials };
enum class FetchPriority : std::uint8_t { automatic, high, low };
/// Where a pushed response stands against its page: ahead of it, mixed with it, or behind it.
enum class PushPriority : std::uint8_t { by_kind, before, interleaved, after };

struct Hint {
  Kind kind = Kind::fetch;
  /// "/css/app.css" or "https://cdn.example/app.js"; for preconnect an origin. Empty for an image that has only
  /// imagesrcset.
  std::string url;
  CrossOrigin crossorigin = CrossOrigin::none;
  FetchPriority fetchpriority = FetchPriority::automatic;
  PushPriority priority = PushPriority::by_kind;
  bool nopush = false;     // never as a PUSH_PROMISE
  bool push_only = false;  // only as a PUSH_PROMISE, never in a Link or a 103
  std::string type, integrity, media, imagesrcset, imagesizes;
  /// Names of request headers, in lower case, to repeat in the promise.
  std::vector<std::string> with;

  /// The browser chooses whether it is for it, or what of it; only Link can say so.
  bool is_conditional() const { return !media.empty() || !imagesrcset.empty() || !imagesizes.empty(); }

  bool operator==(const Hint&) const = default;
};

/// "style", "module", …
std::string_view name_of(Kind kind);
std::optional<Kind> kind_named(std::string_view name);
/// The kind that a URL's extension tells (".css" → style), or nothing.
std::optional<Kind> kind_of_url(std::string_view url);
/// The `as` that browsers require for the kind ("style", "script", "font", "image", "fetch"); empty for preconnect.
std::string_view as_of(Kind kind);
/// The crossorigin that a rule's hint has where it says nothing: browsers fetch every font anonymously, and so does
/// fetch() unless the page says otherwise (https://fetch.spec.whatwg.org/#requestinit); a preload that differs is
/// fetched twice.
CrossOrigin own_crossorigin(Kind kind);

/// The hint as a Link value (RFC 8288 3): `</app.css>; rel=preload; as=style`. Attributes are quoted where they must
/// be. A font has `crossorigin` even where the hint does not say so, because browsers fetch fonts in no other way.
std::string link_value(const Hint& hint);
/// The same of a hint that is not conditional, for a 103 (RFC 8297): without `nopush`, for which Chromium ignores the
/// whole hint.
std::string early_link_value(const Hint& hint);

/// Why this is no usable hint, or empty: an URL that is neither a path with a leading slash nor an http(s) URL, bytes
/// in it that must be percent-encoded (RFC 3986 2; braces are let through, rules put captures there), a preconnect with
/// a path, options that contradict each other, control characters in an attribute, more than 4,096 bytes, a request
/// header in `with` that a promise cannot carry. The text does not name the hint: "/a b.css" is left to the caller.
std::string problem_with(const Hint& hint);

}  // namespace outrider::push
