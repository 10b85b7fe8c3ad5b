// SPDX-License-Identifier: MIT
#include "app/check/asset_warnings.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.h"
#include "push/asset_type.h"
#include "push/caching.h"
#include "push/origin.h"

namespace outrider::app {
namespace {

std::string_view field_of(push::Fields fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.name == name; });
  return found != fields.end() ? found->value : std::string_view();
}

std::string without_parameters(std::string_view type) {
  return lower_case(trim(type.substr(0, type.find(';'))));
}

/// `style "/app.css"`, for another kind of the same hint.
std::string written(push::Kind kind, const push::Hint& hint) {
  return fmt::format("{} \"{}\"", name_of(kind), hint.url);
}

void judge_type(const Hinted& hinted, const AssetAnswer& answer, Warnings& warnings) {
  const push::Hint& hint = hinted.hint;
  const std::string& type = answer.facts.type;
  const auto right = push::kind_of_type(type);
  if (!push::type_fits(hint.kind, type) || (hint.kind == push::Kind::fetch && right)) {
    const std::string as = hint.kind == push::Kind::fetch ? "that is for what fetch() asks for" : "that cannot be";
    warnings.add(
        about(hinted, WarningId::wrong_type,
              fmt::format("is {}, as {} says, and the hint says as=\"{}\": {}, and browsers fetch it twice; {}", type,
                          answer.who, as_of(hint.kind), as,
                          right ? "write " + written(*right, hint) : "correct the URL or the kind")));
  } else if (const std::string said = without_parameters(hint.type); !push::same_type(said, type)) {
    warnings.add(about(hinted, WarningId::wrong_type,
                       fmt::format("is {}, as {} says, and the hint says type = \"{}\": a browser that cannot use that "
                                   "does not fetch this; write the same, or leave type out",
                                   type, answer.who, hint.type)));
  }
}

/// What an answer of 400 or more says of an asset, but for 403.
std::string failing_text(const AssetAnswer& answer) {
  const std::string answers = fmt::format("{} answers {}", answer.who, answer.status);
  if (answer.status == 401 || answer.status == 407) {
    return fmt::format("wants a password: {}; let everybody have it, or remove the hint", answers);
  }
  if (answer.status == 421) {
    return fmt::format(
        "is not served by that name: {}; name the server by a site's name, and where it is by --connect-to", answers);
  }
  if (answer.status >= 500) return fmt::format("fails: {}; see what its log says", answers);
  if (answer.status == 404 || answer.status == 410) {
    return fmt::format("is not there: {}; put it there, or correct or remove the hint", answers);
  }
  return fmt::format("is refused: {}; correct what answers, or correct or remove the hint", answers);
}

/// A single page application's route answers with one page for all that is not there.
void judge_fallback(const Hinted& hinted, const config::Route& route, const Served& served, const Offline& offline,
                    Warnings& warnings) {
  const auto* files = std::get_if<config::Files>(&route.action);
  if (files == nullptr || files->fallback.empty()) return;
  std::string_view rest = std::string_view(served.path).substr(std::min(served.path.size(), route.prefix.size()));
  while (rest.starts_with('/')) rest.remove_prefix(1);
  struct stat about_file {};
  const bool is_missing =
      ::stat((files->root / rest).c_str(), &about_file) != 0 && (errno == ENOENT || errno == ENOTDIR);
  if (!is_missing) return;
  const std::string page = route.prefix + (route.prefix.ends_with('/') ? files->fallback.substr(1) : files->fallback);
  const std::string type = offline.look().type(*served.site, page);
  if (push::type_fits(hinted.hint.kind, type) && hinted.hint.kind != push::Kind::fetch) return;
  warnings.add(
      about(hinted, WarningId::asset_missing,
            fmt::format("is not there: its route \"{}\" has no such file and answers with its fallback \"{}\"; "
                        "put the file there, or correct or remove the hint",
                        route.prefix, files->fallback)));
}

}  // namespace

std::string subject(const Hinted& hinted) {
  return fmt::format("rule \"{}\": {}", hinted.rule->name, written(hinted.hint.kind, hinted.hint));
}

