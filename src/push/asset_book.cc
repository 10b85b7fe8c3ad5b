// SPDX-License-Identifier: MIT
#include "push/asset_book.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.h"

namespace outrider::push {
namespace {

constexpr std::size_t longest_version = 256;
constexpr std::size_t longest_type = 127;  // RFC 6838 4.2, for each half of it

/// A lifetime as short as an application's thinking is none.
constexpr std::chrono::seconds least_freshness{5};

bool goes_stale(Fields fields) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return freshness(fields, now) < least_freshness;
}

/// Where every visitor has a cookie, the head may tell the size of what is compressed afterwards, each time: the
/// smaller one is that of an encoding, and right for nearly all. One that a visitor was told too small costs little,
/// because what is pushed is paced by what is sent.
bool size_counts(const AssetFacts& facts, std::uint64_t body_bytes, bool credentials) {
  return body_bytes != 0 && (!credentials || facts.bytes == 0 || body_bytes < facts.bytes);
}

bool is_good(int status) {
  return (status >= 200 && status < 300 && status != 206) || status == 304;
}

/// What says something of the asset. The others a client provokes by usual fields (Range, Accept, If-Match) or by
/// asking too often; what it provokes by choosing another target or method is not told here (http/asker.h).
bool is_bad(int status) {
  return (status >= 300 && status < 400 && status != 304) || status == 401 || status == 403 || status == 404 ||
         status == 410 || status >= 500;
}

std::string media_type(std::string_view content_type) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  return type.size() <= longest_type ? lower_case(type) : std::string();
}

/// Without "-gzip" at its end: nginx modules, Apache httpd and others mark an encoding so, some with two dashes.
std::string_view without_encoding(std::string_view tag) {
  for (const std::string_view encoding : {"gzip", "br", "zstd", "deflate"}) {
    if (!tag.ends_with(encoding)) continue;
    std::string_view rest = tag.substr(0, tag.size() - encoding.size());
    if (!rest.ends_with('-')) continue;
    while (rest.ends_with('-')) rest.remove_suffix(1);
    return rest.empty() ? tag : rest;
  }
  return tag;
}

}  // namespace

std::string version_of(Fields fields) {
  std::string_view tag = trim(first_value(fields, "etag"));
  if (tag.starts_with("W/") || tag.starts_with("w/")) tag.remove_prefix(2);
  const bool quoted = tag.size() >= 2 && tag.front() == '"' && tag.back() == '"';
  const std::string_view opaque = without_encoding(quoted ? tag.substr(1, tag.size() - 2) : tag);
  if (!opaque.empty() && opaque.size() <= longest_version) {
    std::string version;
    return version.append(1, '"').append(opaque).append(1, '"');
  }
  const std::string_view modified = trim(first_value(fields, "last-modified"));
  return std::string(modified.size() <= longest_version ? modified : std::string_view());
}

AssetFacts facts_of(const Response& response) {
  AssetFacts facts;
  facts.status = response.status;
  facts.type = media_type(first_value(response.fields, "content-type"));
  facts.version = version_of(response.fields);
  facts.no_store = cache_control(response.fields).no_store;
  facts.goes_stale = goes_stale(response.fields);
  facts.needs_cookies =
      first_value(response.fields, "set-cookie").data() != nullptr || varies_by_visitor(response.fields);
  facts.varies = varies_beyond(response.fields);
  return facts;
}

void AssetBook::hinted(SchemeHost of, std::string_view path) {
  const BookKey key(of, path);
  if (key.fits() && asset(key.view()) == nullptr) newcomers_.at(key.view());
}

const AssetFacts* AssetBook::find(SchemeHost of, std::string_view path) {
  const BookKey key(of, path);
  const Asset* known = key.fits() ? asset(key.view()) : nullptr;
  return known == nullptr ? nullptr : &known->facts;
}

const AssetFacts* AssetBook::peek(SchemeHost of, std::string_view path) const {
  const BookKey key(of, path);
  if (!key.fits()) return nullptr;
  const Asset* known = assets_.peek(key.view());
  if (known == nullptr) known = newcomers_.peek(key.view());
  return known == nullptr ? nullptr : &known->facts;
}

void AssetBook::promise_failed(SchemeHost of, std::string_view path) {
  const BookKey key(of, path);
  if (Asset* known = key.fits() ? asset(key.view()) : nullptr) {
    known->facts.promise_failed = true;
    known->with_credentials = 0;
  }
}

