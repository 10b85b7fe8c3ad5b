// SPDX-License-Identifier: MIT
#include "app/offline/explain_as_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "app/offline/text_layout.h"
#include "push/names.h"
#include "push/plan.h"

namespace outrider::app {
namespace {

using Lines = std::vector<std::string>;
using FieldText = push::MadeRequest::FieldText;

/// A string of Lua.
std::string lua_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (result += '\\') += c;
    } else {
      result += byte < 0x20 || byte == 0x7f ? fmt::format("\\{:03}", byte) : std::string(1, c);
    }
  }
  return result + "\"";
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += fmt::format("{}{}", list.empty() ? "" : ", ", lua_string(text));
  return fmt::format("{{ {} }}", list);
}

/// `["name"] = "value"` for each; a name that comes again has a list of values.
std::string fields_of(const std::vector<FieldText>& fields) {
  std::map<std::string, std::vector<std::string>> by_name;
  for (const auto& [name, value] : fields) by_name[name].push_back(value);
  std::string text;
  for (const auto& [name, values] : by_name) {
    const std::string value = values.size() == 1 ? lua_string(values.front()) : list_of(values);
    text += fmt::format("{}[{}] = {}", text.empty() ? "" : ", ", lua_string(name), value);
  }
  return fmt::format("{{ {} }}", text);
}

bool is_among(const std::vector<FieldText>& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(), [&](const FieldText& field) { return field.first == name; });
}

std::string client_of(const Question& question, const push::MadeRequest& request, std::string_view client) {
  static const push::MadeRequest plain;
  Lines keys;
  if (request.address != plain.address) keys.push_back("address = " + lua_string(request.address));
  if (request.country.size() == 2) keys.push_back("country = " + lua_string(request.country));
  if (client.empty() && request.accepts_push) keys.emplace_back("accepts_push = true");
  if (request.behind_proxy) keys.emplace_back("behind_proxy = true");
  if (request.passes_early_hints) keys.emplace_back("passes_early_hints = true");
  if (!request.link && !request.behind_proxy) keys.emplace_back("behind_balancer = true");
  if (request.link && question.rtt) {
    keys.push_back(fmt::format("rtt_ms = {}", std::chrono::duration<double, std::milli>(*question.rtt).count()));
  }
  if (keys.empty()) return client.empty() ? std::string() : lua_string(client);
  if (!client.empty()) keys.insert(keys.begin(), "name = " + lua_string(client));
  return fmt::format("{{ {} }}", fmt::join(keys, ", "));
}

/// What the request says beside what its client does by itself.
std::vector<FieldText> own_fields(const Question& question, const push::MadeRequest& request, bool is_sample) {
  std::vector<FieldText> fields;
  for (const FieldText& field : request.fields) {
    if (!is_sample || is_among(question.said, field.first)) fields.push_back(field);
  }
  return fields;
}

std::string moment_of(std::chrono::system_clock::time_point moment) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(moment);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

bool asks_response_rules(const Answer& answer) {
  return std::any_of(answer.considered.begin(), answer.considered.end(), [](const push::Considered& each) {
    return !each.unfit && each.rule->phase == push::Phase::response;
  });
}

/// The head has a say in what becomes of the hints.
bool head_matters(const Answer& answer) {
  const auto& delivered = answer.rehearsed.decisions.delivered;
  return answer.head_status != 200 || asks_response_rules(answer) || is_among(answer.head_fields, "link") ||
         std::any_of(delivered.begin(), delivered.end(),
                     [](const push::Delivered& each) { return each.reason == push::Reason::shared_cache; });
}

/// A page that a route has at hand answers as tests expect it, unless something depends on it.
std::string response_of(const Question& question, const Answer& answer) {
  if (question.head) {
    return fmt::format("{{ status = {}, headers = {} }}", question.head->status, fields_of(question.head->fields));
  }
  if (!answer.head_known || !head_matters(answer)) return {};
  return fmt::format("{{ status = {}, headers = {} }}", answer.head_status, fields_of(answer.head_fields));
}

std::string facts_of(const push::AssetFacts& facts) {
  Lines keys;
  if (facts.status != 200 && facts.status != 0) keys.push_back(fmt::format("status = {}", facts.status));
  if (facts.bytes != 0) keys.push_back(fmt::format("bytes = {}", facts.bytes));
  if (!facts.type.empty()) keys.push_back("type = " + lua_string(facts.type));
  if (facts.goes_stale) keys.emplace_back("stale = true");
  if (facts.needs_cookies) keys.emplace_back("needs_cookies = true");
  if (facts.varies) keys.emplace_back("varies = true");
  return fmt::format("{}", fmt::join(keys, ", "));
}

/// What the routes tell of each asset on the page's own host.
Lines assets_of(const Offline& offline, const Answer& answer, const push::Request& request) {
  Lines assets;
  for (const push::Entry& entry : answer.rehearsed.decisions.list.entries()) {
    const std::string_view own = push::same_origin_path(entry.hint.url, request.scheme, request.authority);
    if (own.empty()) continue;
    const std::string facts = facts_of(offline.facts(*answer.site, own));
    if (!facts.empty()) assets.push_back(fmt::format("[{}] = {{ {} }},", lua_string(own), facts));
  }
  std::sort(assets.begin(), assets.end());
  assets.erase(std::unique(assets.begin(), assets.end()), assets.end());
  return assets;
}

