-- SPDX-License-Identifier: MIT
local first_visit = require "first_visit"

expect(request{ path = "/" }).hints{ style "/css/app.css", font "/fonts/inter.woff2", script "/js/app.js" }

test("what the visitor has is left out", function()
  expect(request{ path = "/", cached = { "/css/app.css", "/fonts/inter.woff2" } }).hints{ script "/js/app.js" }
  expect(request{ path = "/", cached = { "/css/app.css", "/fonts/inter.woff2", "/js/app.js" } }).hints{}
end)

test("the rest goes as everything does", function()
  expect(request{ path = "/", client = "nghttp", cached = "/css/app.css" }).delivers("push", "/js/app.js")
  expect(request{ path = "/", client = "chromium", cached = "/css/app.css" }).delivers("early_hints", "/js/app.js")
end)

test("what is no hint", function()
  local worked, message = pcall(first_visit, 5)
  assert(not worked and message:find("first_visit: expected hints as in", 1, true), message)
  assert(message:find("found 5", 1, true), message)
end)
