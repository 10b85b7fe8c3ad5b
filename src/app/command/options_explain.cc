// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <cstdint>

#include "app/command/command_line.h"
#include "app/command/options.h"

namespace outrider::app {
namespace {

constexpr std::int64_t longest_ms = 3'600'000;

}  // namespace

CLI::App* add_explain(CLI::App& app, ExplainCommand& command) {
  CLI::App* explain = app.add_subcommand(
      "explain", "Show which rules match a request, what each client would be sent, and why, without a server");
  add_config(*explain, command.config);
  CLI::Option* url =
      explain->add_option("url", command.url, "The page: an URL, or a path where the configuration has one site")
          ->type_name("URL");
  explain->add_option("-X,--request-method", command.method, "The request method")
      ->type_name("METHOD")
      ->capture_default_str();
  explain->add_option("-H,--header", command.headers, "A header field \"Name: value\"; may repeat")
      ->type_name("FIELD")
      ->allow_extra_args(false);
  explain->add_option("-b,--cookie", command.cookies, "Cookies \"name=value; other=value\"; may repeat")
      ->type_name("COOKIES")
      ->allow_extra_args(false);
  CLI::Option* client =
      explain
          ->add_option("--client", command.clients,
                       "As this client would ask: chromium, firefox, safari, qtwebengine, curl, "
                       "nghttp, node, http1, bot; with a version as in chromium=102; may repeat (default: "
                       "chromium, unless -H says who asks)")
          ->type_name("NAME")
          ->allow_extra_args(false);
  explain->add_flag("--all", command.all, "As each of these clients would ask")->excludes(client);
  explain
      ->add_option("--response", command.response,
                   "A file with the head of the page's response, as curl -sD- prints it, for rules of the response "
                   "phase and the application's own Link")
      ->type_name("FILE");
  explain->add_option("--rtt", command.rtt_ms, "The connection's round trip")
      ->type_name("MS")
      ->check(up_to(longest_ms));
  explain->add_option("--think", command.think_ms, "How long the application takes for the page")
      ->type_name("MS")
      ->check(up_to(longest_ms));
  explain->add_option("--page-bytes", command.page_bytes, "How large the page is")
      ->type_name("BYTES")
      ->check(up_to(most_bytes));
  explain->add_option("--at", command.at, "The moment, as in 2026-11-27 or \"2026-11-27 08:00\", in UTC; else now")
      ->type_name("MOMENT");
  explain->add_option("--sent", command.sent, "An asset that this connection has brought already; may repeat")
      ->type_name("PATH")
      ->allow_extra_args(false);
  explain->add_option("--cached", command.cached, "An asset that the client has, as its cookie tells; may repeat")
      ->type_name("PATH")
      ->allow_extra_args(false);
  explain->add_option("--address", command.address, "The client's address")->type_name("ADDRESS");
  explain->add_option("--country", command.country, "The client's country, two letters")->type_name("COUNTRY");
  explain->add_flag("-v,--verbose", command.verbose, "Also show the Link fields that the client gets");
  explain->add_flag("--all-rules", command.all_rules, "Also show the rules whose path does not fit");
  CLI::Option* json = explain->add_flag("--json", command.json, "Print it as JSON");
  CLI::Option* as_test =
      explain->add_flag("--as-test", command.as_test, "Print it as a test for a *.test.lua file beside the rules")
          ->excludes(json);
  CLI::Option* live =
      explain
          ->add_flag("--live", command.live,
                     "Ask the running server, with what it knows; with --address, on that client's newest connection")
          ->excludes(as_test);
  CLI::Option* request = explain
                             ->add_option("--request", command.request,
                                          "What was decided for a request of the recent past: its id in the access log")
                             ->type_name("ID")
                             ->excludes(url, live, client, as_test);
  explain->add_option("--admin", command.admin, "The server's admin address (default: found by the configuration file)")
      ->type_name("ADDRESS");
  explain->add_option("--token-file", command.token_file, "The file with the token, for an address over TCP")
      ->type_name("FILE");
  explain->add_option("--state-dir", command.state_dir, "Where the server keeps its state, if it was told so")
      ->type_name("DIR");
  explain->final_callback([url, request] {
    if (url->empty() && request->empty()) throw CLI::RequiredError("url");
  });
  return explain;
}

}  // namespace outrider::app