std::string constructor_of(const push::Hint& hint) {
  Lines keys;
  const auto text = [&](const char* name, std::string_view value) {
    if (!value.empty()) keys.push_back(fmt::format("{} = {}", name, lua_string(value)));
  };
  if (hint.crossorigin != push::own_crossorigin(hint.kind)) text("crossorigin", name_of(hint.crossorigin));
  if (hint.fetchpriority != push::FetchPriority::automatic) text("fetchpriority", name_of(hint.fetchpriority));
  text("priority", name_of(hint.priority));
  if (hint.nopush) keys.emplace_back("nopush = true");
  if (hint.push_only) keys.emplace_back("push_only = true");
  text("type", hint.type);
  text("integrity", hint.integrity);
  text("media", hint.media);
  text("imagesrcset", hint.imagesrcset);
  text("imagesizes", hint.imagesizes);
  if (!hint.with.empty()) keys.push_back("with = " + list_of(hint.with));
  if (keys.empty()) return fmt::format("{} {}", name_of(hint.kind), lua_string(hint.url));
  return fmt::format("{}({}, {{ {} }})", name_of(hint.kind), lua_string(hint.url), fmt::join(keys, ", "));
}

/// What the rules returned, before anything was decided.
std::string hints_of(const Answer& answer) {
  push::PushList list;
  for (const push::RuleTrace& trace : answer.rehearsed.traces) {
    if (trace.rule->shadow) continue;
    for (const push::Returned& each : trace.returned) {
      if (each.fate == push::Returned::Fate::listed) list.add(each.hint, trace.rule);
    }
  }
  Lines hints;
  for (const push::Entry& entry : list.entries()) hints.push_back(constructor_of(entry.hint));
  return hints.empty() ? ".hints{}" : fmt::format(".hints{{ {} }}", fmt::join(hints, ", "));
}

Lines comments_of(const Answer& answer, const std::vector<std::string>& hidden) {
  Lines comments;
  for (const std::string& name : hidden) comments.push_back(fmt::format("The value of {} is made up.", name));
  if (is_among(answer.made.fields, "cookie")) comments.emplace_back("Its cookies are those that were given.");
  for (const std::string& each : answer.assumptions) comments.push_back("Assumed: " + each + ".");
  return comments;
}

/// One comment over as many lines as it takes.
std::string comment(std::string_view text) {
  std::string lines = "-- " + wrapped(plain(text), 3);
  for (std::size_t at = 0; (at = lines.find("\n   ", at)) != std::string::npos; at += 4) lines.replace(at, 4, "\n-- ");
  return lines;
}

}  // namespace

std::vector<std::string> hide_credentials(Question& question) {
  std::vector<std::string> hidden;
  for (auto* fields : {&question.request.fields, &question.said}) {
    for (auto& [name, value] : *fields) {
      if (name != "authorization" && name != "proxy-authorization") continue;
      // Rules may ask for the kind of credentials.
      const std::size_t kind = value.find(' ');
      value = kind == std::string::npos ? "made-up" : value.substr(0, kind) + " made-up";
      if (std::find(hidden.begin(), hidden.end(), name) == hidden.end()) hidden.push_back(name);
    }
  }
  return hidden;
}

Result<std::string> test_of(const Offline& offline, const Question& question, const Answer& answer,
                            std::string_view client, const std::vector<std::string>& hidden) {
  if (answer.status != 0) {
    return failure(fmt::format("there is nothing to test: the request is answered {} before any rule is asked: {}",
                               answer.status, answer.why));
  }
  const push::MadeRequest& request = answer.made;
  const push::RequestView view(request, nullptr, nullptr);
  // A client without one of its own fields is none of the samples any more.
  const bool is_sample = !client.empty() && question.taken_away.empty();
  Lines lines;
  for (const std::string& each : comments_of(answer, hidden)) lines.push_back(comment(each));
  lines.push_back(fmt::format("expect(request{{\n  path = {}, host = {},", lua_string(question.target),
                              lua_string(request.authority.empty() ? request.host : request.authority)));
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) lines.push_back(fmt::format("  {} = {},", name, value));
  };
  if (request.method != "GET") add("method", lua_string(request.method));
  if (request.scheme != "https") add("scheme", lua_string(request.scheme));
  add("client", client_of(question, request, is_sample ? client : ""));
  if (!is_sample && request.protocol != "HTTP/2") add("protocol", lua_string(request.protocol));
  if (const auto fields = own_fields(question, request, is_sample); !fields.empty()) add("headers", fields_of(fields));
  if (request.now) add("now", lua_string(moment_of(*request.now)));
  if (!question.sent.empty()) add("sent", list_of(question.sent));
  if (!question.cached.empty()) add("cached", list_of(question.cached));
  if (question.think_time) {
    const std::chrono::duration<double, std::milli> think = *question.think_time;
    add("think_ms", fmt::format("{}", think.count()));
  }
  if (question.page_bytes) add("page_bytes", fmt::format("{}", *question.page_bytes));
  add("response", response_of(question, answer));
  if (const Lines assets = assets_of(offline, answer, view.request()); !assets.empty()) {
    lines.emplace_back("  assets = {");
    for (const std::string& asset : assets) lines.push_back("    " + asset);
    lines.emplace_back("  },");
  }
  lines.emplace_back("})");
  lines.push_back("  " + hints_of(answer));
  const push::Decisions& decisions = answer.rehearsed.decisions;
  for (std::size_t i = 0; i != decisions.list.entries().size(); ++i) {
    const push::Hint& hint = decisions.list.entries()[i].hint;
    if (hint.url.empty()) continue;
    lines.push_back(
        fmt::format("  .delivers({}, {})", lua_string(name_of(decisions.delivered[i].how)), lua_string(hint.url)));
  }
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

}  // namespace outrider::app
