// SPDX-License-Identifier: MIT
// picohttpparser, which is inside libh2o: its header is not installed with the library's.
#pragma once

#include <cstddef>

#include <sys/types.h>

extern "C" {

struct phr_header {
  const char* name;  // null where the line before goes on
  std::size_t name_len;
  const char* value;
  std::size_t value_len;
};

struct phr_chunked_decoder {
  std::size_t bytes_left_in_chunk;
  char consume_trailer;
  char _hex_count;
  char _state;
};

int phr_parse_request(const char* buf, std::size_t len, const char** method, std::size_t* method_len, const char** path,
                      std::size_t* path_len, int* minor_version, phr_header* headers, std::size_t* num_headers,
                      std::size_t last_len);
int phr_parse_response(const char* buf, std::size_t len, int* minor_version, int* status, const char** msg,
                       std::size_t* msg_len, phr_header* headers, std::size_t* num_headers, std::size_t last_len);
int phr_parse_headers(const char* buf, std::size_t len, phr_header* headers, std::size_t* num_headers,
                      std::size_t last_len);
ssize_t phr_decode_chunked(phr_chunked_decoder* decoder, char* buf, std::size_t* bufsz);
}
