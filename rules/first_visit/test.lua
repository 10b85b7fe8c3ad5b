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
  worked, message = pcall(first_visit, { "/a.css", "/nothing.xyz" })
  assert(not worked and message:find('first_visit: bad hint 2: the ending of "/nothing.xyz"', 1, true), message)
  worked, message = pcall(first_visit, { font "/f/{lang}.woff2" })
  assert(not worked and message:find('first_visit: hint "/f/{lang}.woff2": {lang} is filled in where the list is a', 1, true),
    message)
  worked, message = pcall(first_visit, style "/a b.css")
  assert(not worked and message:find('first_visit: hint "/a b.css": the URL has', 1, true), message)
end)

test("functions, paths and what is left out", function()
  local function urls(hints)
    local list = {}
    local req = { cached = function(hint) return tostring(hint):find("/a.css", 1, true) ~= nil end }
    for i, hint in ipairs(first_visit(hints)(req)) do list[i] = tostring(hint) end
    return table.concat(list, " ")
  end
  local list = { false, "/a.css", "/b.js" }
  assert(urls(list) == 'script "/b.js"', urls(list))
  assert(urls(function() return { "/a.css", style "/b.css" } end) == 'style "/b.css"')
  assert(urls(function() return nil end) == "" and urls(function() return "/b.css" end) == "/b.css")
end)
