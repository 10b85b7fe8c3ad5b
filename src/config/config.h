// SPDX-License-Identifier: MIT
// The configuration as plain structs: what src/http and src/app work from. Paths are absolute, every value is checked.
// The table of keys, types, defaults and units is in schema.cc; DESIGN's example is in tests/unit/config.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/load_error.h"
#include "base/log.h"
#include "push/pattern.h"
#include "push/request.h"

namespace outrider::config {

/// Where something is written: for messages. A comment that moves lines is no change of the configuration.
struct Written : Place {
  Written() = default;
  Written(Place place) : Place(std::move(place)) {}
  friend bool operator==(const Written&, const Written&) { return true; }
};

struct Certificate {
  std::filesystem::path certificate;  // PEM, leaf first
  std::filesystem::path key;          // PEM
  bool self_signed = false;           // the server makes both; src/app says where
  Written place;

  bool operator==(const Certificate&) const = default;
};

/// A listener behind a balancer or CDN.
struct Behind {
  std::vector<Network> trusted;  // whose x-forwarded-for and -proto are believed
  bool trusts_unix = false;      // "unix:" in trusted: every peer of a unix listener
  bool passes_103 = false;
  std::string country_header;  // lower case; empty = none

  bool operator==(const Behind&) const = default;
};

struct Listen {
  Address address;
  std::vector<Certificate> tls;  // empty = plaintext (HTTP/1.1 and h2c with prior knowledge)
  bool redirect_to_https = false;
  std::optional<Behind> behind;
  /// PROXY protocol v1 or v2, required, and only from these.
  std::optional<std::vector<Network>> proxy_protocol_from;
  std::optional<unsigned> mode;  // of a unix socket
  std::string owner, group;
  Written place;

  bool operator==(const Listen&) const = default;
};

struct Files {
  std::filesystem::path root;
  std::vector<std::string> index{"index.html"};
  std::string fallback;  // a path within the route, served where nothing is found; empty = 404
  bool precompressed = true;

  bool operator==(const Files&) const = default;
};

/// One server of an upstream: "http://10.0.0.1:3000", "http://app.internal:80", "http://unix:/run/app.sock" or, for
/// FastCGI, "unix:/run/php.sock", "127.0.0.1:9000".
struct UpstreamServer {
  std::string text;  // as configured
  std::string host;  // a name or an IP address; empty for unix
  std::uint16_t port = 0;
  std::string unix_path;

  bool operator==(const UpstreamServer&) const = default;
};

struct Upstream {
  std::vector<UpstreamServer> servers;
  std::uint32_t connect_timeout_ms = 5'000;
  std::uint32_t first_byte_timeout_ms = 30'000;
  std::uint32_t read_timeout_ms = 30'000;  // between bytes of the response
  std::uint32_t keepalive_timeout_ms = 60'000;
  std::uint32_t keepalive_connections = 64;  // idle ones kept, per worker and server
  std::uint32_t max_failures = 3;            // in a row, before a server rests
  std::uint32_t rest_ms = 10'000;
  std::uint32_t max_head_bytes = 65'536;  // of a response head, all 1xx together likewise

  bool operator==(const Upstream&) const = default;
};

struct Proxy {
  Upstream upstream;
  std::string path_prefix;  // of the server's URL, put before the path; "" = none
  bool websocket = true;
  std::uint32_t websocket_idle_timeout_ms = 300'000;

  bool operator==(const Proxy&) const = default;
};

struct FastCgi {
  Upstream upstream;
  std::filesystem::path root;
  std::string index = "/index.php";

  bool operator==(const FastCgi&) const = default;
};

struct Redirect {
  int status = 301;
  std::string to;  // an URL or a path; the rest of the request's path is appended where it ends in "/"

  bool operator==(const Redirect&) const = default;
};

struct HeaderChange {
  enum class Type { set, add, remove } type;
  std::string name;  // lower case
  std::string value;

  bool operator==(const HeaderChange&) const = default;
};

struct Route {
  std::string prefix;  // begins and usually ends with "/"
  std::variant<Files, Proxy, FastCgi, Redirect> action;
  bool strip_prefix = false;               // proxy: send the path without the prefix
  std::optional<std::uint32_t> max_age_s;  // Cache-Control of files
  std::vector<HeaderChange> headers;
  /// 403. Of whole paths: the operator's patterns with the route's prefix before them.
  std::vector<push::Pattern> deny;
  std::vector<std::pair<int, std::string>> error_pages;  // status -> path within the site
  std::uint64_t max_body_bytes = 16u << 20;
  bool gzip = true;  // compress what is compressible on the fly
  Written place;

  bool operator==(const Route&) const = default;
};

/// The cookie in which a client carries what it has (push/client_cookie.h).
struct ClientCookie {
  std::string name = "outrider";
  std::uint32_t lifetime_s = 30 * 86'400;
  std::vector<push::Pattern> except;  // paths of assets that it never names

