-- SPDX-License-Identifier: MIT
local bots = require "bots"

local hints = { style "/css/app.css", image "/img/hero.avif" }
local function of(agent)
  return request{ path = "/", headers = agent and { ["user-agent"] = agent } or nil }
end
local chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"

test("people", function()
  expect(of(chrome)).hints(hints)
  expect(of("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0")).hints(hints)
end)

test("programs", function()
  for _, agent in ipairs{ "Googlebot/2.1", "python-requests/2.31.0", "WhatsApp/2.23.20", "Acme-Probe 1" } do
    expect(of(agent)).hints{}
  end
  expect(of(nil)).hints{}
end)

test("who measures what people get", function()
  expect(of(chrome .. " Chrome-Lighthouse")).hints(hints)
end)

test("wrong options", function()
  local worked, message = pcall(bots.never, { als = "x" })
  assert(not worked and message:find("unknown option \"als\"; expected also or except", 1, true), message)
  worked, message = pcall(bots.only, { except = { "a", 5 } })
  assert(not worked and message:find("except: expected parts of user agents, found 5 in place 2", 1, true), message)
  worked, message = pcall(bots.never, "x")
  assert(not worked and message:find("expected options", 1, true), message)
end)
