// SPDX-License-Identifier: MIT
// Feeds what any client could send as our cookie to the code that reads it, for some seconds: valid values with
// mutations, values of other keys and sites, random bytes. Not part of tests/run: `ninja fuzz_cookie &&
// tests/fuzz_cookie 60 1` in a build with sanitizers. Ends with 1, and prints the bytes, where something that always
// holds does not:
//   - what AssetSet::decode takes, encode makes again;
//   - ClientCookie::read takes nothing but what was signed, and counts everything else;
//   - without_cookie leaves all other cookies.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/base64url.h"
#include "base/text.h"
#include "push/client_cookie.h"

using namespace outrider;
using push::AssetSet, push::ClientCookie, push::Field;

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const std::chrono::system_clock::time_point now = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);

constexpr std::array<std::uint8_t, 16> first{1}, second{2}, other{3};

class Fuzzer {
 public:
  explicit Fuzzer(std::uint32_t seed) : seed_(seed), random_(seed) {}

  void one_round() {
    const AssetSet set = random_set();
    const std::string encoded = set.encode();
    const std::string value = ours_.value(set, now);
    expect(AssetSet::decode(encoded) == set, "a set does not come back", encoded);
    for (int i = 0; i != 20; ++i) {
      look_at_set(mutated(encoded, false));
      look_at_value(value, mutated(value, true));
      look_at_value(value, base64url(mutated(*from_base64url(value), false)));
      look_at_field(value);
    }
    look_at_set(random_bytes(300));
    look_at_value(value, random_bytes(500));
    look_at_value(value, base64url(random_bytes(300)));
    look_at_value(value, stranger_.value(set, now));
    look_at_value(value, neighbour_.value(set, now));
  }

  std::uint64_t sets() const { return sets_; }
  std::uint64_t sets_taken() const { return sets_taken_; }
  std::uint64_t values() const { return values_; }
  std::uint64_t fields() const { return fields_; }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string random_bytes(std::size_t most) {
    std::string bytes(below(most + 1), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  AssetSet random_set() {
    AssetSet set;
    const std::size_t most = below(3) == 0 ? 300 : 12;
    for (std::size_t count = below(most + 1); count > 0; --count) {
      set.insert("/" + std::to_string(random_()), std::to_string(random_()));
    }
    return set;
  }

  char random_character(bool of_alphabet) {
    return of_alphabet && below(8) != 0 ? alphabet[below(alphabet.size())] : static_cast<char>(random_());
  }

  std::string mutated(std::string text, bool of_alphabet) {
    for (std::size_t count = 1 + below(4); count > 0; --count) {
      const std::size_t at = below(text.size() + 1);
      switch (below(7)) {
        case 0:
          text.erase(at, 1 + below(4));
          break;
        case 1:
          text.insert(at, 1 + below(4), random_character(of_alphabet));
          break;
        case 2:
          text.insert(at, text.substr(below(text.size() + 1), below(64)));
          break;
        case 3:
          text.resize(at);
          break;
        case 4:
          if (at < text.size()) text[at] = static_cast<char>(text[at] ^ 1 << below(8));
          break;
        default:
          if (at < text.size()) text[at] = random_character(of_alphabet);
      }
    }
    return text;
  }

  void look_at_set(const std::string& bytes) {
    ++sets_;
    const auto set = AssetSet::decode(bytes);
    if (!set) return;
    ++sets_taken_;
    expect(set->encode() == bytes, "decodes, and encodes to something else", bytes);
    expect(set->size() <= AssetSet::most_entries && bytes.size() <= AssetSet::most_bytes, "takes too much", bytes);
  }

  void look_at_value(const std::string& genuine, const std::string& value) {
    ++values_;
    const auto reading = ours_.read({{"session", value}, {"outrider", value}, {"outrider", genuine}}, now);
    const bool same = value == genuine;
    expect(reading.good == (same ? 2U : 1U) && reading.rejected == (same ? 0U : 1U), "believes a forgery", value);
    expect(ours_.value(reading.set, now) == genuine, "a forgery spoils the genuine one", value);
  }

  void look_at_field(std::string_view value) {
    ++fields_;
    const std::string_view names[] = {"outrider", "outrider", "a", "b", "outrider2", "", " ", "Outrider"};
    const std::string_view between[] = {"; ", ";", " ; ", ";;", ";\t", "=", " "};
    std::string field;
    for (std::size_t count = below(6); count > 0; --count) {
      field.append(between[below(7)])
          .append(names[below(8)])
          .append(below(5) == 0 ? "" : "=")
          .append(value.substr(0, below(12)));
    }
    if (below(2) == 0) field = mutated(field, false);
    const std::string left = push::without_cookie(field, "outrider");
    std::vector<std::string_view> others = split(field, ';');
    std::erase_if(others, [](std::string_view pair) { return trim(pair.substr(0, pair.find('='))) == "outrider"; });
    expect(split(left, ';') == others, "leaves other cookies than it should", field);
    expect(push::without_cookie(left, "outrider") == left, "leaves something to be taken out", field);
    expect(!others.empty() || left.empty() || left == field, "leaves something of nothing", field);
  }

  void expect(bool holds, std::string_view complaint, std::string_view bytes) {
    if (holds) return;
    std::cerr << "seed " << seed_ << ": " << complaint << ": \"" << printable(std::string(bytes)) << "\"\n";
    std::exit(1);
  }

  std::uint32_t seed_;
  std::mt19937 random_;
  std::uint64_t sets_ = 0, sets_taken_ = 0, values_ = 0, fields_ = 0;
  const ClientCookie ours_{"outrider", "shop.example", {first, second}, std::chrono::days(30)};
  const ClientCookie stranger_{"outrider", "shop.example", {other}, std::chrono::days(30)};
  const ClientCookie neighbour_{"outrider", "blog.example", {first}, std::chrono::days(30)};
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: fuzz_cookie SECONDS SEED\n";
    return 2;
  }
  const auto seconds = std::chrono::seconds(std::strtoul(arguments[1], nullptr, 10));
  Fuzzer fuzzer(static_cast<std::uint32_t>(std::strtoul(arguments[2], nullptr, 10)));
  std::uint64_t rounds = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < seconds) {
    fuzzer.one_round();
    ++rounds;
  }
  std::cout << rounds << " rounds: " << fuzzer.sets() << " encodings (" << fuzzer.sets_taken() << " taken), "
            << fuzzer.values() << " values, " << fuzzer.fields() << " Cookie fields\n";
  return 0;
}
