-- SPDX-License-Identifier: MIT
-- Less for visitors who ask for less (Save-Data: on).

local function is_hints(value)
  local kind = type(value)
  return kind == "table" or kind == "userdata" or kind == "string" or kind == "function"
end

--- Returns a function for `hints =`: `less` for those who save data, `full` for everybody else. Each is what a rule's
--- `hints` may be. Without `less` those who save data get no hints.
local function save_data(full, less)
  if not is_hints(full) then
    error("save_data: expected hints as in save_data({ style \"/app.css\", image \"/hero.avif\" }, "
      .. "{ style \"/app.css\" }), found " .. tostring(full), 2)
  end
  if less ~= nil and not is_hints(less) then
    error("save_data: expected the hints for those who save data, or nothing, found " .. tostring(less), 2)
  end
  return function(req, res)
    local hints = full
    if req.client.save_data then hints = less end
    if type(hints) == "function" then return hints(req, res) end
    return hints
  end
end

return save_data
