// SPDX-License-Identifier: MIT
// The API's tables about what files see besides Lua's own: rule and test files, the configuration, the table of
// clients (api.h).
#include "script/api.h"

namespace outrider::script {
namespace {

constexpr ApiEntry globals[] = {
    {.name = "rule",
     .type = "fun(rule: Rule)",
     .sentence = "Adds a rule to the site whose files are loading.",
     .errors = "Unknown keys, with a suggestion; a call from a test file.",
     .example = "rule { path = \"/\", hints = { style \"/css/app.css\" } }",
     .when = When::loading},
    {.name = "hint_list",
     .type = "fun(hints: string|Hint|(string|Hint|false)[]|nil): Hint[]",
     .sentence =
         "What a rule's `hints` may be besides a function, as a list of hints, each of them checked: for modules "
         "that are given such lists while rules load.",
     .errors = "What a rule's own list refuses, too; a {name}, which only a rule's own list fills in.",
     .example = "local list = hint_list { \"/css/app.css\", font \"/inter.woff2\" }",
     .when = When::loading},
    {.name = "now",
     .type = "fun(): integer",
     .sentence = "The time, read once per request: seconds since 1970 (UTC).",
     .unit = "s",
     .example = "local function is_even() return now() % 2 == 0 end",
     .when = When::serving},
    {.name = "api",
     .type = "integer",
     .fallback = "1",
     .sentence = "The version of this API that a file is written for; may head the file.",
     .errors = "A version that this program does not speak.",
     .example = "api = 1",
     .when = When::loading},
    {.name = "require",
     .type = "fun(name: string): any",
     .sentence =
         "Loads a module, once per state, and returns what it returns, read-only. NAME is looked for as NAME.lua "
         "and NAME/init.lua in the rules' directories, in lib/ below them, and among the modules that ship.",
     .errors = "A module that returns nothing; a circle; a path in place of a name.",
     .example = "local shop = require \"shop\"",
     .when = When::loading},
    {.name = "data",
     .type = "fun(file: string): any",
     .sentence = "Reads a file below the rules' directories, `data_dirs` or a route's directory, by its ending: .json, "
                 ".csv (a list of records by the names in the first line), anything else as text. The result is "
                 "read-only. At most 16 MiB a file and 64 MiB in all.",
     .errors = "A file that is missing or outside of these directories.",
     .example = "local pages = data \"landing.json\"",
     .when = When::loading},
    {.name = "files",
     .type = "table",
     .sentence = "Reading from the directories that `data` may read from.",
     .when = When::loading},
    {.name = "json", .type = "table", .sentence = "JSON texts.", .when = When::loading},
    {.name = "html", .type = "table", .sentence = "HTML pages.", .when = When::loading},
};

constexpr ApiEntry files_functions[] = {
    {.name = "read",
     .type = "fun(file: string, bytes: integer?): string",
     .sentence = "The content of a file as text, whatever its ending, or no more than its first bytes. Bounded as "
                 "`data` is.",
     .errors = "As of `data`.",
     .example = "local text = files.read \"landing.json\""},
    {.name = "list",
     .type = "fun(directory: string): string[]",
     .sentence = "The names in a directory, sorted by bytes; directories end in a slash. At most 100000.",
     .errors = "As of `data`.",
     .example = "for _, name in ipairs(files.list \".\") do print(name) end"},
    {.name = "find",
     .type = "fun(directory: string, glob: string): string[]",
     .sentence = "The files in a directory and in all folders below it whose names match, relative to it and sorted. "
                 "What begins with a dot and links to folders are left out. At most 10000, 32 folders deep.",
     .errors = "As of `data`.",
     .example = "local pages = files.find(\".\", \"*.html\")"},
};

constexpr ApiEntry json_functions[] = {
    {.name = "decode",
     .type = "fun(text: string): any",
     .sentence = "What a JSON text says, read-only. null is nil in an object and false in a list.",
     .errors = "What is no JSON; more than 100 levels.",
     .example = "local settings = json.decode '{ \"theme\": \"dark\" }'"},
};

constexpr ApiEntry html_functions[] = {
    {.name = "head",
     .type = "fun(text: string, path: string): table<string, string>[], boolean",
     .sentence = "A table for each <link> and <script src> in the head of a page, in their order: its attributes by "
                 "name, with `tag`, and with `href` or `src` resolved against the page's path, as a hint has its URL. "
                 "Looked at are the first 256 KiB. Behind the list comes whether the text reaches to the body, so that "
                 "more of the page would add nothing.",
     .example = "local tags = html.head('<link rel=icon href=a.png>', '/docs/')"},
};

constexpr ApiEntry config_functions[] = {
    {.name = "env",
     .type = "fun(name: string, default: any?): Secret",
     .sentence = "An environment variable. It prints as *** everywhere. A default that is a number or true or false "
                 "makes the variable's text be read as one.",
     .errors = "A variable that is not set, where there is no default.",
     .example = "local port = env(\"OUTRIDER_PORT\", \"8443\")"},
    {.name = "credential",
     .type = "fun(name: string): Secret",
     .sentence = "The path of a file that holds a secret: systemd's credential of that name, else credentials/NAME "
                 "beside the configuration, which others must not be able to read.",
     .errors = "A file that is missing, or that others may read.",
     .example = "local key = credential \"tls-key\""},
};

constexpr ApiEntry client_row_keys[] = {
    {.name = "family",
     .type = "\"chromium\"|\"firefox\"|\"safari\"|\"other\"",
     .sentence = "The browser's family; all browsers on iOS are safari, and curl, nghttp and Node are other.",
     .errors = "A row without it; a version that stands in two rows.",
     .example = "family = \"chromium\""},
    {.name = "from",
     .type = "integer",
     .fallback = "0",
     .sentence = "The first major version that the row is about; 0 is one that nobody told.",
     .example = "from = 103"},
    {.name = "to",
     .type = "integer",
     .sentence = "The last one; without it all later ones, too.",
     .errors = "A version below `from`.",
     .example = "to = 131"},
    {.name = "push",
     .type = "boolean",
     .fallback = "false",
     .sentence = "It has a use for PUSH_PROMISE where its connection takes it.",
     .example = "push = true"},
    {.name = "early_hints",
     .type = "(\"preload\"|\"modulepreload\"|\"preconnect\")[]",
     .fallback = "{}",
     .sentence = "What it uses of a 103.",
     .example = "early_hints = { \"preload\", \"preconnect\" }"},
    {.name = "source",
     .type = "string",
     .sentence = "Where this is known from, in at most 1024 bytes.",
     .example = "source = \"https://chromestatus.com/feature/5207422375297024\""},
};

}  // namespace

constexpr ApiTable global_table{ApiSection::global, "rule files", "", "What rule files see besides Lua's own.",
                                When::any,          globals};
constexpr ApiTable files_table{ApiSection::files, "files",
                               "files",           "Files, below the directories that may be read.",
                               When::loading,     files_functions};
constexpr ApiTable json_table{ApiSection::json, "json", "json", "JSON texts.", When::loading, json_functions};
constexpr ApiTable html_table{ApiSection::html, "html", "html", "HTML pages.", When::loading, html_functions};
constexpr ApiTable config_table{
    ApiSection::config, "the configuration", "", "What the configuration sees besides Lua's own.",
    When::configuring,  config_functions};
constexpr ApiTable client_row_table{ApiSection::client_row,
                                    "row",
                                    "ClientRow",
                                    "A row of the table of clients: what some versions of a browser can use ahead of a "
                                    "page.",
                                    When::configuring,
                                    client_row_keys};

}  // namespace outrider::script
