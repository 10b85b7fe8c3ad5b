// SPDX-License-Identifier: MIT
// The table's part about the server as a whole: listeners, logs, admin plane, limits.
#include "config/schema.h"

namespace outrider::config::schema {
namespace {

constexpr std::string_view log_formats[] = {"combined", "json"};
constexpr std::string_view log_levels[] = {"debug", "info", "warning", "error"};

constexpr Key certificate_keys[] = {
    {.name = "certificate",
     .type = Type::string,
     .sentence = "The certificate in PEM, the server's own first, then the intermediate ones.",
     .example = "\"tls/fullchain.pem\""},
    {.name = "key",
     .type = Type::string,
     .sentence = "Its private key in PEM, without a password.",
     .example = "\"tls/key.pem\" or credential \"tls-key\""},
    {.name = "self_signed",
     .type = Type::boolean,
     .sentence =
         "Instead of both: a certificate for the names of all sites and localhost, which no browser trusts; the "
         "server makes it in its state folder and renews it.",
     .standard = false},
};
constexpr Group certificate{"tls", "One certificate; of several, the client's server name (SNI) chooses.",
                            certificate_keys};

constexpr Key behind_keys[] = {
    {.name = "trusted",
     .type = Type::strings,
     .sentence = "The networks of the balancers, whose x-forwarded-for and -proto are believed; \"unix:\" means every "
                 "peer of a unix listener.",
     .required = true,
     .example = "{ \"10.0.0.0/8\" }"},
    {.name = "passes_103",
     .type = Type::boolean,
     .sentence = "The balancer passes 103 Early Hints on, so navigations get theirs over HTTP/1.1 too.",
     .standard = false},
    {.name = "country_header",
     .type = Type::string,
     .sentence = "The request header in which the balancer puts the client's country.",
     .example = "\"cf-ipcountry\""},
};
constexpr Group behind{"behind", "The listener stands behind a balancer or CDN.", behind_keys};

constexpr Key listen_keys[] = {
    {.name = "address",
     .type = Type::string,
     .sentence = "An IP address with its port, or a unix socket.",
     .required = true,
     .example = "\"[::]:443\" or \"unix:/run/outrider/http.sock\""},
    {.name = "tls",
     .type = Type::tables,
     .sentence = "Certificates; without them the listener speaks plaintext HTTP/1.1 and HTTP/2 (prior knowledge).",
     .group = &certificate},
    {.name = "redirect_to_https",
     .type = Type::boolean,
     .sentence = "Answers every request but those below /.well-known/acme-challenge/ with a redirect to https.",
     .standard = false},
    {.name = "behind",
     .type = Type::table,
     .sentence = "The listener stands behind a balancer or CDN.",
     .group = &behind},
    {.name = "proxy_protocol",
     .type = Type::boolean,
     .sentence = "Every connection begins with a PROXY header, version 1 or 2; wants \"from\".",
     .standard = false},
    {.name = "from",
     .type = Type::strings,
     .sentence = "The networks that may connect to a listener with proxy_protocol.",
     .example = "{ \"10.0.0.0/8\" }"},
    {.name = "mode", .type = Type::mode, .sentence = "The permissions of a unix socket.", .example = "\"0660\""},
    {.name = "owner", .type = Type::string, .sentence = "The user who owns a unix socket.", .example = "\"outrider\""},
    {.name = "group", .type = Type::string, .sentence = "The group of a unix socket.", .example = "\"www-data\""},
};
constexpr Group listen{"listen", "An address to accept connections on.", listen_keys};

constexpr Key access_log_keys[] = {
    {.name = "to",
     .type = Type::string,
     .sentence = "Where the line of each request goes.",
     .required = true,
     .example = "\"stdout\", \"stderr\", \"off\" or a file"},
    {.name = "format",
     .type = Type::choice,
     .sentence = "How it is written.",
     .standard = "combined",
     .choices = log_formats},
};
constexpr Group access_log{"access", "One line for each request.", access_log_keys};

constexpr Key error_log_keys[] = {
    {.name = "to",
     .type = Type::string,
     .sentence = "Where messages for the operator go.",
     .standard = "stderr",
     .example = "\"stderr\" or a file"},
    {.name = "level",
     .type = Type::choice,
     .sentence = "The least important messages that are written.",
     .standard = "info",
     .choices = log_levels},
};
constexpr Group error_log{"error", "What happened, for the operator's eyes.", error_log_keys};

constexpr Key log_keys[] = {
    {.name = "access",
     .type = Type::table,
     .sentence = "One line for each request; default: none.",
     .group = &access_log},
    {.name = "error", .type = Type::table, .sentence = "What happened, for the operator's eyes.", .group = &error_log},
};
constexpr Group log_group{"log", "The two logs.", log_keys};

constexpr Key admin_keys[] = {
    {.name = "address",
     .type = Type::strings,
     .sentence =
         "Where the server tells its state and takes commands: a unix socket, or a TCP address where there is a "
         "token_file, or several.",
     .required = true,
     .example = "\"unix:/run/outrider/admin.sock\""},
    {.name = "token_file",
     .type = Type::string,
     .sentence = "The file with the word that whoever comes over TCP must send as \"Authorization: Bearer WORD\".",
     .example = "credential \"admin-token\""},
    {.name = "mode",
     .type = Type::mode,
     .sentence = "The permissions of the unix socket.",
     .standard = "0660",
     .example = "\"0660\""},
    {.name = "group", .type = Type::string, .sentence = "The group of the unix socket.", .example = "\"adm\""},
};
constexpr Group admin{"admin", "The admin plane.", admin_keys};

constexpr Key rollback_keys[] = {
    {.name = "failures_percent",
     .type = Type::integer,
     .sentence = "The share of evaluations in which a rule fails, beyond that of the generation before, from which on "
                 "that one is taken back; 0 means never.",
     .standard = 10,
     .unit = "percent",
     .least = 0,
     .most = 100},
    {.name = "assets_percent",
     .type = Type::integer,
     .sentence = "The share of hinted assets that are answered with a redirect or an error, beyond that of the "
                 "generation before, from which on that one is taken back; 0 means never.",
     .standard = 10,
     .unit = "percent",
     .least = 0,
     .most = 100},
    {.name = "window_s",
     .type = Type::integer,
     .sentence = "The time over which the shares are counted.",
     .standard = 60,
     .unit = "s",
     .least = 1,
     .most = 3'600},
    {.name = "minimum",
     .type = Type::integer,
     .sentence = "How many evaluations, or answered hints, there must be before anything is concluded.",
     .standard = 100,
     .unit = "events",
     .least = 1,
     .most = 1'000'000},
    {.name = "visitors",
     .type = Type::integer,
     .sentence = "For how many visitors (addresses) a rule must fail, or a hinted asset be missing, and for the same "
                 "share of all that came, so that none of them alone can have a generation taken back.",
     .standard = 8,
     .unit = "visitors",
     .least = 1,
     .most = 32},
};
constexpr Group rollback{"rollback", "When a new generation is left by itself for the one before.", rollback_keys};

constexpr Key reload_keys[] = {
    {.name = "keep_generations",
     .type = Type::integer,
     .sentence = "How many earlier generations are kept with their sources, for \"outrider rollback\".",
     .standard = 10,
     .unit = "generations",
     .least = 1,
     .most = 1'000},
    {.name = "test_timeout_ms",
     .type = Type::integer,
     .sentence = "How long all tests beside the rules (*.test.lua) may take together.",
     .standard = 10'000,
     .unit = "ms",
     .least = 10,
     .most = 600'000},
    {.name = "rollback",
     .type = Type::table,
     .sentence = "When a new generation is left by itself for the one before.",
     .group = &rollback},
};
constexpr Group reload{"reload", "How generations follow each other.", reload_keys};

constexpr Key failing_rules_keys[] = {
    {.name = "percent",
     .type = Type::integer,
     .sentence = "The share of a rule's evaluations that must fail, and of the visitors that it is evaluated for; 0 "
                 "means that no rule is switched off.",
     .standard = 50,
     .unit = "percent",
     .least = 0,
     .most = 100},
    {.name = "window_s",
     .type = Type::integer,
     .sentence = "The time over which the shares are counted.",
     .standard = 60,
     .unit = "s",
     .least = 1,
     .most = 3'600},
    {.name = "minimum",
     .type = Type::integer,
     .sentence = "How many evaluations there must be before anything is concluded.",
     .standard = 50,
     .unit = "evaluations",
     .least = 1,
     .most = 1'000'000},
    {.name = "visitors",
     .type = Type::integer,
     .sentence = "For how many visitors (addresses) the rule must fail, so that none of them alone can have it "
                 "switched off for all.",
     .standard = 8,
     .unit = "visitors",
     .least = 1,
     .most = 32},
};
constexpr Group failing_rules{
    "failing_rules", "When a rule whose functions fail is switched off until the next reload.", failing_rules_keys};

constexpr Key limits_keys[] = {
    {.name = "pushes_per_connection",
     .type = Type::integer,
     .sentence = "How many pushes may be open at once on a connection.",
     .standard = 64,
     .unit = "pushes",
     .least = 0,
     .most = 200},
    {.name = "idle_timeout_ms",
     .type = Type::integer,
     .sentence = "How long a client's connection may be idle.",
     .standard = 60'000,
     .unit = "ms",
     .least = 1,
     .most = day_ms},
    {.name = "request_timeout_ms",
     .type = Type::integer,
     .sentence = "How long a client may take to send a request, head and body, over HTTP/1.1.",
     .standard = 30'000,
     .unit = "ms",
     .least = 1,
     .most = day_ms},
    {.name = "handshake_timeout_ms",
     .type = Type::integer,
     .sentence = "How long a TLS handshake may take.",
     .standard = 10'000,
     .unit = "ms",
     .least = 1,
     .most = day_ms},
    {.name = "shutdown_timeout_ms",
     .type = Type::integer,
     .sentence = "How long requests in flight may take to finish when the server stops.",
     .standard = 30'000,
     .unit = "ms",
     .least = 0,
     .most = day_ms},
    {.name = "drain_delay_ms",
     .type = Type::integer,
     .sentence = "How long the server goes on as ever, but for the 503 of its health path, before it lets go of its "
                 "clients: the time that balancers need to notice.",
     .standard = 0,
     .unit = "ms",
     .least = 0,
     .most = day_ms},
    {.name = "drain_timeout_ms",
     .type = Type::integer,
     .sentence = "How long requests, downloads and WebSockets that a reload left with the configuration before may "
                 "go on.",
     .standard = 3'600'000,
     .unit = "ms",
     .least = 0,
     .most = 7 * day_ms},
    {.name = "resets_per_10s",
     .type = Type::integer,
     .sentence = "How many streams a client may reset, and how many stream errors it may provoke, in 10 seconds.",
     .standard = 200,
     .unit = "resets",
     .least = 1,
     .most = 1'000'000},
    {.name = "frames_per_10s",
     .type = Type::integer,
     .sentence = "How many frames a client may send over HTTP/2 in 10 seconds that neither ask for anything nor bring "
                 "anything (PING, SETTINGS, priorities, WINDOW_UPDATE, CONTINUATION, empty DATA, unknown types), beside "
                 "4 for each request and 1 for each 16 bytes that it was sent.",
     .standard = 2'000,
     .unit = "frames",
     .least = 100,
     .most = 1'000'000},
    {.name = "header_bytes",
     .type = Type::integer,
     .sentence = "The size of a request's header list, decoded, with 32 bytes for each field (RFC 9113 6.5.2). Over "
                 "HTTP/2 more ends the connection; over HTTP/1.1 less is taken in any case.",
     .standard = 65'536,
     .unit = "bytes",
     .least = 4'096,
     .most = 1'048'576},
    {.name = "header_fields",
     .type = Type::integer,
     .sentence = "How many fields a request may have, parts of one Cookie not counted; else it gets 431. More than 100 "
                 "over HTTP/1.1 get 400 in any case.",
     .standard = 100,
     .unit = "fields",
     .least = 10,
     .most = 1'000},
    {.name = "rule_cpu_ms",
     .type = Type::integer,
     .sentence = "The CPU time that one evaluation of a rule's function may take.",
     .standard = 5,
     .unit = "ms",
     .least = 1,
     .most = 1'000},
    {.name = "rule_memory_bytes",
     .type = Type::integer,
     .sentence = "The memory of each worker's Lua state.",
     .standard = 64 * mebibyte,
     .unit = "bytes",
     .least = mebibyte,
     .most = 1024 * mebibyte},
    {.name = "rule_pattern_steps",
     .type = Type::integer,
     .sentence = "The steps that one call of a string function with a pattern may take.",
     .standard = 1'000'000,
     .unit = "steps",
     .least = 1'000,
     .most = 1'000'000'000},
    {.name = "failing_rules",
     .type = Type::table,
     .sentence = "When a rule whose functions fail is switched off until the next reload.",
     .group = &failing_rules},
};
constexpr Group limits{"limits", "What clients and rules may use.", limits_keys};

constexpr Key configuration_keys[] = {
    {.name = "include",
     .type = Type::strings,
     .sentence = "Globs of further files, each of which returns a table of sites.",
     .example = "\"sites.d/*.lua\""},
    {.name = "listen",
     .type = Type::tables,
     .sentence = "The addresses to accept connections on.",
     .required = true,
     .example = "{ { address = \"[::]:80\" } }",
     .group = &listen},
    {.name = "sites",
     .type = Type::map,
     .sentence =
         "The sites by host; \"*.example.com\" and \"*\" are hosts too. Without \"*\" an unknown host gets 421.",
     .example = "{ [\"www.example.com\"] = { … } }",
     .group = &site},
    {.name = "health",
     .type = Type::string,
     .sentence = "A path that answers 200 on every host, and 503 while the server drains.",
     .example = "\"/.outrider/health\""},
    {.name = "log", .type = Type::table, .sentence = "The two logs.", .group = &log_group},
    {.name = "admin", .type = Type::table, .sentence = "The admin plane; default: none.", .group = &admin},
    {.name = "limits", .type = Type::table, .sentence = "What clients and rules may use.", .group = &limits},
    {.name = "reload", .type = Type::table, .sentence = "How generations follow each other.", .group = &reload},
    {.name = "user",
     .type = Type::string,
     .sentence =
         "Whom the server goes on as, with that user's groups, where root has started it: the server process "
         "before it reads rules and keys, the supervisor once the listeners are open, with CAP_NET_BIND_SERVICE.",
     .example = "\"outrider\""},
    {.name = "workers",
     .type = Type::integer,
     .sentence = "The worker threads; 0 means one per core.",
     .standard = 0,
     .unit = "threads",
     .least = 0,
     .most = 1'024},
    {.name = "data_dirs",
     .type = Type::strings,
     .sentence = "Directories besides the rules' own from which rules may read at load.",
     .example = "{ \"/srv/data\" }"},
    {.name = "jit",
     .type = Type::boolean,
     .sentence = "Compiles the rules' functions, which gives up their time limit.",
     .standard = false},
    {.name = "watch",
     .type = Type::boolean,
     .sentence = "Reloads by itself when a file has changed.",
     .standard = false},
    {.name = "bucket_key",
     .type = Type::string,
     .sentence = "The file whose key spreads visitors over buckets, so that several machines agree; default: random at "
                 "each start.",
     .example = "\"/etc/outrider/bucket.key\""},
    {.name = "ticket_keys",
     .type = Type::strings,
     .sentence = "The files whose keys seal TLS session tickets, the current one first, then earlier ones, so that "
                 "several machines and restarts agree; default: random at each start.",
     .example = "{ \"tls/ticket.key\", \"tls/ticket-before.key\" }"},
    {.name = "cookie_keys",
     .type = Type::strings,
     .sentence = "The files whose keys sign the sites' client cookies, the current one first, then earlier ones, so "
                 "that several machines and restarts agree; default: random at each start.",
     .example = "{ \"keys/cookie.key\", \"keys/cookie-before.key\" }"},
    {.name = "clients",
     .type = Type::string,
     .sentence = "The Lua file that says what each browser can use ahead of a page; default: the one that ships.",
     .example = "\"clients.lua\""},
};

}  // namespace

constexpr Group configuration{"configuration", "The table that the configuration file returns.", configuration_keys};

}  // namespace outrider::config::schema
