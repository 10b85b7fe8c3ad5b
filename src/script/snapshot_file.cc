// SPDX-License-Identifier: MIT
// A snapshot in a file: a line that says what it is, one with the body's length, one with the body's SHA-256, then
// records. A record is a letter and its fields; numbers are 8 bytes (little-endian), texts a number and that many
// bytes. Nothing that is read is trusted: whoever can write the digest can write lengths, too.
#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <system_error>

#include "base/atomic_file.h"
#include "script/snapshot.h"

namespace outrider::script {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view first_line = "outrider snapshot 1\n";
constexpr std::string_view any_version = "outrider snapshot ";
constexpr std::size_t largest_snapshot = 256u << 20;

enum Letter : char {
  file = 'F',
  head = 'H',  // of a file that goes on
  no_file = 'f',
  listing = 'L',
  no_listing = 'l',
  glob = 'G',
  real_path = 'R',
  no_real_path = 'r',
  name = 'N',
};

class Writer {
 public:
  Writer& operator<<(Letter letter) {
    body_ += static_cast<char>(letter);
    return *this;
  }
  Writer& operator<<(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) body_ += static_cast<char>(number >> shift & 0xff);
    return *this;
  }
  Writer& operator<<(const std::string& text) {
    *this << std::uint64_t{text.size()};
    body_ += text;
    return *this;
  }
  template <class Texts>
  Writer& list(const Texts& texts) {
    *this << std::uint64_t{texts.size()};
    for (const auto& text : texts) *this << static_cast<const std::string&>(bytes_of(text));
    return *this;
  }
  Writer& operator<<(const Signature& signature) {
    return *this << signature.device << signature.inode << signature.size
                 << static_cast<std::uint64_t>(signature.modified_ns)
                 << static_cast<std::uint64_t>(signature.changed_ns) << std::uint64_t{signature.settled ? 1u : 0u};
  }
  const std::string& body() const { return body_; }

 private:
  static const std::string& bytes_of(const std::string& text) { return text; }
  static const std::string& bytes_of(const fs::path& path) { return path.native(); }

  std::string body_;
};

std::string body_of(const Answers& answers) {
  Writer body;
  for (const auto& [path, answer] : answers.files) {
    body << (answer.head ? Letter::head : answer.text ? Letter::file : Letter::no_file) << path.native();
    body << (answer.text ? *answer.text : answer.failure) << std::uint64_t{answer.largest} << answer.signature;
  }
  for (const auto& [path, answer] : answers.listings) {
    if (answer.names) {
      (body << Letter::listing << path.native()).list(*answer.names);
    } else {
      body << Letter::no_listing << path.native() << answer.failure;
    }
  }
  for (const auto& [pattern, answer] : answers.globs) {
    (body << Letter::glob << pattern << answer.failure).list(answer.matches).list(answer.directories);
  }
  for (const auto& [path, real] : answers.real_paths) {
    if (real) {
      body << Letter::real_path << path.native() << real->native();
    } else {
      body << Letter::no_real_path << path.native();
    }
  }
  for (const fs::path& path : answers.names) body << Letter::name << path.native();
  return body.body();
}

/// Reads fields until one of them does not fit; from then on everything is empty and ok() false.
class RecordReader {
 public:
  explicit RecordReader(std::string_view body) : rest_(body) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty() || !ok_; }
  char letter() { return take(1).empty() ? '\0' : last_.front(); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    const std::string_view bytes = take(8);
    for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
    return value;
  }
  std::string text() { return std::string(take(number())); }
  template <class Text>
  std::vector<Text> list() {
    std::vector<Text> texts;
    for (std::uint64_t left = number(); left > 0 && ok_; --left) texts.emplace_back(text());
    return texts;
  }
  Signature signature() {
    Signature signature;
    signature.device = number();
    signature.inode = number();
    signature.size = number();
    signature.modified_ns = static_cast<std::int64_t>(number());
    signature.changed_ns = static_cast<std::int64_t>(number());
    signature.settled = number() != 0;
    return signature;
  }

 private:
  std::string_view take(std::uint64_t size) {
    ok_ = ok_ && size <= rest_.size();
    last_ = ok_ ? rest_.substr(0, size) : std::string_view();
    if (ok_) rest_.remove_prefix(size);
    return last_;
  }

  std::string_view rest_, last_;
  bool ok_ = true;
};

