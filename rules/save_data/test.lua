-- SPDX-License-Identifier: MIT
local save_data = require "save_data"

expect(request{ path = "/" }).hints{ style "/css/app.css", font "/fonts/inter.woff2", image "/img/hero.avif" }
expect(request{ path = "/", headers = { ["save-data"] = "on" } }).hints{ style "/css/app.css" }
expect(request{ path = "/", headers = { ["save-data"] = "on" }, client = "chromium" }).delivers("early_hints",
  "/css/app.css")

test("what is no list", function()
  local worked, message = pcall(save_data)
  assert(not worked and message:find("save_data: expected hints", 1, true), message)
  worked, message = pcall(save_data, {}, 5)
  assert(not worked and message:find("or nothing, found 5", 1, true), message)
  worked, message = pcall(save_data, { "/nothing.xyz" })
  assert(not worked and message:find('save_data: bad hint 1: the ending of "/nothing.xyz"', 1, true), message)
  worked, message = pcall(save_data, {}, image "/{id}.avif")
  assert(not worked and message:find('save_data: hint "/{id}.avif": {id} is filled in where the list is', 1, true), message)
end)
