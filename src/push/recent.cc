// SPDX-License-Identifier: MIT
#include "push/recent.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "base/check.h"

namespace outrider::push {
namespace {

using std::chrono::microseconds;
using std::chrono::system_clock;

constexpr std::string_view ellipsis = "…";

/// Of a mark and of a delivery, when all their texts are cut.
constexpr std::size_t longest_mark = 3 * RecentRequests::longest_name + 32;
constexpr std::size_t longest_delivery = RecentRequests::longest_url + RecentRequests::longest_name + 16;

enum Flag : std::uint8_t { flag_error = 1, flag_final = 2, flag_shadow = 4 };

/// Most texts are short, and a call of memcpy costs more than they do. `from` has `size` bytes and no more.
char* copy(char* to, const char* from, std::size_t size) {
  const auto both_ends = [&]<std::size_t width> {
    std::memcpy(to, from, width);
    std::memcpy(to + size - width, from + size - width, width);
  };
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    both_ends.operator()<16>();
  } else if (size >= 8) {
    both_ends.operator()<8>();
  } else if (size >= 4) {
    both_ends.operator()<4>();
  } else {
    for (std::size_t i = 0; i != size; ++i) to[i] = from[i];
  }
  return to + size;
}

std::string_view protocol_of(std::uint16_t version) {
  if (version >= 0x200) return "HTTP/2";
  return version == 0x101 ? "HTTP/1.1" : "HTTP/1.0";
}

}  // namespace

/// What all entries begin with.
struct RecentRequests::Head {
  enum class Kind : std::uint8_t { asked, ended, ended_without_hints };

  std::uint16_t size = 0;
  Kind kind = Kind::asked;
  bool secure = true, early_hints = false;
  std::uint16_t version = 0;
  std::int32_t status = 0;
  char id[16] = {};
  microseconds::rep begun = 0;
  std::uint64_t generation = 0;

  Head() = default;
  Head(Kind of_kind, std::string_view of) : kind(of_kind) {
    CHECK(of.size() == sizeof(id));
    std::memcpy(id, of.data(), sizeof(id));
  }
  Head(Kind of_kind, const Facts& facts) : Head(of_kind, facts.id) {
    secure = facts.secure;
    version = facts.version;
    begun = std::chrono::duration_cast<microseconds>(facts.begun.time_since_epoch()).count();
    generation = facts.generation;
  }
  std::string_view id_text() const { return {id, sizeof(id)}; }
};

/// Puts an entry together in its place: its head, then values one behind the other.
class RecentRequests::Writer {
 public:
  Writer(char* begin, const Head& head) : begin_(begin), at_(begin) { number(head); }

  template <class Number>
  void number(const Number& value) {
    std::memcpy(at_, &value, sizeof(value));
    at_ += sizeof(value);
  }
  /// `begins`: something that is to be left out followed.
  void text(std::string_view text, std::size_t longest, bool begins = false) {
    const bool cut = begins || text.size() > longest;
    const std::size_t kept = cut ? std::min(text.size(), longest - ellipsis.size()) : text.size();
    number(static_cast<std::uint16_t>(kept + (cut ? ellipsis.size() : 0)));
    at_ = copy(at_, text.data(), kept);
    if (cut) at_ = copy(at_, ellipsis.data(), ellipsis.size());
  }
  void facts(const Facts& facts) {
    text(facts.method, longest_name);
    text(facts.authority, longest_name);
    text(facts.path, longest_url);
    text(facts.client, longest_name);
  }
  void mark(const RuleMark& mark) {
    const Rule& rule = *mark.rule;
    number(mark.what);
    number(static_cast<std::uint8_t>((mark.in_error ? flag_error : 0) | (rule.final ? flag_final : 0) |
                                     (rule.shadow ? flag_shadow : 0)));
    number(static_cast<std::uint16_t>(mark.hints));
    number(rule.place.line);
    number(mark.condition.empty() ? 0 : rule.line_of(mark.condition));
    text(rule.name, longest_name);
    text(rule.place.file, longest_name);
    text(mark.condition, longest_name);
  }
  void delivery(const DeliveryRecord& delivery) {
    number(delivery.how);
    number(delivery.reason);
    const std::size_t query = delivery.computed ? delivery.url.find_first_of("?#") : delivery.url.npos;
    const bool has_query = query != delivery.url.npos;
    text(delivery.url.substr(0, has_query ? query + 1 : query), longest_url, has_query);
    text(delivery.rule, longest_name);
  }
  /// As many items as there is room for, behind their number and that of the others. `longest`: of one.
  template <class Item, class Write>
  void list(std::span<const Item> items, std::size_t longest, Write write) {
    char* const counts = at_;
    at_ += 2 * sizeof(std::uint16_t);
    std::size_t done = 0;
    for (; done != items.size() && longest_entry - size() >= longest; ++done) write(items[done]);
    char* const behind = std::exchange(at_, counts);
    number(static_cast<std::uint16_t>(done));
    number(static_cast<std::uint16_t>(std::min<std::size_t>(items.size() - done, UINT16_MAX)));
    at_ = behind;
  }
  std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }
  void close() const {
    const auto size = static_cast<std::uint16_t>(this->size());
    std::memcpy(begin_ + offsetof(Head, size), &size, sizeof(size));
  }

 private:
  char* begin_;
  char* at_;
};

