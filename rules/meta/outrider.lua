---@meta outrider
-- SPDX-License-Identifier: MIT
-- Made by `outrider print-reference meta` from the tables that the server itself goes by. Nothing loads this file:
-- it is for editors that understand lua-language-server's annotations.
-- luacheck: ignore 111 121 122 131 142 212 (what it defines is the server's own)

---What a hint's constructor returns; it has no fields.
---@class outrider.Hint

---What `request` returns.
---@class outrider.TestedRequest

---A text that prints as ***. It can be joined with a string.
---@class outrider.Secret
---@operator concat(string): outrider.Secret
---@field is fun(self: outrider.Secret, text: string): boolean

---The keys of a rule.
---@class outrider.Rule
---Names the rule in logs, counters, messages and `outrider off --rule`; unique within a site. Default: `"<file>:<line>"`. Refused: A name that another rule of the site has; anything but printable ASCII.
---@field name? string
---Hosts it is for, without port; * matches any run of characters. Without it the rule is for every host of its site. Refused: A host with a scheme, a port or a path.
---@field host? string|string[]
---Request methods it is for. Default: `{ "GET", "HEAD" }`.
---@field method? string|string[]
---Patterns of the decoded path, without the query: * stays within a segment, ** crosses segments, {name} captures one whole segment. Without it the rule is for every path. Refused: A pattern without a slash at its front, with a query, percent-encoding, ".." or "//", or with a {name} that is not a whole segment.
---@field path? string|string[]
---Patterns of paths that it is not for, although `path` matches. Refused: As of `path`.
---@field except? string|string[]
---Conditions that must all hold, or a function that says whether the rule applies.
---@field when? outrider.Conditions|fun(req: outrider.Request, res: outrider.Response?): boolean
---What the client will need: a list, or a function that returns one. A plain string's kind follows its extension; false in a list is left out. Captures may stand in declared hints. At most 64 entries. Refused: A string whose extension tells no kind; a {name} that the path does not capture; a rule with neither `hints` nor final = true.
---@field hints? outrider.Hint|string|(outrider.Hint|string)[]|fun(req: outrider.Request, res: outrider.Response?): (outrider.Hint|string)[]|outrider.Hint|string|false|nil
---When it is evaluated: as soon as the request is known, or when the head of the response is. A function of the response phase gets the response as its second argument. Default: `"request"`.
---@field phase? "request"|"response"
---Restricts how its hints go out; "push" and "early_hints" fall back to Link. Default: `"auto"`. Refused: "early_hints" in the response phase, which is too late for a 103.
---@field deliver? "auto"|"push"|"early_hints"|"link"
---After this rule matched, even with an empty list, no later rule is looked at. Default: `false`.
---@field final? boolean
---How many bytes its hints may push for one page at most; what exceeds it goes as a 103 or Link. Without it the site's budget alone counts. Unit: bytes.
---@field budget_bytes? integer
---The share of visitors it applies to, above 0 and at most 1; stable for each visitor. Default: `1`.
---@field share? number
---It is evaluated, counted and explained, but its hints are delivered to nobody. Default: `false`.
---@field shadow? boolean
---The moment from which it applies: a day or a day and a time, in UTC with or without a trailing Z. A day alone means its first second. Refused: A moment that no calendar has.
---@field from? string
---The moment from which it no longer applies, written as `from` is. Refused: A moment that is not after `from`.
---@field to? string
---The same as `to`. Lua keeps the word until for itself, so that it stands in brackets. Refused: Both `to` and `until`.
---@field ["until"] string|nil

---What a rule may ask of a request without running Lua. All of them must hold.
---@class outrider.Conditions
---Cookies that must all be there: names, in which * matches any run of characters, or name = glob of the value.
---@field cookie? string|string[]|table<string, string>
---Cookies of which none may be there; written as `cookie` is.
---@field no_cookie? string|string[]|table<string, string>
---Request header fields that must all be there: names without regard to case, or name = glob of the value. Refused: A * in a name.
---@field header? string|string[]|table<string, string>
---Query parameters that must all be there: names, or name = glob of the decoded value.
---@field query? string|string[]|table<string, string>
---Browser families of which one must fit: "chromium", "firefox", "safari" or "other", perhaps with a major version (< <= = >= >). Refused: A family that is none of these.
---@field client? string|string[]
---Whether the client is a mobile browser.
---@field mobile? boolean
---Whether the client is a crawler or another program that names itself as one.
---@field bot? boolean
---Whether the client asks for less data (Save-Data: on).
---@field save_data? boolean
---Language tags of which one must be what Accept-Language prefers.
---@field language? string|string[]
---Networks or addresses of which one must hold the client's address.
---@field network? string|string[]
---Country codes of two letters (ISO 3166-1) of which one must be the client's, as a trusted proxy tells it.
---@field country? string|string[]

---The options of a hint.
---@class outrider.HintOptions
---How the browser will request it across origins; true means "anonymous". Default: `false`.
---@field crossorigin? "anonymous"|"use-credentials"|boolean
---Its media type, so that a browser that cannot use it does not fetch it.
---@field type? string
---The browser's priority for it. Default: `"auto"`.
---@field fetchpriority? "high"|"low"|"auto"
---Its subresource integrity digest, which must equal the page's own.
---@field integrity? string
---The media query it is for. Such a hint goes into Link alone: a 103 cannot say for whom it is, and a push goes to all, unless `push_only` or the rule's `deliver = "push"` wants that.
---@field media? string
---The sources to choose from; as with `media`, in Link alone. Refused: A hint that is no image.
---@field imagesrcset? string
---The sizes to choose by; as with `media`, in Link alone. Refused: A hint that is no image.
---@field imagesizes? string
---Where a push stands against its page: ahead of it, mixed with it, behind it. By default its kind decides. What is to go behind it has what the other hints leave of the budget.
---@field priority? "before"|"interleaved"|"after"
---Never sent as a PUSH_PROMISE. Default: `false`. Refused: Together with `push_only`.
---@field nopush? boolean
---Sent as a PUSH_PROMISE or not at all. Default: `false`. Refused: Together with `nopush`.
---@field push_only? boolean
---Names of request headers to repeat in the promise, for API clients; such a push is for its connection alone. Refused: Fields that belong to the connection, such as host and te.
---@field with? string|string[]
---@field [1] string|nil

---The request, as functions get it: read-only, and valid during the call alone.
---@class outrider.Request
---The request's id, as the access log and the upstream get it.
---@field id string
---GET, HEAD, …
---@field method string
---The connection's, or what a trusted proxy says; never the client's word.
---@field scheme "http"|"https"
---The host asked for, in lower case, without the port.
---@field host string
---The path, decoded and normalised, without the query.
---@field path string
---What the {name} parts of the rule's path captured.
---@field params table<string, string>
---Query parameters, decoded, by name; the first where a name repeats.
---@field query outrider.Fields
---The query as it was sent, without the question mark; empty where there is none.
---@field query_string string
---Header fields by name, without regard to case; the first where a name repeats.
---@field headers outrider.Fields
---Cookies by name; the first where a name repeats.
---@field cookies outrider.Fields
---The protocol's version: "HTTP/2", "HTTP/1.1".
---@field protocol string
---Who asks.
---@field client outrider.Client
---The connection's TLS.
---@field tls outrider.Tls
---The first of the offered language tags that Accept-Language prefers, or nil.
---@field language fun(offered: string[]): string?
---A number that is stable for a visitor and a name, at least 0 and below 1.
---@field bucket fun(name: string): number
---Whether the asset, a hint or its URL, went over this connection already and has not changed since.
---@field sent fun(asset: string|outrider.Hint): boolean
---Whether the client has the asset, a hint or its URL, in its present version, as far as its cookie tells; nil where it has been here and nobody knows which version is the present one.
---@field cached fun(asset: string|outrider.Hint): boolean?

---Who asks.
---@class outrider.Client
---The client's address; behind a trusted proxy the forwarded one.
---@field address string
---The address of the connection's other end.
---@field peer string
---The browser's family; all browsers on iOS are safari.
---@field family "chromium"|"firefox"|"safari"|"other"
---Its major version, or nil where it is not known.
---@field version integer?
---A mobile browser.
---@field mobile boolean
---It takes PUSH_PROMISE on this connection.
---@field accepts_push boolean
---A 103 may be sent to it.
---@field accepts_early_hints boolean
---The request navigates (Sec-Fetch-Mode: navigate).
---@field navigation boolean
---Why a browser asks ahead of its user, or nil.
---@field purpose "prefetch"|"prerender"|nil
---It asks for less data.
---@field save_data boolean
---A crawler or another program that names itself as one.
---@field bot boolean
---The connection's round trip, as the kernel measured it; nil behind a proxy and on unix sockets. Unit: ms.
---@field rtt_ms number?
---The connection's congestion window: what may be on the way at once; nil where `rtt_ms` is. Unit: bytes.
---@field cwnd_bytes integer?
---This is the first request of its connection; nil behind a proxy.
---@field new_connection boolean?
---Two letters (ISO 3166-1), or nil where nobody said.
---@field country string?

---The TLS of the client's connection.
---@class outrider.Tls
---The connection is encrypted by this server.
---@field used boolean
---"TLSv1.3"
---@field version string?
---"TLS_AES_256_GCM_SHA384"
---@field cipher string?
---The name asked for in the handshake (SNI), or nil.
---@field server_name string?
---The handshake resumed an earlier session.
---@field session_reused boolean

---Names that may repeat: req.headers, req.cookies, req.query and res.headers. Read by name, as req.headers["x-app"], or with these methods.
---@class outrider.Fields
---Every value of that name, in the order in which they came.
---@field all fun(self: outrider.Fields, name: string): string[]
---Name and value of the first whose name fits, or nil.
---@field match fun(self: outrider.Fields, glob: string): string?, string?
---Iterates over all of them.
---@field each fun(self: outrider.Fields): fun(): string, string
---@field [string] string|nil

---The head of the response, as functions of the response phase get it beside the request.
---@class outrider.Response
---The response's status code.
---@field status integer
---Its header fields by name, without regard to case; the first where a name repeats.
---@field headers outrider.Fields

---A request that nobody sent.
---@class outrider.TestRequest
---The path as a client sends it, perhaps with a query; rules see it decoded and normalised. Default: `"/"`.
---@field path? string
---The query as a client sends it, without the question mark. Default: `""`. Refused: A query in `path`, too.
---@field query? string
---The request method. Default: `"GET"`.
---@field method? string
---The scheme; https counts as TLS of this server. Default: `"https"`.
---@field scheme? "http"|"https"
---The host, with a port where the URL has one. Without it the site's name; www.example.com for the site *.example.com, localhost for *. Refused: A host that is neither the site's name nor an alias of it.
---@field host? string
---Header fields, in the order of their names; a list is a field that repeats. Default: `{}`.
---@field headers? table<string, string|string[]>
---Cookies, in the order of their names. Default: `{}`.
---@field cookies? table<string, string|string[]>
---Who asks: a client by name, as `outrider explain` knows them, or what the connection tells of it; what is said beside it counts more. Default: `{}`.
---@field client? string|outrider.TestClient
---The protocol's version. Default: `"HTTP/2"`.
---@field protocol? "HTTP/2"|"HTTP/1.1"|"HTTP/1.0"
---Paths of assets for which `req.sent` is true. Default: `{}`.
---@field sent? string|string[]
---Paths of assets for which `req.cached` is true. Default: `{}`.
---@field cached? string|string[]
---How long the application takes for the page, by experience, above 0. Unit: ms.
---@field think_ms? number
---How large the page is, by experience, above 0. Unit: bytes.
---@field page_bytes? integer
---What is known of assets, by path; of others nothing is, and they are taken for good. Default: `{}`.
---@field assets? table<string, outrider.TestAsset>
---The moment at which it is asked, in UTC; without it the real time.
---@field now? string
---The head of the page's response: rules of the response phase are asked only with it.
---@field response? outrider.TestResponse

---What a connection tells of the client, in a test's request.
---@class outrider.TestClient
---A client by name, perhaps with a version, as `outrider explain` knows them.
---@field name? string
---The client's address. Default: `"192.0.2.1"`.
---@field address? string
---Two letters (ISO 3166-1).
---@field country? string
---It takes PUSH_PROMISE on this connection. Default: `false`.
---@field accepts_push? boolean
---This is the first request of its connection. Default: `true`.
---@field new_connection? boolean
---Its round trip, above 0. Default: `100`. Unit: ms.
---@field rtt_ms? number
---Its congestion window, above 0. Default: `14600`. Unit: bytes.
---@field cwnd_bytes? integer
---It comes by way of a proxy that the listener is `behind`. Default: `false`.
---@field behind_proxy? boolean
---That proxy hands a 103 on. Default: `false`.
---@field passes_early_hints? boolean
---It comes by way of a balancer that passes TCP on, or over a unix socket: nobody knows the way to the client, and nothing is pushed without `budget_bytes`. Default: `false`.
---@field behind_balancer? boolean

---The head of a response that nobody sent.
---@class outrider.TestResponse
---The response's status, 200 to 599. Default: `200`.
---@field status? integer
---Its header fields; a list is a field that repeats. Default: `{}`.
---@field headers? table<string, string|string[]>

---What is known of an asset, in a test's request.
---@class outrider.TestAsset
---What its last answer was, 200 to 599. Default: `200`.
---@field status? integer
---Its size, above 0; without it 16 KiB are assumed. Unit: bytes.
---@field bytes? integer
---Its media type.
---@field type? string
---It may not be kept, or goes stale at once. Default: `false`.
---@field stale? boolean
---It wants cookies or authorization. Default: `false`.
---@field needs_cookies? boolean
---It varies by fields that a promise does not repeat. Default: `false`.
---@field varies? boolean

---What can be expected of a request. Checks can follow each other.
---@class outrider.Checks
---The rules of the request phase return exactly these kinds and URLs, in this order. Options count where an expected hint gives them. With a response, those of the response phase follow. A rule that fails is a failure, too.
---@field hints fun(expected: (outrider.Hint|string)[]): outrider.Checks
---The hint of this URL reaches the client in that way.
---@field delivers fun(way: "push"|"early_hints"|"link"|"none", url: string): outrider.Checks
---There are hints, none goes ahead of the page, and this is the reason of each, as `outrider explain` names it. What shadow rules hint counts where there are no other hints. Refused: A reason that is not in the table of reasons.
---@field nothing_because fun(reason: string): outrider.Checks

---A row of the table of clients: what some versions of a browser can use ahead of a page.
---@class outrider.ClientRow
---The browser's family; all browsers on iOS are safari, and curl, nghttp and Node are other. Refused: A row without it; a version that stands in two rows.
---@field family? "chromium"|"firefox"|"safari"|"other"
---The first major version that the row is about; 0 is one that nobody told. Default: `0`.
---@field from? integer
---The last one; without it all later ones, too. Refused: A version below `from`.
---@field to? integer
---It has a use for PUSH_PROMISE where its connection takes it. Default: `false`.
---@field push? boolean
---What it uses of a 103. Default: `{}`.
---@field early_hints? ("preload"|"modulepreload"|"preconnect")[]
---Where this is known from, in at most 1024 bytes.
---@field source? string

---A style sheet.
---@param url string|outrider.HintOptions
---@param options? outrider.HintOptions
---@return outrider.Hint
function style(url, options) end

---A classic script.
---@param url string|outrider.HintOptions
---@param options? outrider.HintOptions
---@return outrider.Hint
function script(url, options) end

---A JavaScript module; goes out as modulepreload, after which Firefox takes no import map in that page.
---@param url string|outrider.HintOptions
---@param options? outrider.HintOptions
---@return outrider.Hint
function module(url, options) end

---A font; crossorigin = "anonymous" by itself, because browsers fetch every font so. Refused: crossorigin = false.
---@param url string|outrider.HintOptions
---@param options? outrider.HintOptions
---@return outrider.Hint
function font(url, options) end

---An image.
---@param url string|outrider.HintOptions
---@param options? outrider.HintOptions
---@return outrider.Hint
function image(url, options) end

---Anything that the page gets by fetch(); crossorigin = "anonymous" by itself, as fetch() is, and must be what that call uses.
---@param url string|outrider.HintOptions
---@param options? outrider.HintOptions
---@return outrider.Hint
function fetch(url, options) end

---An origin to connect to; never pushed. Refused: A path behind the origin; an option other than crossorigin.
---@param url string|outrider.HintOptions
---@param options? outrider.HintOptions
---@return outrider.Hint
function preconnect(url, options) end

---Adds a rule to the site whose files are loading. Works while files load. Refused: Unknown keys, with a suggestion; a call from a test file.
---@param rule outrider.Rule
function rule(rule) end

---What a rule's `hints` may be besides a function, as a list of hints, each of them checked: for modules that are given such lists while rules load. Works while files load. Refused: What a rule's own list refuses, too; a {name}, which only a rule's own list fills in.
---@param hints string|outrider.Hint|(string|outrider.Hint|false)[]|nil
---@return outrider.Hint[]
function hint_list(hints) end

---The time, read once per request: seconds since 1970 (UTC). Works while a request is served. Unit: s.
---@return integer
function now() end

---Reads a file below the rules' directories, `data_dirs` or a route's directory, by its ending: .json, .csv (a list of records by the names in the first line), anything else as text. The result is read-only. At most 16 MiB a file and 64 MiB in all. Works while files load. Refused: A file that is missing or outside of these directories.
---@param file string
---@return any
function data(file) end

---Files, below the directories that may be read.
files = {}

---The content of a file as text, whatever its ending, or no more than its first bytes. Bounded as `data` is. Refused: As of `data`.
---@param file string
---@param bytes? integer
---@return string
function files.read(file, bytes) end

---The names in a directory, sorted by bytes; directories end in a slash. At most 100000. Refused: As of `data`.
---@param directory string
---@return string[]
function files.list(directory) end

---The files in a directory and in all folders below it whose names match, relative to it and sorted. What begins with a dot and links to folders are left out. At most 10000, 32 folders deep. Refused: As of `data`.
---@param directory string
---@param glob string
---@return string[]
function files.find(directory, glob) end

---JSON texts.
json = {}

---What a JSON text says, read-only. null is nil in an object and false in a list. Refused: What is no JSON; more than 100 levels.
---@param text string
---@return any
function json.decode(text) end

---HTML pages.
html = {}

---A table for each <link> and <script src> in the head of a page, in their order: its attributes by name, with `tag`, and with `href` or `src` resolved against the page's path, as a hint has its URL. Looked at are the first 256 KiB. Behind the list comes whether the text reaches to the body, so that more of the page would add nothing.
---@param text string
---@param path string
---@return table<string, string>[], boolean
function html.head(text, path) end

---A request that nobody sent, to be handed to `expect`; what is not given is as a plain client has it. Refused: Unknown keys, with a suggestion.
---@param request outrider.TestRequest
---@return outrider.TestedRequest
function request(request) end

---Takes a request and returns the checks that can be made on it, which fail at the line of this call. Refused: A request that no check is made on.
---@param request outrider.TestedRequest
---@return outrider.Checks
function expect(request) end

---Runs a function at once; what fails in it carries the name, and an error in it ends it alone.
---@param name string
---@param body fun()
function test(name, body) end

---An environment variable. It prints as *** everywhere. A default that is a number or true or false makes the variable's text be read as one. Refused: A variable that is not set, where there is no default.
---@param name string
---@param default? any
---@return outrider.Secret
function env(name, default) end

---The path of a file that holds a secret: systemd's credential of that name, else credentials/NAME beside the configuration, which others must not be able to read. Refused: A file that is missing, or that others may read.
---@param name string
---@return outrider.Secret
function credential(name) end

---The version of this API that a file is written for; may head the file.
---@type integer
api = 1
