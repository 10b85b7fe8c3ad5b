// SPDX-License-Identifier: MIT
// The API's tables about what functions of rules get: `req`, `res` and what is in them (api.h). A field that does not
// say what it looks at does not compile.
#include <algorithm>

#include "script/api.h"

namespace outrider::script {
namespace {

using push::Personal;

constexpr Looks at_nothing{Looks::At::nothing};
constexpr Looks at_named_fields{Looks::At::named_fields};
constexpr Looks inside{Looks::At::inside};

template <class... Names>
constexpr Looks at_fields(Names... names) {
  return {Looks::At::fields, {std::string_view(names)...}};
}

template <class... Names>
constexpr Looks at_personal(Personal who, Names... names) {
  return {Looks::At::personal, {std::string_view(names)...}, who};
}

constexpr bool all_say(std::span<const ApiEntry> entries) {
  return std::none_of(entries.begin(), entries.end(),
                      [](const ApiEntry& entry) { return entry.looks.at == Looks::At::not_said; });
}

constexpr ApiEntry request_fields[] = {
    {.name = "id",
     .type = "string",
     .sentence = "The request's id, as the access log and the upstream get it.",
     .looks = at_personal(Personal::id)},
    {.name = "method", .type = "string", .sentence = "GET, HEAD, …", .looks = at_nothing},
    {.name = "scheme",
     .type = "\"http\"|\"https\"",
     .sentence = "The connection's, or what a trusted proxy says; never the client's word.",
     .looks = at_nothing},
    {.name = "host",
     .type = "string",
     .sentence = "The host asked for, in lower case, without the port.",
     .looks = at_nothing},
    {.name = "path",
     .type = "string",
     .sentence = "The path, decoded and normalised, without the query.",
     .looks = at_nothing},
    {.name = "params",
     .type = "table<string, string>",
     .sentence = "What the {name} parts of the rule's path captured.",
     .looks = at_nothing,
     .example = "return { image(\"/img/\" .. req.params.id .. \".avif\") }"},
    {.name = "query",
     .type = "Fields",
     .sentence = "Query parameters, decoded, by name; the first where a name repeats.",
     .looks = at_nothing,
     .example = "if req.query.view then return { \"/css/views.css\" } end"},
    {.name = "query_string",
     .type = "string",
     .sentence = "The query as it was sent, without the question mark; empty where there is none.",
     .looks = at_nothing},
    {.name = "headers",
     .type = "Fields",
     .sentence = "Header fields by name, without regard to case; the first where a name repeats.",
     .looks = at_named_fields,
     .example = "if req.headers[\"x-app\"] then return { \"/js/app.js\" } end"},
    {.name = "cookies",
     .type = "Fields",
     .sentence = "Cookies by name; the first where a name repeats.",
     .looks = at_personal(Personal::cookies),
     .example = "if not req.cookies.session then return { \"/first.css\" } end"},
    {.name = "protocol",
     .type = "string",
     .sentence = "The protocol's version: \"HTTP/2\", \"HTTP/1.1\".",
     .looks = at_personal(Personal::protocol)},
    {.name = "client", .type = "Client", .sentence = "Who asks.", .looks = inside},
    {.name = "tls", .type = "Tls", .sentence = "The connection's TLS.", .looks = inside},
    {.name = "language",
     .type = "fun(offered: string[]): string?",
     .sentence = "The first of the offered language tags that Accept-Language prefers, or nil.",
     .looks = at_fields("accept-language"),
     .example = "local language = req.language{ \"en\", \"ja\" } or \"en\""},
    {.name = "bucket",
     .type = "fun(name: string): number",
     .sentence = "A number that is stable for a visitor and a name, at least 0 and below 1.",
     .looks = at_personal(Personal::bucket),
     .example = "if req.bucket \"checkout\" < 0.1 then return { \"/js/new.js\" } end"},
    {.name = "sent",
     .type = "fun(asset: string|Hint): boolean",
     .sentence = "Whether the asset, a hint or its URL, went over this connection already and has not changed "
                 "since.",
     .looks = at_personal(Personal::assets),
     .example = "if not req.sent \"/app.css\" then return { \"/app.css\" } end"},
    {.name = "cached",
     .type = "fun(asset: string|Hint): boolean?",
     .sentence = "Whether the client has the asset, a hint or its URL, in its present version, as far as its "
                 "cookie tells; nil where it has been here and nobody knows which version is the present one.",
     .looks = at_personal(Personal::assets),
     .example = "if not req.cached \"/app.js\" then return { \"/app.js\" } end"},
};
static_assert(all_say(request_fields));

constexpr ApiEntry client_fields[] = {
    {.name = "address",
     .type = "string",
     .sentence = "The client's address; behind a trusted proxy the forwarded one.",
     .looks = at_personal(Personal::address)},
    {.name = "peer",
     .type = "string",
     .sentence = "The address of the connection's other end.",
     .looks = at_personal(Personal::peer)},
    {.name = "family",
     .type = "\"chromium\"|\"firefox\"|\"safari\"|\"other\"",
     .sentence = "The browser's family; all browsers on iOS are safari.",
     .looks = at_personal(Personal::browser)},
    {.name = "version",
     .type = "integer?",
     .sentence = "Its major version, or nil where it is not known.",
     .looks = at_personal(Personal::browser)},
    {.name = "mobile", .type = "boolean", .sentence = "A mobile browser.", .looks = at_personal(Personal::browser)},
    {.name = "accepts_push",
     .type = "boolean",
     .sentence = "It takes PUSH_PROMISE on this connection.",
     .looks = at_personal(Personal::connection)},
    {.name = "accepts_early_hints",
     .type = "boolean",
     .sentence = "A 103 may be sent to it.",
     .looks = at_personal(Personal::browser, "sec-fetch-mode", "sec-purpose", "purpose", "x-moz", "no-early-hints")},
    {.name = "navigation",
     .type = "boolean",
     .sentence = "The request navigates (Sec-Fetch-Mode: navigate).",
     .looks = at_fields("sec-fetch-mode")},
    {.name = "purpose",
     .type = "\"prefetch\"|\"prerender\"|nil",
     .sentence = "Why a browser asks ahead of its user, or nil.",
     .looks = at_fields("sec-purpose", "purpose", "x-moz")},
    {.name = "save_data", .type = "boolean", .sentence = "It asks for less data.", .looks = at_fields("save-data")},
    {.name = "bot",
     .type = "boolean",
     .sentence = "A crawler or another program that names itself as one.",
     .looks = at_personal(Personal::browser)},
    {.name = "rtt_ms",
     .type = "number?",
     .sentence = "The connection's round trip, as the kernel measured it; nil behind a proxy and on unix sockets.",
     .looks = at_personal(Personal::connection),
     .unit = "ms",
     .example = "local is_far = (req.client.rtt_ms or 0) > 200"},
    {.name = "cwnd_bytes",
     .type = "integer?",
     .sentence = "The connection's congestion window: what may be on the way at once; nil where `rtt_ms` is.",
     .looks = at_personal(Personal::connection),
     .unit = "bytes"},
    {.name = "new_connection",
     .type = "boolean?",
     .sentence = "This is the first request of its connection; nil behind a proxy.",
     .looks = at_personal(Personal::connection)},
    {.name = "country",
     .type = "string?",
     .sentence = "Two letters (ISO 3166-1), or nil where nobody said.",
     .looks = at_personal(Personal::country)},
};
static_assert(all_say(client_fields));

constexpr ApiEntry tls_fields[] = {
    {.name = "used",
     .type = "boolean",
     .sentence = "The connection is encrypted by this server.",
     .looks = at_personal(Personal::connection)},
    {.name = "version", .type = "string?", .sentence = "\"TLSv1.3\"", .looks = at_personal(Personal::connection)},
    {.name = "cipher",
     .type = "string?",
     .sentence = "\"TLS_AES_256_GCM_SHA384\"",
     .looks = at_personal(Personal::connection)},
    {.name = "server_name",
     .type = "string?",
     .sentence = "The name asked for in the handshake (SNI), or nil.",
     .looks = at_personal(Personal::connection)},
    {.name = "session_reused",
     .type = "boolean",
     .sentence = "The handshake resumed an earlier session.",
     .looks = at_personal(Personal::connection)},
};
static_assert(all_say(tls_fields));

constexpr ApiEntry fields_methods[] = {
    {.name = "all",
     .type = "fun(self: Fields, name: string): string[]",
     .sentence = "Every value of that name, in the order in which they came.",
     .example = "local tags = req.headers:all(\"x-tag\")"},
    {.name = "match",
     .type = "fun(self: Fields, glob: string): string?, string?",
     .sentence = "Name and value of the first whose name fits, or nil.",
     .example = "local name, value = req.cookies:match(\"session*\")"},
    {.name = "each",
     .type = "fun(self: Fields): fun(): string, string",
     .sentence = "Iterates over all of them.",
     .example = "for name, value in req.query:each() do print(name, value) end"},
};

constexpr ApiEntry response_fields[] = {
    {.name = "status",
     .type = "integer",
     .sentence = "The response's status code.",
     .looks = at_nothing,
     .example = "if res.status == 404 then return { \"/css/error.css\" } end"},
    {.name = "headers",
     .type = "Fields",
     .sentence = "Its header fields by name, without regard to case; the first where a name repeats.",
     .looks = at_nothing,
     .example = "if res.headers[\"x-theme\"] then return { \"/css/theme.css\" } end"},
};
static_assert(all_say(response_fields));

}  // namespace

constexpr ApiTable request_table{
    ApiSection::request, "req",
    "Request",           "The request, as functions get it: read-only, and valid during the call alone.",
    When::serving,       request_fields};
constexpr ApiTable client_table{ApiSection::client, "req.client", "Client", "Who asks.", When::serving, client_fields};
constexpr ApiTable tls_table{ApiSection::tls, "req.tls", "Tls", "The TLS of the client's connection.",
                             When::serving,   tls_fields};
constexpr ApiTable fields_table{ApiSection::fields,
                                "fields",
                                "Fields",
                                "Names that may repeat: req.headers, req.cookies, req.query and res.headers. Read by "
                                "name, as req.headers[\"x-app\"], or with these methods.",
                                When::serving,
                                fields_methods};
constexpr ApiTable response_table{ApiSection::response,
                                  "res",
                                  "Response",
                                  "The head of the response, as functions of the response phase get it beside the "
                                  "request.",
                                  When::response,
                                  response_fields};

}  // namespace outrider::script
