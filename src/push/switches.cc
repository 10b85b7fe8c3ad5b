// SPDX-License-Identifier: MIT
#include "push/switches.h"

#include <algorithm>

namespace outrider::push {
namespace {

bool covers(const Switch& one, std::string_view site, std::string_view rule) {
  return (one.site.empty() || one.site == site) && (one.rule.empty() || one.rule == rule);
}

}  // namespace

bool Switches::site_is_off(std::string_view site) const {
  return rule_is_off(site, {});
}

bool Switches::rule_is_off(std::string_view site, std::string_view rule) const {
  return std::any_of(switches_.begin(), switches_.end(),
                     [&](const Switch& one) { return !one.delivery && covers(one, site, rule); });
}

bool Switches::delivery_is_off(std::string_view site, std::string_view rule, How delivery) const {
  return std::any_of(switches_.begin(), switches_.end(), [&](const Switch& one) {
    return (!one.delivery || one.delivery == delivery) && covers(one, site, rule);
  });
}

}  // namespace outrider::push