/// Takes an entry apart in the order in which it was written.
class RecentRequests::Reader {
 public:
  explicit Reader(const char* begin) : at_(begin) {}

  template <class Number>
  Number number() {
    Number value;
    std::memcpy(static_cast<void*>(&value), at_, sizeof(value));
    at_ += sizeof(value);
    return value;
  }
  std::string_view text() {
    const std::size_t size = number<std::uint16_t>();
    return {std::exchange(at_, at_ + size), size};
  }
  RecentRequest::Asked mark() {
    RecentRequest::Asked rule;
    rule.what = number<RuleMark::What>();
    const auto flags = number<std::uint8_t>();
    rule.in_error = (flags & flag_error) != 0;
    rule.final = (flags & flag_final) != 0;
    rule.shadow = (flags & flag_shadow) != 0;
    rule.hints = number<std::uint16_t>();
    rule.place.line = number<int>();
    rule.condition_place.line = number<int>();
    rule.rule = text();
    rule.place.file = text();
    rule.condition = text();
    rule.condition_place.file = rule.place.file;
    return rule;
  }
  RecentRequest::Entry delivery() {
    RecentRequest::Entry entry;
    entry.how = number<How>();
    entry.reason = number<Reason>();
    entry.url = text();
    entry.rule = text();
    return entry;
  }

 private:
  const char* at_;
};

/// Pages that no request has touched take no memory: nothing is set to zero.
RecentRequests::RecentRequests(std::size_t bytes) : bytes_(new char[bytes]), size_(bytes) {
  CHECK(bytes >= 4 * longest_entry);
}

char* RecentRequests::begin() {
  const auto forget_until = [this](std::size_t place) {
    while (lapped_ && oldest_ < place && oldest_ < end_) {
      oldest_ += Reader(bytes_.get() + oldest_ + offsetof(Head, size)).number<std::uint16_t>();
    }
    if (!lapped_ || oldest_ < end_) return;
    oldest_ = 0;
    lapped_ = false;
  };
  if (size_ - next_ < longest_entry) {
    forget_until(size_);
    end_ = next_;
    next_ = 0;
    lapped_ = true;
  }
  forget_until(next_ + longest_entry);
  return bytes_.get() + next_;
}

void RecentRequests::end(const Writer& writer) {
  writer.close();
  next_ += writer.size();
}

void RecentRequests::asked(const Facts& facts, std::span<const RuleMark> marks) {
  Writer writer(begin(), Head(Head::Kind::asked, facts));
  writer.facts(facts);
  writer.list(marks, longest_mark, [&writer](const RuleMark& mark) { writer.mark(mark); });
  end(writer);
}

void RecentRequests::ended(const Facts& facts, int status, bool early_hints,
                           std::span<const DeliveryRecord> deliveries) {
  Head head(Head::Kind::ended, facts);
  head.status = status;
  head.early_hints = early_hints;
  Writer writer(begin(), head);
  writer.facts(facts);
  writer.list(deliveries, longest_delivery, [&writer](const DeliveryRecord& each) { writer.delivery(each); });
  end(writer);
}

void RecentRequests::ended(std::string_view id, int status) {
  Head head(Head::Kind::ended_without_hints, id);
  head.status = status;
  end(Writer(begin(), head));
}

/// Oldest first. `visit` gets the head of each entry, and a reader of what is behind that.
template <class Visit>
void RecentRequests::each(Visit visit) const {
  const auto range = [&](std::size_t from, std::size_t to) {
    while (from != to) {
      Reader reader(bytes_.get() + from);
      const auto head = reader.number<Head>();
      visit(head, reader);
      from += head.size;
    }
  };
  if (lapped_) {
    range(oldest_, end_);
    range(0, next_);
  } else {
    range(oldest_, next_);
  }
}

std::optional<RecentRequest> RecentRequests::find(std::string_view id) const {
  std::optional<RecentRequest> found;
  each([&](const Head& head, Reader& reader) {
    if (head.id_text() != id) return;
    if (head.kind == Head::Kind::ended_without_hints) {
      if (found) found->status = head.status;
      return;
    }
    if (!found) {
      found.emplace();
      found->id = id;
      found->scheme = head.secure ? "https" : "http";
      found->protocol = protocol_of(head.version);
      found->begun = system_clock::time_point(microseconds(head.begun));
      found->generation = head.generation;
    }
    for (std::string* text : {&found->method, &found->authority, &found->path, &found->client}) *text = reader.text();
    const auto count = reader.number<std::uint16_t>();
    found->left_out += reader.number<std::uint16_t>();
    if (head.kind == Head::Kind::asked) {
      for (unsigned i = 0; i != count; ++i) found->rules.push_back(reader.mark());
    } else {
      found->status = head.status;
      found->early_hints = head.early_hints;
      for (unsigned i = 0; i != count; ++i) found->entries.push_back(reader.delivery());
    }
  });
  return found;
}

RecentRequests::Kept RecentRequests::kept() const {
  Kept kept;
  std::set<std::string> ids;
  each([&](const Head& head, Reader&) {
    if (head.kind == Head::Kind::ended_without_hints) return;
    ids.emplace(head.id_text());
    const system_clock::time_point begun{microseconds(head.begun)};
    if (!kept.oldest || begun < *kept.oldest) kept.oldest = begun;
  });
  kept.requests = ids.size();
  return kept;
}

}  // namespace outrider::push
