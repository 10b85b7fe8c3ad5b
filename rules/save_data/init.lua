-- SPDX-License-Identifier: MIT
-- Less for visitors who ask for less (Save-Data: on).

--- A list of hints, or the function that returns them; an error at the line of the rule where it is neither.
local function read(hints, what)
  if type(hints) == "function" then return hints end
  if type(hints) ~= "table" and type(hints) ~= "userdata" and type(hints) ~= "string" then
    error("save_data: expected " .. what .. ", found " .. tostring(hints), 3)
  end
  local worked, list = pcall(hint_list, hints)
  if not worked then error("save_data: " .. list:gsub("^.-:%d+: hint_list: ", "", 1), 3) end
  return list
end

--- Returns a function for `hints =`: `less` for those who save data, `full` for everybody else. Each is what a rule's
--- `hints` may be. Without `less` those who save data get no hints.
local function save_data(full, less)
  full = read(full, "hints as in save_data({ style \"/app.css\", image \"/hero.avif\" }, { style \"/app.css\" })")
  if less ~= nil then less = read(less, "the hints for those who save data, or nothing") end
  return function(req, res)
    local hints = full
    if req.client.save_data then hints = less end
    if type(hints) == "function" then return hints(req, res) end
    return hints
  end
end

return save_data