Warning about(const Hinted& hinted, WarningId id, std::string_view message) {
  return {id, hinted.place, hinted.rule->name, hinted.hint.url, fmt::format("{} {}", subject(hinted), message)};
}

Served served_by(const Hinted& hinted, const http::SiteMap& sites) {
  Served served;
  std::string_view target = hinted.hint.url;
  if (target.starts_with('/')) {
    served.site = hinted.site;
  } else if (const auto parts = push::split_origin(target)) {
    std::string host;
    if (http::host_of(parts->origin.authority, host)) served.site = sites.find(host);
    if (served.site != nullptr && served.site->name == "*") served.site = nullptr;
    target = parts->rest.empty() ? "/" : parts->rest;
  }
  target = target.substr(0, target.find_first_of("?#"));
  if (served.site != nullptr) served.path = push::normal_path(target.empty() ? "/" : target);
  return served;
}

AssetAnswer answer_of(int status, push::Fields fields, std::string who) {
  AssetAnswer answer;
  answer.status = status;
  // What a cache on the way has had for a while is as fresh again once that has passed.
  std::vector<push::Field> lasting(fields.begin(), fields.end());
  std::erase_if(lasting, [](const push::Field& field) { return field.name == "age"; });
  answer.facts = push::facts_of({status, lasting});
  const push::CacheControl control = push::cache_control(fields);
  const bool says = control.no_cache || control.max_age_s || !field_of(fields, "expires").empty();
  answer.stale_at_once = says && answer.facts.goes_stale;
  answer.who = std::move(who);
  answer.where = field_of(fields, "location");
  return answer;
}

void judge_answer(const Hinted& hinted, const AssetAnswer& answer, Warnings& warnings) {
  const auto warn = [&](WarningId id, const std::string& message) { warnings.add(about(hinted, id, message)); };
  if (answer.status == 403) {
    warn(WarningId::asset_denied,
         fmt::format("is denied: {} answers 403; allow it, or correct or remove the hint", answer.who));
  } else if (answer.status >= 400) {
    warn(WarningId::asset_missing, failing_text(answer));
  } else if (answer.status >= 300 && answer.status != 304) {
    // A query may be a token that was made for us.
    const auto query = answer.where.find('?');
    const std::string place = answer.where.substr(0, query) + (query != std::string::npos ? "?…" : "");
    const std::string where = place.empty() ? "" : fmt::format(" to {}", printable(place));
    warn(WarningId::asset_redirects,
         fmt::format("redirects: {} answers {}{}, and a redirect is never pushed; hint the URL that it leads to",
                     answer.who, answer.status, where));
  } else {
    judge_type(hinted, answer, warnings);
    if (answer.facts.no_store) {
      warn(WarningId::no_store,
           fmt::format("is for nobody to keep: {} says no-store, so that browsers fetch it twice; let it be kept, or "
                       "remove the hint",
                       answer.who));
    } else if (answer.stale_at_once) {
      warn(WarningId::not_fresh,
           fmt::format("is stale at once: {} lets nobody use it without asking again, so that browsers fetch it twice; "
                       "give it a max-age, or remove the hint",
                       answer.who));
    }
  }
}

void judge_asset(const Hinted& hinted, const Offline& offline, Warnings& warnings) {
  if (hinted.hint.kind == push::Kind::preconnect || hinted.hint.url.empty()) return;
  const Served served = served_by(hinted, offline.sites());
  if (served.site == nullptr) return;
  const config::Route* route = http::find_route(*served.site, served.path);
  if (route == nullptr) {
    warnings.add(
        about(hinted, WarningId::asset_missing,
              fmt::format("is not there: no route of the site {} has it; add one, or correct or remove the hint",
                          served.site->name)));
  } else if (const auto head = offline.look().head(*served.site, served.path)) {
    const std::vector<push::Field> fields = head->views();
    AssetAnswer answer = answer_of(head->status, fields, fmt::format("its route \"{}\"", route->prefix));
    if (const auto* redirect = std::get_if<config::Redirect>(&route->action)) answer.where = redirect->to;
    judge_answer(hinted, answer, warnings);
  } else {
    judge_fallback(hinted, *route, served, offline, warnings);
  }
}

}  // namespace outrider::app
