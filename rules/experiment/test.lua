-- SPDX-License-Identifier: MIT
local experiment = require "experiment"

--- The message with which it fails.
local function refused(name, shares)
  local worked, message = pcall(experiment, name, shares)
  assert(not worked, "it worked")
  return message
end
local function says(message, part) assert(message:find(part, 1, true), message) end

test("everybody is in one of the halves", function()
  -- Whoever has the fonts has the style sheet as well, so that this holds for both.
  for i = 1, 20 do
    expect(request{ path = "/", client = { name = "chromium", address = "192.0.2." .. i } }).delivers("early_hints",
      "/css/app.css")
  end
end)

test("both halves are there", function()
  -- A request that nobody sends, answered by hand: what counts is the number for a name.
  local function at(number) return { bucket = function() return number end } end
  local arm = experiment("x", { a = 0.25, b = 0.5, c = 0.25 })
  assert(arm "a"(at(0)) and not arm "b"(at(0)))
  assert(arm "b"(at(0.25)) and not arm "a"(at(0.25)))
  assert(arm "c"(at(0.9999)) and not arm "c"(at(0.7)))
  local some = experiment("x", { a = 0.25 })
  assert(some "a"(at(0.2)) and not some "a"(at(0.3)))
end)

test("wrong shares", function()
  says(refused(nil, {}), "experiment: expected a name")
  says(refused("x"), "experiment \"x\": expected shares")
  says(refused("x", {}), "there is no share in it")
  says(refused("x", { 0.5 }), "found 1 as a name")
  says(refused("x", { a = 2 }), "a: expected a share above 0 and at most 1, found 2")
  says(refused("x", { a = 0.6, b = 0.6 }), "make 1 at most together, found 1.2")
  local worked, message = pcall(experiment("x", { a = 0.5, b = 0.5 }), "c")
  assert(not worked)
  says(message, "there is no \"c\"; there are: a, b")
end)