void AssetBook::answered(SchemeHost of, std::string_view path, const Response& response, std::uint64_t body_bytes,
                         std::optional<Visitor> credentials_of) {
  const BookKey key(of, path);
  Asset* known = key.fits() ? asset(key.view()) : nullptr;
  if (known == nullptr) return;
  if (is_good(response.status)) {
    answered_well(*known, response, body_bytes, credentials_of);
    const std::size_t bytes = memory(*known);
    if (auto proven = newcomers_.take(key.view())) assets_.at(key.view()) = std::move(*proven);
    assets_.weigh(key.view(), bytes);
  } else if (is_bad(response.status) && !credentials_of) {
    answered_badly(*known, response.status);
  }
}

AssetBook::Asset* AssetBook::asset(std::string_view key) {
  Asset* known = assets_.find(key);
  return known != nullptr ? known : newcomers_.find(key);
}

void AssetBook::answered_badly(Asset& asset, int status) {
  asset.with_credentials = 0;
  asset.failures = std::min(asset.failures + 1, failures_that_tell);
  if (asset.failures < failures_that_tell) return;
  asset.facts.status = status;
  asset.refused = asset.refused || status == 401 || status == 403;
  asset.facts.needs_cookies = asset.refused || asset.answer_says_so;
}

void AssetBook::answered_well(Asset& asset, const Response& response, std::uint64_t body_bytes,
                              std::optional<Visitor> credentials_of) {
  asset.failures = 0;
  asset.with_credentials = credentials_of ? asset.with_credentials + 1 : 0;
  AssetFacts& facts = asset.facts;
  facts.status = response.status;
  if (!credentials_of || asset.with_credentials >= answers_that_outweigh) {
    asset.with_credentials = 0;
    asset.refused = false;
    facts.promise_failed = false;
  }
  Telling now = telling(asset, response);
  const bool is_full = response.status != 304;
  const bool takes_over = credentials_of && now != telling(asset);
  if (counts(asset, now, credentials_of)) {
    if (is_full && (takes_over || size_counts(facts, body_bytes, credentials_of.has_value()))) facts.bytes = body_bytes;
    asset.told = asset.told || is_full;
    asset.answer_says_so = now.needs_cookies;
    facts.type = std::move(now.type);
    facts.version = std::move(now.version);
    facts.no_store = now.no_store;
    facts.goes_stale = now.goes_stale;
    facts.varies = now.varies;
  }
  facts.needs_cookies = asset.refused || asset.answer_says_so;
}

AssetBook::Telling AssetBook::telling(const Asset& asset) {
  const AssetFacts& facts = asset.facts;
  return {facts.type, facts.version, facts.no_store, facts.goes_stale, asset.answer_says_so, facts.varies};
}

AssetBook::Telling AssetBook::telling(const Asset& asset, const Response& response) {
  if (response.status != 304) {
    AssetFacts facts = facts_of(response);
    return {std::move(facts.type), std::move(facts.version), facts.no_store,
            facts.goes_stale,      facts.needs_cookies,      facts.varies};
  }
  // It has some fields of the full answer, and nobody can say which are missing (RFC 9110 15.4.5).
  Telling now = telling(asset);
  if (first_value(response.fields, "etag").data() != nullptr) now.version = version_of(response.fields);
  return now;
}

/// Whether an answer decides what is known. If not, it is remembered.
bool AssetBook::counts(Asset& asset, const Telling& now, std::optional<Visitor> credentials_of) {
  const bool is_repeated = asset.other == now && asset.other_told != credentials_of;
  if (!credentials_of || !asset.told || is_repeated || now == telling(asset)) {
    asset.other.reset();
    return true;
  }
  if (asset.other != now) {
    asset.other = now;
    asset.other_told = *credentials_of;
  }
  return false;
}

std::size_t AssetBook::memory(const Asset& asset) {
  std::size_t bytes = asset.facts.type.size() + asset.facts.version.size();
  if (asset.other) bytes += asset.other->type.size() + asset.other->version.size();
  return bytes;
}

void AssetBook::sized(SchemeHost of, std::string_view path, std::uint64_t body_bytes, bool credentials) {
  Asset* known = asset(BookKey(of, path).view());
  if (known != nullptr && size_counts(known->facts, body_bytes, credentials)) known->facts.bytes = body_bytes;
}

bool AssetBook::wrong_type_is_news(SchemeHost of, std::string_view path) {
  Asset* known = asset(BookKey(of, path).view());
  return known != nullptr && !std::exchange(known->wrong_type_told, true);
}

}  // namespace outrider::push
