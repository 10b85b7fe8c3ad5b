// SPDX-License-Identifier: MIT
// What a rule looked at to decide, as far as a shared cache must know: a hint that came from cookies or an address is
// one visitor's, and stays out of what is stored for all; other request fields go into Vary (RFC 9111 4.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::push {

/// What is one visitor's: nobody else's is the same, or only by chance.
enum class Personal : std::uint16_t {
  fields = 1 << 0,  // request fields that say who asks, or more of them than are kept by name
  cookies = 1 << 1,
  id = 1 << 2,       // the request's
  address = 1 << 3,  // the client's
  peer = 1 << 4,     // the address of the connection's other end
  country = 1 << 5,
  browser = 1 << 6,  // as far as the user agent says
  protocol = 1 << 7,
  connection = 1 << 8,  // its TLS, its speed, what it takes
  assets = 1 << 9,      // which of them were sent, or are in the client's cache
  bucket = 1 << 10,     // the number that is made of address, user agent and a key
};

class Reads {
 public:
  /// What is beyond these bounds counts as personal.
  static constexpr std::size_t most_fields = 32;
  static constexpr std::size_t longest_name = 64;

  /// Something that no Vary could express well.
  void personal(Personal what) { personal_ |= static_cast<std::uint16_t>(what); }
  /// A request field by its name in lower case, whether or not the request has it; credentials and what carries the
  /// client's address are personal. Names that no field can have are ignored.
  void field(std::string_view name);

  bool is_personal() const { return personal_ != 0; }
  /// What of that was looked at, for a person: "cookies"; empty: nothing. Of several the one that says most.
  std::string_view personal_part() const;
  bool has(Personal what) const { return (personal_ & static_cast<std::uint16_t>(what)) != 0; }
  /// In lower case, each once, sorted.
  const std::vector<std::string>& fields() const { return fields_; }
  void clear();
  /// Takes in what `other` has.
  void merge(const Reads& other);
  /// The same; leaves `other` with anything, to be cleared. Costs no allocation where there are no fields yet.
  void merge(Reads&& other);

 private:
  void insert(std::string_view name);

  std::uint16_t personal_ = 0;  // of Personal
  std::vector<std::string> fields_;
};

}  // namespace outrider::push
