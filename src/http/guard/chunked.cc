// SPDX-License-Identifier: MIT
#include "http/guard/chunked.h"

#include <algorithm>
#include <cstring>

namespace outrider::http {
namespace {

/// Kept in the decoder's `_state`. `_hex_count` holds the digits of a size, then the bytes of its extension;
/// `bytes_left_in_chunk` the size, then what is left of it, then the bytes of the trailer section.
enum class State : char {
  size,  // of the next chunk: where all begins
  extension,
  size_lf,
  data,
  data_cr,
  data_lf,
  trailer_begin,  // of a line; an empty one ends the body
  trailer_line,
  trailer_lf,
  body_lf,
};

constexpr int most_digits = 15;  // fits a ssize_t

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What a byte outside of chunk data means.
enum class Step { go_on, end_of_body, malformed };

class Reader {
 public:
  explicit Reader(phr_chunked_decoder& decoder) : decoder_(decoder) {}

  bool in_data() const { return state() == State::data; }

  Step take(char c) {
    switch (state()) {
      case State::size:
        return take_size(c);
      case State::extension:
        if (c == '\r') return go(State::size_lf);
        return is_text(c) && ++counted() <= longest_chunk_extension ? Step::go_on : Step::malformed;
      case State::size_lf:
        return c == '\n' ? begin_data() : Step::malformed;
      case State::data_cr:
        return c == '\r' ? go(State::data_lf) : Step::malformed;
      case State::data_lf:
        return c == '\n' ? go(State::size) : Step::malformed;
      case State::trailer_begin:
        if (c == '\r') return go(State::body_lf);
        return take_trailer(c);
      case State::trailer_line:
        if (c == '\r') return go(State::trailer_lf);
        return take_trailer(c);
      case State::trailer_lf:
        return c == '\n' ? go(State::trailer_begin) : Step::malformed;
      case State::body_lf:
        return c == '\n' ? Step::end_of_body : Step::malformed;
      case State::data:
        break;
    }
    return Step::malformed;
  }

  void end_data() { go(State::data_cr); }

 private:
  static bool is_text(char c) { return c == '\t' || (c >= ' ' && c != 0x7f) || static_cast<unsigned char>(c) >= 0x80; }

  unsigned char& counted() { return reinterpret_cast<unsigned char&>(decoder_._hex_count); }

  State state() const { return static_cast<State>(decoder_._state); }

  Step go(State next) {
    decoder_._state = static_cast<char>(next);
    if (next == State::size) decoder_._hex_count = 0;
    return Step::go_on;
  }

  Step take_size(char c) {
    if (const int digit = hex_value(c); digit >= 0) {
      if (++decoder_._hex_count > most_digits) return Step::malformed;
      decoder_.bytes_left_in_chunk = decoder_.bytes_left_in_chunk * 16 + static_cast<std::size_t>(digit);
      return Step::go_on;
    }
    if (decoder_._hex_count == 0) return Step::malformed;
    decoder_._hex_count = 0;
    if (c == '\r') return go(State::size_lf);
    // White space before ";" is bad, and to be read (RFC 9112 7.1.1); nobody writes any.
    return c == ';' ? go(State::extension) : Step::malformed;
  }

  Step begin_data() {
    if (decoder_.bytes_left_in_chunk != 0) return go(State::data);
    if (decoder_.consume_trailer == 0) return Step::end_of_body;
    return go(State::trailer_begin);
  }

  Step take_trailer(char c) {
    go(State::trailer_line);
    return is_text(c) && ++decoder_.bytes_left_in_chunk <= longest_trailer ? Step::go_on : Step::malformed;
  }

  phr_chunked_decoder& decoder_;
};

}  // namespace

ssize_t decode_chunked(phr_chunked_decoder& decoder, char* text, std::size_t& length) {
  Reader reader(decoder);
  std::size_t read = 0, written = 0;
  ssize_t result = -2;
  while (read != length && result == -2) {
    if (reader.in_data()) {
      const std::size_t taken = std::min(decoder.bytes_left_in_chunk, length - read);
      std::memmove(text + written, text + read, taken);
      read += taken;
      written += taken;
      decoder.bytes_left_in_chunk -= taken;
      if (decoder.bytes_left_in_chunk == 0) reader.end_data();
      continue;
    }
    const Step step = reader.take(text[read++]);
    if (step == Step::malformed) result = -1;
    if (step == Step::end_of_body) result = static_cast<ssize_t>(length - read);
  }
  if (result > 0) std::memmove(text + written, text + read, length - read);
  length = written;
  return result;
}

}  // namespace outrider::http
