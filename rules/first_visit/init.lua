-- SPDX-License-Identifier: MIT
-- Only what this visitor does not have yet, by the signed cookie that the server keeps. Each visit asks anew: an asset
-- that has changed since is there again.

local function as_list(hints)
  if not hints then return {} end
  if type(hints) == "table" then return hints end
  return { hints }
end

--- Returns a function for `hints =` that leaves out what this visitor has in its present version.
--- `hints` is what a rule's `hints` may be: a list, a hint, a path, or a function of the request.
local function first_visit(hints)
  local kind = type(hints)
  if kind ~= "table" and kind ~= "userdata" and kind ~= "string" and kind ~= "function" then
    error("first_visit: expected hints as in first_visit{ style \"/app.css\" }, or a function that returns them, found "
      .. tostring(hints), 2)
  end
  local fixed
  if kind ~= "function" then
    local worked, list = pcall(hint_list, hints)
    if not worked then error("first_visit: " .. list:gsub("^.-:%d+: hint_list: ", "", 1), 2) end
    fixed = list
  end
  return function(req, res)
    local list = {}
    for _, hint in ipairs(fixed or as_list(hints(req, res))) do
      -- nil is "perhaps": sending it once more costs less than a page that waits for it.
      if hint and req.cached(hint) ~= true then list[#list + 1] = hint end
    end
    return list
  end
end

return first_visit
