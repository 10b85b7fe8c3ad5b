// SPDX-License-Identifier: MIT
// The table's part about sites: routes and what answers in them.
#include "config/schema.h"

namespace outrider::config::schema {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t mebibyte = 1 << 20;

constexpr std::string_view early_hints_choices[] = {"navigations", "all", "off"};

constexpr Key upstream_keys[] = {
    {.name = "connect_timeout_ms",
     .type = Type::integer,
     .sentence = "How long connecting may take, all addresses of a name together.",
     .standard = 5'000,
     .unit = "ms",
     .least = 1,
     .most = day_ms},
    {.name = "first_byte_timeout_ms",
     .type = Type::integer,
     .sentence = "How long the server may take from the request to the head of its response.",
     .standard = 30'000,
     .unit = "ms",
     .least = 1,
     .most = day_ms},
    {.name = "read_timeout_ms",
     .type = Type::integer,
     .sentence = "How long the server may pause within a response.",
     .standard = 30'000,
     .unit = "ms",
     .least = 1,
     .most = day_ms},
    {.name = "keepalive_timeout_ms",
     .type = Type::integer,
     .sentence = "How long an idle connection is kept for the next request.",
     .standard = 60'000,
     .unit = "ms",
     .least = 1,
     .most = day_ms},
    {.name = "keepalive_connections",
     .type = Type::integer,
     .sentence = "How many idle connections are kept, for each worker and server.",
     .standard = 64,
     .unit = "connections",
     .least = 0,
     .most = 65'536},
    {.name = "max_failures",
     .type = Type::integer,
     .sentence = "After how many failures in a row a server rests.",
     .standard = 3,
     .unit = "failures",
     .least = 1,
     .most = 1'000'000},
    {.name = "rest_ms",
     .type = Type::integer,
     .sentence = "How long it rests.",
     .standard = 10'000,
     .unit = "ms",
     .least = 1,
     .most = day_ms},
    {.name = "max_head_bytes",
     .type = Type::integer,
     .sentence = "The largest response head, all 1xx together likewise.",
     .standard = 65'536,
     .unit = "bytes",
     .least = 1'024,
     .most = 16 * mebibyte},
};

constexpr std::string_view servers_sentence = "The servers, used in turn; one that fails rests for a while.";

constexpr Key proxy_keys[] = {
    {.name = "servers",
     .type = Type::strings,
     .sentence = servers_sentence,
     .required = true,
     .example = "{ \"http://127.0.0.1:3000\" }"},
    {.name = "websocket", .type = Type::boolean, .sentence = "Passes WebSocket connections on.", .standard = true},
    {.name = "websocket_idle_timeout_ms",
     .type = Type::integer,
     .sentence = "How long a WebSocket connection may be silent.",
     .standard = 300'000,
     .unit = "ms",
     .least = 1,
     .most = day_ms},
};
constexpr Group proxy{"proxy", "A reverse proxy to servers that speak HTTP/1.1.", proxy_keys, &upstream};

// An application server has as many processes as connections: one that is kept idle by one worker is one that everybody
// else waits for.
constexpr Key fastcgi_keys[] = {
    {.name = "servers",
     .type = Type::strings,
     .sentence = servers_sentence,
     .required = true,
     .example = "{ \"unix:/run/php/php-fpm.sock\" }"},
    {.name = "keepalive_connections",
     .type = Type::integer,
     .sentence =
         "How many idle connections are kept, for each worker and server. Each takes a process of PHP-FPM's, so "
         "all workers together want fewer than it has.",
     .standard = 0,
     .unit = "connections",
     .least = 0,
     .most = 65'536},
};
constexpr Group fastcgi{"fastcgi", "Servers that speak FastCGI, such as PHP-FPM.", fastcgi_keys, &upstream};

constexpr Key redirect_keys[] = {
    {.name = "to",
     .type = Type::string,
     .sentence = "A URL or a path; where it ends in \"/\", the rest of the request's path follows.",
     .required = true,
     .example = "\"https://www.example.com/\""},
    {.name = "status",
     .type = Type::integer,
     .sentence = "301, 302, 303, 307 or 308.",
     .standard = 301,
     .least = 301,
     .most = 308},
};
constexpr Group redirect{"redirect", "Sends the client elsewhere.", redirect_keys};

constexpr Key route_keys[] = {
    {.name = "files",
     .type = Type::string,
     .sentence = "Serves the files below a directory: what stands in the path behind the route's is looked for there.",
     .example = "\"/srv/www\""},
    {.name = "proxy",
     .type = Type::string_or_table,
     .sentence = "Passes requests on to an application over HTTP/1.1.",
     .example = "\"http://127.0.0.1:3000\"",
     .group = &proxy},
    {.name = "fastcgi",
     .type = Type::string_or_table,
     .sentence = "Runs scripts below \"root\" with a FastCGI server.",
     .example = "\"unix:/run/php/php-fpm.sock\"",
     .group = &fastcgi},
    {.name = "redirect",
     .type = Type::string_or_table,
     .sentence = "Sends the client elsewhere.",
     .example = "\"https://www.example.com/\"",
     .group = &redirect},
    {.name = "root",
     .type = Type::string,
     .sentence = "The directory of the scripts; what exists there and is no script is served as a file.",
     .example = "\"/srv/blog\"",
     .only_with = "fastcgi"},
    {.name = "index",
     .type = Type::strings,
     .sentence = "With files: names tried in a directory (default \"index.html\"). With fastcgi: the script for all "
                 "that does not exist (default \"/index.php\").",
     .example = "\"index.html\"",
     .only_with = "files fastcgi"},
    {.name = "fallback",
     .type = Type::string,
     .sentence = "What is served where nothing is found: a path within the directory, not the URL's.",
     .example = "\"/index.html\"",
     .only_with = "files"},
    {.name = "precompressed",
     .type = Type::boolean,
     .sentence = "Serves NAME.br or NAME.gz in place of NAME to clients that take it.",
     .standard = true,
     .only_with = "files"},
    {.name = "max_age",
     .type = Type::integer,
     .sentence = "For how long clients may keep a file (Cache-Control: max-age).",
     .unit = "s",
     .least = 0,
     .most = 315'360'000,
     .only_with = "files fastcgi"},
    {.name = "gzip",
     .type = Type::boolean,
     .sentence = "Compresses on the fly what is compressible.",
     .standard = true,
     .only_with = "files proxy fastcgi"},
    {.name = "strip_prefix",
     .type = Type::boolean,
     .sentence = "Leaves the route's prefix out of the path that the application sees.",
     .standard = false,
     .only_with = "proxy"},
    {.name = "headers",
     .type = Type::map,
     .sentence = "Response headers: a string sets, a list of strings adds, false removes.",
     .example = "{ [\"x-frame-options\"] = \"DENY\", [\"x-powered-by\"] = false }"},
    {.name = "error_page",
     .type = Type::map,
     .sentence = "The path within the site that is served with an error's status.",
     .example = "{ [404] = \"/404.html\" }",
     .only_with = "files proxy fastcgi"},
    {.name = "max_body_bytes",
     .type = Type::integer,
     .sentence = "The largest request body; above it: 413.",
     .standard = 16 * mebibyte,
     .unit = "bytes",
     .least = 0,
     .most = 1024 * mebibyte,
     .only_with = "proxy fastcgi"},
    {.name = "deny",
     .type = Type::strings,
     .sentence = "Patterns of paths within the route that get 403.",
     .example = "{ \"/wp-content/uploads/**.php\" }"},
};

// Browsers forget every cookie after 400 days.
constexpr Key client_cookie_keys[] = {
    {.name = "name",
     .type = Type::string,
     .sentence = "Its name. A name that begins with __Secure- or __Host- is fine: the cookie meets what they ask for.",
     .standard = "outrider",
     .example = "\"outrider\""},
    {.name = "lifetime_s",
     .type = Type::integer,
     .sentence = "For how long a client keeps it; it is renewed when half of that has passed.",
     .standard = 30 * day_s,
     .unit = "s",
     .least = 60,
     .most = 400 * day_s},
    {.name = "except",
     .type = Type::strings,
     .sentence = "Patterns of paths of assets that it never names.",
     .example = "{ \"/private/**\" }"},
};
constexpr Group client_cookie{"client_cookie",
                              "The signed cookie in which a client carries which assets it has, so that they are not "
                              "pushed to it again on its next connection.",
                              client_cookie_keys};

constexpr Key site_keys[] = {
    {.name = "aliases",
     .type = Type::strings,
     .sentence = "Further hosts of the site.",
     .example = "{ \"example.com\" }"},
    {.name = "rules", .type = Type::strings, .sentence = "Globs of the rule files.", .example = "\"rules/*.lua\""},
    {.name = "routes",
     .type = Type::map,
     .sentence = "What answers, by path prefix; the longest prefix wins.",
     .required = true,
     .example = "{ [\"/\"] = { files = \"/srv/www\" } }",
     .group = &route},
    {.name = "early_hints",
     .type = Type::choice,
     .sentence = "Who gets a 103 ahead of a page: browsers that navigate, every request whose client can use one, or "
                 "nobody.",
     .standard = "navigations",
     .choices = early_hints_choices},
    {.name = "push",
     .type = Type::boolean,
     .sentence = "Pushes assets to clients that take pushes (HTTP/2).",
     .standard = true},
    {.name = "budget_bytes",
     .type = Type::integer,
     .sentence = "How much may be pushed for one page at most; default: what the connection can carry until the page "
                 "is ready.",
     .unit = "bytes",
     .least = 0,
     .most = 1024 * mebibyte},
    {.name = "client_cookie",
     .type = Type::boolean_or_table,
     .sentence = "The signed cookie in which a client carries which assets it has.",
     .standard = true,
     .example = "{ name = \"outrider\", lifetime_s = 2592000 }",
     .group = &client_cookie},
    {.name = "learn",
     .type = Type::boolean_or_strings,
     .sentence = "Learns the Link headers of the application's pages, so that the next visitor gets them before the "
                 "application has answered. Patterns say which pages are taken for one.",
     .standard = true,
     .example = "{ \"/product/{id}\" }"},
    {.name = "server_timing",
     .type = Type::boolean,
     .sentence = "Says in Server-Timing what was delivered, how and by which rule, for a browser's developer tools.",
     .standard = false},
};

}  // namespace

constexpr Group upstream{"upstream", "The servers behind a proxy or FastCGI route.", upstream_keys};
constexpr Group route{"route", "What answers below a path prefix: exactly one of files, proxy, fastcgi and redirect.",
                      route_keys};
constexpr Group site{"site", "One site.", site_keys};

}  // namespace outrider::config::schema
