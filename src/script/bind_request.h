// SPDX-License-Identifier: MIT
// `req` and `res` of one state. Worker's thread.
#pragma once

#include <string_view>
#include <vector>

#include "script/bind_object.h"

namespace outrider::script {

class RequestObjects {
 public:
  /// Makes the objects and the global `now`. Call it inside State::run; raises a Lua error if memory ends. Must live as
  /// long as the state, and `boxes` as long as this.
  void install(State& state, lua_State* L, const HintBoxes& boxes);

  /// Push `req` and `res`; allocate nothing.
  void push_request(lua_State* L) const { State::push_ref(L, request_ref_); }
  void push_response(lua_State* L) const { State::push_ref(L, response_ref_); }

  /// Points the objects at a request for as long as it lives.
  class Armed {
   public:
    Armed(RequestObjects& objects, const push::Match& match, const push::Request& request,
          const push::Response* response)
        : context_(objects.context_) {
      context_.match = &match;
      context_.request = &request;
      context_.response = response;
      ++context_.serial;
    }
    ~Armed() {
      context_.match = nullptr;
      context_.request = nullptr;
      context_.response = nullptr;
    }
    Armed(const Armed&) = delete;
    Armed& operator=(const Armed&) = delete;

   private:
    CallContext& context_;
  };

 private:
  CallContext context_;
  int request_ref_ = 0;
  int response_ref_ = 0;
};

/// The fields that `section` (request, client, tls, response) has, for the test that compares them with the API's
/// table.
std::vector<std::string_view> bound_names(ApiSection section);

}  // namespace outrider::script