  bool operator==(const ClientCookie&) const = default;
};

/// Whether the application's own Link fields are learned, so that the next visitor gets them before it has answered.
struct Learn {
  bool on = true;
  /// Pages that are taken for one: "/product/{id}". A page that none fits is learned by its path.
  std::vector<push::Pattern> pages;

  bool operator==(const Learn&) const = default;
};

struct Site {
  std::string name;  // lower case: "www.example.com", "*.example.com", "*"
  std::vector<std::string> aliases;
  std::vector<std::string> rules;  // absolute globs
  Written rules_place;
  std::vector<Route> routes;  // longest prefix first
  push::EarlyHintsFor early_hints = push::EarlyHintsFor::navigations;
  bool push = true;
  std::optional<std::uint64_t> budget_bytes;                   // pushed for one page at most
  std::optional<ClientCookie> client_cookie = ClientCookie();  // nothing = off
  Learn learn;
  bool server_timing = false;
  Written place;

  bool operator==(const Site&) const = default;
};

struct AccessLog {
  std::string to;  // "stdout", "stderr", "off" or an absolute path
  bool json = false;

  bool operator==(const AccessLog&) const = default;
};

struct ErrorLog {
  std::string to;  // empty = standard error, or an absolute path
  log::Level level = log::Level::info;

  bool operator==(const ErrorLog&) const = default;
};

struct Admin {
  std::vector<Address> addresses;    // unix sockets, and TCP where there is a token
  std::filesystem::path token_file;  // holds what a TCP client has to say (RFC 6750 2.1); empty = none
  unsigned mode = 0660;              // of unix sockets
  std::string group;

  bool operator==(const Admin&) const = default;
};

/// When a generation that turns out bad is left for the one before.
struct Rollback {
  std::uint32_t failures_percent = 10;  // of evaluations in which a rule failed; 0 = off
  std::uint32_t assets_percent = 10;    // of hinted assets answered with a redirect or ≥ 400; 0 = off
  std::uint32_t window_s = 60;
  std::uint32_t minimum = 100;  // of evaluations, or of answered assets, before anything is concluded
  std::uint32_t visitors = 8;   // for so many it must be bad

  bool operator==(const Rollback&) const = default;
};

struct Reload {
  std::uint32_t keep_generations = 10;     // old ones, with their sources
  std::uint32_t test_timeout_ms = 10'000;  // of all tests beside the rules together
  Rollback rollback;

  bool operator==(const Reload&) const = default;
};

/// When a rule whose functions fail is switched off until the next reload.
struct FailingRules {
  std::uint32_t percent = 50;  // of its evaluations, and of the visitors that it is evaluated for; 0 = never
  std::uint32_t window_s = 60;
  std::uint32_t minimum = 50;  // of evaluations in the window
  std::uint32_t visitors = 8;  // for so many it must fail

  bool operator==(const FailingRules&) const = default;
};

struct Limits {
  std::uint32_t pushes_per_connection = 64;   // open at once
  std::uint32_t idle_timeout_ms = 60'000;     // of a client connection
  std::uint32_t request_timeout_ms = 30'000;  // HTTP/1: head and body
  std::uint32_t handshake_timeout_ms = 10'000;
  std::uint32_t shutdown_timeout_ms = 30'000;
  std::uint32_t drain_delay_ms = 0;            // between the 503 of the health path and the first GOAWAY
  std::uint32_t drain_timeout_ms = 3'600'000;  // of connections that a reload left with the old configuration
  std::uint32_t resets_per_10s = 200;          // RST_STREAM by the client, and stream errors it provokes, each
  std::uint32_t frames_per_10s = 2'000;        // that neither ask for anything nor bring anything
  std::uint32_t header_bytes = 65'536;         // of a request's header list, as RFC 9113 6.5.2 counts it
  std::uint32_t header_fields = 100;           // of a request, crumbs of a Cookie not counted
  std::uint32_t rule_cpu_ms = 5;
  std::uint64_t rule_memory_bytes = 64u << 20;
  std::uint64_t rule_pattern_steps = 1'000'000;
  FailingRules failing_rules;

  bool operator==(const Limits&) const = default;
};

struct Config {
  std::vector<Listen> listen;
  std::vector<Site> sites;
  std::string health;  // a path; empty = none
  AccessLog access_log{"off", false};
  ErrorLog error_log;
  Admin admin;
  Limits limits;
  Reload reload;
  std::string user;           // whom a server that root has started goes on as; empty = root
  std::uint32_t workers = 0;  // 0 = one per core
  std::vector<std::filesystem::path> data_dirs;
  bool jit = false;
  bool watch = false;
  std::filesystem::path bucket_key;  // empty = random
  std::vector<std::filesystem::path>
      ticket_keys;  // of TLS sessions: the current one, then previous ones; empty = random
  std::vector<std::filesystem::path> cookie_keys;  // of the sites' client cookies, likewise
  std::filesystem::path clients;                   // what each browser can use; empty = the table that ships
  std::filesystem::path folder;                    // of the configuration file: relative paths start here

  bool operator==(const Config&) const = default;
};

}  // namespace outrider::config