/// One record; false where there is no such letter.
bool read_record(RecordReader& reader, Answers& answers) {
  const char letter = reader.letter();
  const std::string first = reader.text();
  if (letter == Letter::file || letter == Letter::head || letter == Letter::no_file) {
    FileAnswer& answer = answers.files[first];
    std::string text = reader.text();
    answer.largest = reader.number();
    answer.signature = reader.signature();
    answer.head = letter == Letter::head;
    if (letter != Letter::no_file) {
      answer.text = std::make_shared<const std::string>(std::move(text));
    } else {
      answer.failure = std::move(text);
    }
  } else if (letter == Letter::listing) {
    answers.listings[first].names = std::make_shared<const std::vector<std::string>>(reader.list<std::string>());
  } else if (letter == Letter::no_listing) {
    answers.listings[first].failure = reader.text();
  } else if (letter == Letter::glob) {
    Globbed& answer = answers.globs[first];
    answer.failure = reader.text();
    answer.matches = reader.list<fs::path>();
    answer.directories = reader.list<fs::path>();
  } else if (letter == Letter::real_path) {
    answers.real_paths[first] = reader.text();
  } else if (letter == Letter::no_real_path) {
    answers.real_paths[first] = std::nullopt;
  } else if (letter == Letter::name) {
    answers.names.insert(first);
  } else {
    return false;
  }
  return true;
}

/// The line's text behind `key`, which is taken away; nothing where it does not begin so.
std::optional<std::string_view> take_line(std::string_view& rest, std::string_view key) {
  const std::size_t end = rest.find('\n');
  if (!rest.starts_with(key) || end == std::string_view::npos) return std::nullopt;
  const std::string_view value = rest.substr(key.size(), end - key.size());
  rest.remove_prefix(end + 1);
  return value;
}

/// The records of a file's content; or what is wrong with it, without the file's name.
Result<std::string_view> checked_body(std::string_view rest) {
  if (!rest.starts_with(first_line)) {
    if (first_line.starts_with(rest)) return failure("is cut off: it ends in its first line");
    if (!rest.starts_with(any_version)) return failure("is no snapshot of rules and configuration");
    return failure("is a snapshot of another version; it is of no use to this one, and can be removed");
  }
  rest.remove_prefix(first_line.size());
  const auto length = take_line(rest, "length ");
  const auto digest = take_line(rest, "sha256 ");
  if (!length || !digest) return failure("is damaged: its head does not say how long it is");
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(length->data(), length->data() + length->size(), size);
  if (error != std::errc() || end != length->data() + length->size()) {
    return failure("is damaged: its length is no number");
  }
  if (rest.size() < size) return failure(fmt::format("is cut off: of {} bytes there are {}", size, rest.size()));
  if (rest.size() > size) return failure(fmt::format("is damaged: {} bytes too many", rest.size() - size));
  if (sha256_hex(rest) != *digest) return failure("is damaged: its content does not fit its SHA-256");
  return rest;
}

}  // namespace

Result<void> Snapshot::save(const fs::path& file) const {
  std::string text = body_of(answers_);
  text.insert(0, fmt::format("{}length {}\nsha256 {}\n", first_line, text.size(), sha256_hex(text)));
  if (text.size() > largest_snapshot) {
    return failure(fmt::format("{}: cannot be written: it would have {} bytes, at most {} are allowed", file.string(),
                               text.size(), largest_snapshot));
  }
  return replace_file(file, text, 0600);
}

Result<std::shared_ptr<const Snapshot>> Snapshot::load(const fs::path& file) {
  const FileAnswer content = read_file(file, largest_snapshot);
  if (!content.text) return failure(fmt::format("{}: {}", file.string(), content.failure));
  const auto body = checked_body(*content.text);
  if (!body) return failure(fmt::format("{}: {}", file.string(), body.error().message));
  Answers answers;
  RecordReader reader(*body);
  while (!reader.at_end()) {
    if (!read_record(reader, answers) || !reader.ok()) {
      return failure(fmt::format("{}: is damaged: a record in it makes no sense", file.string()));
    }
  }
  return std::make_shared<const Snapshot>(std::move(answers));
}

}  // namespace outrider::script
