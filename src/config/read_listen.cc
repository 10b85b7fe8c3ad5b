// SPDX-License-Identifier: MIT
// listen = { { address = …, tls = …, behind = … }, … }
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "config/accounts.h"
#include "config/paths.h"
#include "config/reading.h"

namespace outrider::config {
namespace {

constexpr std::string_view networks_expected = "networks such as \"10.0.0.0/8\", \"2001:db8::/32\" or an address";

/// Either a file for the certificate and one for the key, or neither.
void check_parts(Reading& reading, const Fields& fields, const schema::Group& group, bool self_signed) {
  for (const char* key : {"certificate", "key"}) {
    if (self_signed && fields.mentions(key)) {
      reading.report.add(fields.place(key), fields.path(key), "means nothing beside self_signed = true");
    }
    if (!self_signed && !fields.mentions(key) && !fields.misspells(key)) {
      reading.report.add(fields.place(), fields.path(),
                         fmt::format("the key \"{}\" is missing; expected {}", key, group.find(key)->expected()));
    }
  }
}

std::vector<Certificate> read_certificates(Reading& reading, const Fields& listen) {
  std::vector<Certificate> certificates;
  const schema::Group& group = *schema::configuration.find("listen")->group->find("tls")->group;
  for (const Item& item : listen.tables("tls")) {
    const Fields fields(reading.report, *item.value, item.path, group);
    Certificate certificate;
    certificate.place = fields.place();
    certificate.self_signed = fields.boolean("self_signed");
    check_parts(reading, fields, group, certificate.self_signed);
    for (auto [key, target] :
         {std::pair{"certificate", &certificate.certificate}, std::pair{"key", &certificate.key}}) {
      if (!fields.has(key)) continue;
      *target = absolute(reading.folder, fields.text(key).text);
      check_secret_file(reading.report, fields.text(key), *target);
    }
    certificates.push_back(std::move(certificate));
  }
  if (listen.has("tls") && certificates.empty()) {
    reading.report.add(
        listen.place("tls"), listen.path("tls"),
        "expected at least one { certificate = …, key = … }; found an empty table (leave the key out for plaintext)");
  }
  return certificates;
}

/// The networks of `key`; "unix:" goes into `unix_peers`, or is a problem where that is null.
std::vector<Network> read_networks(Reading& reading, const Fields& fields, std::string_view key, bool* unix_peers) {
  std::vector<Network> networks;
  for (const Text& text : fields.texts(key)) {
    if (text.text == "unix:" && unix_peers) {
      *unix_peers = true;
      continue;
    }
    auto network = Network::parse(text.text);
    if (network) {
      networks.push_back(std::move(*network));
    } else {
      reading.report.wrong(text, networks_expected, network.error().message);
    }
  }
  return networks;
}

std::optional<Behind> read_behind(Reading& reading, const Fields& listen) {
  const Value* value = listen.value("behind");
  if (!value) return std::nullopt;
  const schema::Group& group = *schema::configuration.find("listen")->group->find("behind")->group;
  const Fields fields(reading.report, *value, listen.path("behind"), group);
  Behind behind;
  behind.trusted = read_networks(reading, fields, "trusted", &behind.trusts_unix);
  behind.passes_103 = fields.boolean("passes_103");
  if (fields.has("country_header")) {
    const Text name = fields.text("country_header");
    behind.country_header = lower_case(name.text);
    if (!is_token(behind.country_header)) {
      reading.report.wrong(name, "the name of a header such as \"cf-ipcountry\"");
    }
  }
  return behind;
}

void read_proxy_protocol(Reading& reading, const Fields& fields, Listen& listen) {
  const bool wanted = fields.boolean("proxy_protocol");
  if (wanted && !fields.mentions("from")) {
    reading.report.add(
        fields.place("proxy_protocol"), fields.path(),
        "proxy_protocol wants \"from\", the networks of the balancers: anybody else could claim any address; expected "
        "from = { \"10.0.0.0/8\" }");
  }
  if (!wanted && fields.mentions("from")) {
    reading.report.add(fields.place("from"), fields.path("from"), "means nothing without proxy_protocol = true");
  }
  if (wanted && listen.behind) {
    reading.report.add(fields.place("proxy_protocol"), fields.path(),
                       "proxy_protocol and behind exclude each other: the first is TCP passed through, the second "
                       "HTTP; expected one of "
                       "them");
  }
  if (wanted && listen.address.is_unix()) {
    reading.report.add(fields.place("proxy_protocol"), fields.path("proxy_protocol"),
                       "is for TCP listeners; this one is a unix socket");
  }
  if (!wanted) return;
  listen.proxy_protocol_from = read_networks(reading, fields, "from", nullptr);
  if (fields.has("from") && fields.texts("from").empty()) {
    reading.report.add(fields.place("from"), fields.path("from"), "expected at least one network; found an empty list");
  }
}

void read_socket_owner(Reading& reading, const Fields& fields, Listen& listen) {
  if (fields.has("mode")) listen.mode = fields.mode("mode");
  listen.owner = fields.text("owner").text;
  listen.group = fields.text("group").text;
  for (const char* key : {"mode", "owner", "group"}) {
    if (fields.has("address") && fields.mentions(key) && !listen.address.is_unix()) {
      reading.report.add(fields.place(key), fields.path(key), "is for unix sockets; this listener is a TCP one");
    }
  }
  if (fields.has("owner")) check_user(reading.report, fields.text("owner"));
  if (fields.has("group")) check_group(reading.report, fields.text("group"));
}

Listen read_listener(Reading& reading, const Item& item, Text& address) {
  const Fields fields(reading.report, *item.value, item.path, *schema::configuration.find("listen")->group);
  Listen listen;
  listen.place = fields.place();
  if (fields.has("address")) {
    address = fields.text("address");
    read_address(reading, address, "\"127.0.0.1:80\", \"[::]:443\" or \"unix:/path\"", listen.address);
  }
  listen.tls = read_certificates(reading, fields);
  listen.redirect_to_https = fields.boolean("redirect_to_https");
  if (listen.redirect_to_https && fields.mentions("tls")) {
    reading.report.add(
        fields.place("redirect_to_https"), fields.path("redirect_to_https"),
        "this listener has tls, so the redirect would lead to itself; expected it on a plaintext listener");
  }
  listen.behind = read_behind(reading, fields);
  read_proxy_protocol(reading, fields, listen);
  read_socket_owner(reading, fields, listen);
  return listen;
}

/// `texts` are the addresses as they are written.
void check_addresses(Reading& reading, const std::vector<Listen>& listen, const std::vector<Text>& texts) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < listen.size(); ++i) {
    const Address& address = listen[i].address;
    // Port 0 is a new port each time; an address that was not read has a problem of its own.
    if (address.length == 0 || (!address.is_unix() && address.port() == 0)) continue;
    const auto [found, fresh] = first.emplace(address.text(), i);
    if (fresh) continue;
    const std::size_t other = found->second;
    reading.report.wrong(texts[i], "each address once",
                         fmt::format("{} is already the address of listen[{}] ({})", texts[i].shown(), other + 1,
                                     texts[other].place.text()));
  }
}

}  // namespace

bool read_address(Reading& reading, const Text& text, std::string_view expected, Address& out) {
  constexpr std::string_view unix_scheme = "unix:";
  std::string full = text.text;
  if (full.size() > unix_scheme.size() && full.compare(0, unix_scheme.size(), unix_scheme) == 0) {
    full = std::string(unix_scheme) + absolute(reading.folder, full.substr(unix_scheme.size())).string();
  }
  auto address = Address::parse(full);
  if (!address) {
    reading.report.wrong(text, expected, address.error().message);
    return false;
  }
  out = *address;
  return true;
}

std::vector<Listen> read_listen(Reading& reading, const Fields& configuration) {
  std::vector<Listen> listen;
  std::vector<Text> texts;
  for (const Item& item : configuration.tables("listen")) {
    texts.emplace_back();
    listen.push_back(read_listener(reading, item, texts.back()));
  }
  check_addresses(reading, listen, texts);
  return listen;
}

}  // namespace outrider::config
