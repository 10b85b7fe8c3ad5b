// SPDX-License-Identifier: MIT
// The tables behind api.h. A name that stands here and has no reader or binding (or the reverse) fails a unit test. A
// field of `req` that does not say what it looks at does not compile.
#include "script/api.h"

#include <algorithm>
#include <iterator>

#include "push/reads.h"

namespace outrider::script {
namespace {

constexpr ApiEntry rule_keys[] = {
    {"name", "string", "\"<file>:<line>\"", "Names the rule in logs, counters and messages; unique within a site."},
    {"host", "string|string[]", "",
     "Hosts it is for, without port; * matches any run of characters. Without it the rule is for every host of its "
     "site."},
    {"method", "string|string[]", "{ \"GET\", \"HEAD\" }", "Request methods it is for."},
    {"path", "string|string[]", "",
     "Patterns of the decoded path, without the query: * stays within a segment, ** crosses segments, {name} captures "
     "one "
     "segment. Without it the rule is for every path."},
    {"except", "string|string[]", "", "Patterns of paths that it is not for, although `path` matches."},
    {"when", "Conditions|fun(req: Request, res: Response?): boolean", "",
     "Conditions that must all hold, or a function that says whether the rule applies."},
    {"hints", "Hint|string|(Hint|string)[]|fun(req: Request, res: Response?): (Hint|string)[]|Hint|string|false|nil",
     "",
     "What the client will need: a list, or a function that returns one. A plain string's kind follows its extension. "
     "At "
     "most 64 entries."},
    {"phase", "\"request\"|\"response\"", "\"request\"",
     "When it is evaluated: as soon as the request is known, or when the head of the response is."},
    {"deliver", "\"auto\"|\"push\"|\"early_hints\"|\"link\"", "\"auto\"",
     "Restricts how its hints go out; \"push\" and \"early_hints\" fall back to Link."},
    {"final", "boolean", "false", "After this rule matched, even with an empty list, no later rule is looked at."},
    {"budget_bytes", "integer", "",
     "How many bytes its hints may push for one page at most; what exceeds it goes as a 103 or Link. Without it the "
     "site's budget alone counts."},
    {"share", "number", "1", "The share of visitors it applies to, above 0 and at most 1; stable for each visitor."},
    {"shadow", "boolean", "false", "It is evaluated, counted and explained, but its hints are delivered to nobody."},
    {"from", "string", "",
     "The moment from which it applies: \"2026-11-27\" or \"2026-11-27 08:00\", in UTC with or without a trailing Z. A "
     "day "
     "alone means its first minute."},
    {"to", "string", "", "The moment from which it no longer applies, written as `from` is."},
    {"until", "string", "",
     "The same as `to`. Lua keeps the word until for itself, so that it stands in brackets: [\"until\"] = "
     "\"2026-11-28\"."},
};

constexpr ApiEntry condition_keys[] = {
    {"cookie", "string|string[]|table<string, string>", "",
     "Cookies that must all be there: names, in which * matches any run of characters, or name = glob of the value."},
    {"no_cookie", "string|string[]|table<string, string>", "",
     "Cookies of which none may be there; written as `cookie` is."},
    {"header", "string|string[]|table<string, string>", "",
     "Request header fields that must all be there: names without regard to case, or name = glob of the value."},
    {"query", "string|string[]|table<string, string>", "",
     "Query parameters that must all be there: names, or name = glob of the decoded value."},
    {"client", "string|string[]", "",
     "Browser families of which one must fit: \"chromium\", \"firefox\", \"safari\" or \"other\", perhaps with a major "
     "version "
     "as in \"chromium>=120\" (< <= = >= >)."},
    {"mobile", "boolean", "", "Whether the client is a mobile browser."},
    {"bot", "boolean", "", "Whether the client is a crawler or another program that names itself as one."},
    {"save_data", "boolean", "", "Whether the client asks for less data (Save-Data: on)."},
    {"language", "string|string[]", "", "Language tags of which one must be what Accept-Language prefers."},
    {"network", "string|string[]", "",
     "Networks (\"10.0.0.0/8\", \"2001:db8::/32\") or addresses of which one must hold the client's address."},
    {"country", "string|string[]", "", "Country codes of two letters (ISO 3166-1) of which one must be the client's."},
};

constexpr ApiEntry hint_kinds[] = {
    {"style", "fun(url: string, options: HintOptions?): Hint", "", "A style sheet."},
    {"script", "fun(url: string, options: HintOptions?): Hint", "", "A classic script."},
    {"module", "fun(url: string, options: HintOptions?): Hint", "",
     "A JavaScript module; goes out as modulepreload, after which Firefox takes no import map in that page."},
    {"font", "fun(url: string, options: HintOptions?): Hint", "",
     "A font; crossorigin = \"anonymous\" by itself, because browsers fetch every font so."},
    {"image", "fun(url: string, options: HintOptions?): Hint", "", "An image."},
    {"fetch", "fun(url: string, options: HintOptions?): Hint", "",
     "Anything that the page gets by fetch(); crossorigin = \"anonymous\" by itself, as fetch() is, and must be what "
     "that "
     "call uses."},
    {"preconnect", "fun(url: string, options: HintOptions?): Hint", "",
     "An origin (\"https://cdn.example\") to connect to; never pushed."},
};

constexpr ApiEntry hint_options[] = {
    {"crossorigin", "\"anonymous\"|\"use-credentials\"|boolean", "false",
     "How the browser will request it across origins; true means \"anonymous\"."},
    {"type", "string", "", "Its media type (\"font/woff2\"), so that a browser that cannot use it does not fetch it."},
    {"fetchpriority", "\"high\"|\"low\"|\"auto\"", "\"auto\"", "The browser's priority for it."},
    {"integrity", "string", "", "Its subresource integrity digest, which must equal the page's own."},
    {"media", "string", "", "The media query it is for; never in a 103, where browsers cannot use it."},
    {"imagesrcset", "string", "", "For images: the sources to choose from; never in a 103."},
    {"imagesizes", "string", "", "For images: the sizes to choose by; never in a 103."},
    {"priority", "\"before\"|\"interleaved\"|\"after\"", "",
     "Where a push stands against its page: ahead of it, mixed with it, behind it. By default its kind decides."},
    {"nopush", "boolean", "false", "Never sent as a PUSH_PROMISE."},
    {"push_only", "boolean", "false", "Sent as a PUSH_PROMISE or not at all."},
    {"with", "string|string[]", "",
     "Names of request headers to repeat in the promise, for API clients; such a push is for its connection alone."},
};

constexpr ApiEntry globals[] = {
    {"rule", "fun(rule: Rule)", "", "Adds a rule; only while the files load."},
    {"now", "fun(): integer", "", "Seconds since 1970 (UTC), read once per request; only while a request is served."},
    {"api", "integer", "1", "The version of this API that a file is written for; may head it as `api = 1`."},
    {"require", "fun(name: string): any", "",
     "Loads a module of the rules directories, or one that ships; once per state."},
    {"data", "fun(file: string): any", "", "Reads JSON, CSV or text while the files load; the result is frozen."},
    {"files", "table", "", "files.read(path) and files.list(directory), while the files load."},
    {"json", "table", "", "json.decode(text), while the files load."},
};

constexpr Looks at_nothing{Looks::At::nothing};
constexpr Looks at_named_fields{Looks::At::named_fields};
constexpr Looks at_visitor{Looks::At::personal};
constexpr Looks inside{Looks::At::inside};

template <class... Names>
constexpr Looks at_fields(Names... names) {
  return {Looks::At::fields, {std::string_view(names)...}};
}

template <class... Names>
constexpr Looks at_visitor_and_fields(Names... names) {
  return {Looks::At::personal, {std::string_view(names)...}};
}

constexpr bool all_say(std::span<const ApiEntry> entries) {
  return std::none_of(entries.begin(), entries.end(),
                      [](const ApiEntry& entry) { return entry.looks.at == Looks::At::not_said; });
}

constexpr ApiEntry request_fields[] = {
    {"id", "string", "", "The request's id, as the access log and the upstream get it.", at_visitor},
    {"method", "string", "", "GET, HEAD, …", at_nothing},
    {"scheme", "\"http\"|\"https\"", "", "The connection's, or what a trusted proxy says; never the client's word.",
     at_nothing},
    {"host", "string", "", "The host asked for, in lower case, without the port.", at_nothing},
    {"path", "string", "", "The path, decoded and normalised, without the query.", at_nothing},
    {"params", "table<string, string>", "", "What the {name} parts of the rule's path captured.", at_nothing},
    {"query", "Fields", "", "Query parameters, decoded, by name; the first where a name repeats.", at_nothing},
    {"query_string", "string", "", "The query as it was sent, without the question mark; empty where there is none.",
     at_nothing},
    {"headers", "Fields", "", "Header fields by name, without regard to case; the first where a name repeats.",
     at_named_fields},
    {"cookies", "Fields", "", "Cookies by name; the first where a name repeats.", at_visitor},
    {"protocol", "string", "", "The protocol's version: \"HTTP/2\", \"HTTP/1.1\".", at_visitor},
    {"client", "Client", "", "Who asks.", inside},
    {"tls", "Tls", "", "The connection's TLS.", inside},
    {"language", "fun(offered: string[]): string?", "",
     "The first of the offered language tags that Accept-Language prefers, or nil.", at_fields("accept-language")},
    {"bucket", "fun(name: string): number", "", "A number in [0, 1) that is stable for a visitor and a name.",
     at_visitor},
    {"sent", "fun(path: string): boolean", "",
     "Whether the asset, written as a hint's URL, went over this connection already and has not changed since.",
     at_visitor},
    {"cached", "fun(path: string): boolean?", "",
     "Whether the client has the asset, written as a hint's URL, in its present version, as far as its cookie tells; "
     "nil where it has been here and nobody knows which version is the present one.",
     at_visitor},
};
static_assert(all_say(request_fields));

constexpr ApiEntry client_fields[] = {
    {"address", "string", "", "The client's address; behind a trusted proxy the forwarded one.", at_visitor},
    {"peer", "string", "", "The address of the connection's other end.", at_visitor},
    {"family", "\"chromium\"|\"firefox\"|\"safari\"|\"other\"", "",
     "The browser's family; all browsers on iOS are safari.", at_visitor},
    {"version", "integer?", "", "Its major version, or nil where it is not known.", at_visitor},
    {"mobile", "boolean", "", "A mobile browser.", at_visitor},
    {"accepts_push", "boolean", "", "It takes PUSH_PROMISE on this connection.", at_visitor},
    {"accepts_early_hints", "boolean", "", "A 103 may be sent to it.",
     at_visitor_and_fields("sec-fetch-mode", "sec-purpose", "purpose", "x-moz", "no-early-hints")},
    {"navigation", "boolean", "", "The request navigates (Sec-Fetch-Mode: navigate).", at_fields("sec-fetch-mode")},
    {"purpose", "\"prefetch\"|\"prerender\"|nil", "", "Why a browser asks ahead of its user, or nil.",
     at_fields("sec-purpose", "purpose", "x-moz")},
    {"save_data", "boolean", "", "It asks for less data.", at_fields("save-data")},
    {"bot", "boolean", "", "A crawler or another program that names itself as one.", at_visitor},
    {"rtt_ms", "number?", "",
     "The connection's round trip in milliseconds, as the kernel measured it; nil behind a proxy and on unix sockets.",
     at_visitor},
    {"cwnd_bytes", "integer?", "",
     "The connection's congestion window in bytes: what may be on the way at once; nil where rtt_ms is.", at_visitor},
    {"new_connection", "boolean?", "", "This is the first request of its connection; nil behind a proxy.", at_visitor},
    {"country", "string?", "", "Two letters (ISO 3166-1), or nil where nobody said.", at_visitor},
};
static_assert(all_say(client_fields));

constexpr ApiEntry tls_fields[] = {
    {"used", "boolean", "", "The connection is encrypted by this server.", at_visitor},
    {"version", "string?", "", "\"TLSv1.3\"", at_visitor},
    {"cipher", "string?", "", "\"TLS_AES_256_GCM_SHA384\"", at_visitor},
    {"server_name", "string?", "", "The name asked for in the handshake (SNI), or nil.", at_visitor},
    {"session_reused", "boolean", "", "The handshake resumed an earlier session.", at_visitor},
};
static_assert(all_say(tls_fields));

constexpr ApiEntry fields_methods[] = {
    {"all", "fun(self, name: string): string[]", "", "Every value of that name, in the order in which they came."},
    {"match", "fun(self, glob: string): string?, string?", "", "Name and value of the first whose name fits, or nil."},
    {"each", "fun(self): fun(): string, string", "",
     "Iterates over all: for name, value in req.headers:each() do … end"},
};

constexpr ApiEntry response_fields[] = {
    {"status", "integer", "", "The response's status code.", at_nothing},
    {"headers", "Fields", "", "Its header fields by name, without regard to case; the first where a name repeats.",
     at_nothing},
};
static_assert(all_say(response_fields));

constexpr ApiEntry test_globals[] = {
    {"request", "fun(request: TestRequest): TestedRequest", "",
     "A request that nobody sent, to be handed to expect(); what is not given is as a plain client has it."},
    {"expect", "fun(request: TestedRequest): Checks", "",
     "Takes a request and returns the checks that can be made on it, which fail at the line of this call."},
    {"test", "fun(name: string, body: fun())", "",
     "Runs a function at once; what fails in it carries the name, and an error in it ends it alone."},
};

constexpr ApiEntry test_request_keys[] = {
    {"path", "string", "\"/\"",
     "The path as a client sends it, perhaps with a query; rules see it decoded and normalised."},
    {"query", "string", "\"\"", "The query as a client sends it, without the question mark."},
    {"method", "string", "\"GET\"", "The request method."},
    {"scheme", "\"http\"|\"https\"", "\"https\"", "The scheme; https counts as TLS of this server."},
    {"host", "string", "",
     "The host, without port. Without it the site's name; www.example.com for the site *.example.com, localhost for "
     "*."},
    {"headers", "table<string, string|string[]>", "{}",
     "Header fields, in the order of their names; a list is a field that repeats."},
    {"cookies", "table<string, string|string[]>", "{}", "Cookies, in the order of their names."},
    {"client", "string|TestClient", "{}",
     "Who asks: a client by name, \"chromium\", \"firefox=131\", \"nghttp\", or what the connection tells of it; what "
     "is "
     "said beside it counts more."},
    {"protocol", "\"HTTP/2\"|\"HTTP/1.1\"|\"HTTP/1.0\"", "\"HTTP/2\"", "The protocol's version."},
    {"sent", "string|string[]", "{}", "Paths of assets for which req.sent() is true."},
    {"cached", "string|string[]", "{}", "Paths of assets for which req.cached() is true."},
    {"think_ms", "number", "", "How long the application takes for the page, by experience, in milliseconds."},
    {"page_bytes", "integer", "", "How large the page is, by experience, above 0."},
    {"assets", "table<string, TestAsset>", "{}",
     "What is known of assets, by path; of others nothing is, and they are taken for good."},
    {"now", "string", "", "The moment at which it is asked, \"2026-11-27 08:00\" in UTC; without it the real time."},
    {"response", "TestResponse", "",
     "The head of the page's response: rules of the response phase are asked only with it."},
};

constexpr ApiEntry test_response_keys[] = {
    {"status", "integer", "200", "The response's status, 200 to 599."},
    {"headers", "table<string, string|string[]>", "{}", "Its header fields; a list is a field that repeats."},
};

constexpr ApiEntry test_asset_keys[] = {
    {"status", "integer", "200", "What its last answer was, 200 to 599."},
    {"bytes", "integer", "", "Its size in bytes, above 0; without it 16 KiB are assumed."},
    {"type", "string", "", "Its media type."},
    {"stale", "boolean", "false", "It may not be kept, or goes stale at once."},
    {"needs_cookies", "boolean", "false", "It wants cookies or authorization."},
    {"varies", "boolean", "false", "It varies by fields that a promise does not repeat."},
};

constexpr ApiEntry test_client_keys[] = {
    {"name", "string", "", "A client by name, \"chromium\" or \"chromium=102\", as `outrider explain` knows them."},
    {"address", "string", "\"192.0.2.1\"", "The client's address."},
    {"country", "string", "", "Two letters (ISO 3166-1)."},
    {"accepts_push", "boolean", "false", "It takes PUSH_PROMISE on this connection."},
    {"new_connection", "boolean", "true", "This is the first request of its connection."},
    {"rtt_ms", "number", "100", "Its round trip in milliseconds, above 0."},
    {"cwnd_bytes", "integer", "14600", "Its congestion window in bytes, above 0."},
    {"behind_proxy", "boolean", "false", "It comes by way of a proxy that the listener is `behind`."},
    {"passes_early_hints", "boolean", "false", "That proxy hands a 103 on."},
};

constexpr ApiEntry checks[] = {
    {"hints", "fun(expected: (Hint|string)[])", "",
     "The rules of the request phase return exactly these kinds and URLs, in this order. Options count where an "
     "expected hint gives them. With a response, those of the response phase follow. A rule that fails is a failure, "
     "too."},
    {"delivers", "fun(way: \"push\"|\"early_hints\"|\"link\"|\"none\", url: string)", "",
     "The hint of this URL reaches the client in that way."},
    {"nothing_because", "fun(reason: string)", "",
     "There are hints, none goes ahead of the page, and this is the reason of each, as `outrider explain` names it."},
};

}  // namespace

void Looks::note(push::Reads& reads) const {
  if (at == At::personal) reads.personal();
  for (const std::string_view field : fields) {
    if (field.empty()) break;
    reads.field(field);
  }
}

std::span<const ApiEntry> api(ApiSection section) {
  switch (section) {
    case ApiSection::rule:
      return rule_keys;
    case ApiSection::condition:
      return condition_keys;
    case ApiSection::hint_kind:
      return hint_kinds;
    case ApiSection::hint_option:
      return hint_options;
    case ApiSection::global:
      return globals;
    case ApiSection::request:
      return request_fields;
    case ApiSection::client:
      return client_fields;
    case ApiSection::tls:
      return tls_fields;
    case ApiSection::fields:
      return fields_methods;
    case ApiSection::response:
      return response_fields;
    case ApiSection::test:
      return test_globals;
    case ApiSection::test_request:
      return test_request_keys;
    case ApiSection::test_client:
      return test_client_keys;
    case ApiSection::test_response:
      return test_response_keys;
    case ApiSection::test_asset:
      return test_asset_keys;
    case ApiSection::check:
      return checks;
  }
  return {};
}

const ApiEntry* api_entry(ApiSection section, std::string_view name) {
  const auto entries = api(section);
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const ApiEntry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

std::vector<std::string_view> api_names(ApiSection section) {
  std::vector<std::string_view> names;
  for (const ApiEntry& entry : api(section)) names.push_back(entry.name);
  return names;
}

std::string_view owner_of(ApiSection section) {
  switch (section) {
    case ApiSection::rule:
      return "rule";
    case ApiSection::condition:
      return "when";
    case ApiSection::hint_kind:
    case ApiSection::hint_option:
      return "hint";
    case ApiSection::global:
      return "rule files";
    case ApiSection::request:
      return "req";
    case ApiSection::client:
      return "req.client";
    case ApiSection::tls:
      return "req.tls";
    case ApiSection::fields:
      return "fields";
    case ApiSection::response:
      return "res";
    case ApiSection::test:
      return "test files";
    case ApiSection::test_request:
      return "request";
    case ApiSection::test_client:
      return "client";
    case ApiSection::test_response:
      return "response";
    case ApiSection::test_asset:
      return "assets";
    case ApiSection::check:
      return "expect";
  }
  return "";
}

}  // namespace outrider::script
