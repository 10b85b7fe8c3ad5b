// SPDX-License-Identifier: MIT
// What a rule looked at to decide, as far as a shared cache must know: a hint that came from cookies or an address is
// one visitor's, and stays out of what is stored for all; other request fields go into Vary (RFC 9111 4.1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::push {

class Reads {
 public:
  /// What is beyond these bounds counts as personal.
  static constexpr std::size_t most_fields = 32;
  static constexpr std::size_t longest_name = 64;

  /// Something that no Vary could express well: cookies, authorization, the address, the visitor's bucket, who the
  /// browser is, what the connection or the client already has.
  void personal() { personal_ = true; }
  /// A request field by its name in lower case, whether or not the request has it; credentials and what carries the
  /// client's address are personal. Names that no field can have are ignored.
  void field(std::string_view name);

  bool is_personal() const { return personal_; }
  /// In lower case, each once, sorted.
  const std::vector<std::string>& fields() const { return fields_; }
  void clear();
  /// Takes in what `other` has.
  void merge(const Reads& other);
  /// The same; leaves `other` with anything, to be cleared. Costs no allocation where there are no fields yet.
  void merge(Reads&& other);

 private:
  void insert(std::string_view name);

  bool personal_ = false;
  std::vector<std::string> fields_;
};

}  // namespace outrider::push
