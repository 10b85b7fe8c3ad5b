-- SPDX-License-Identifier: MIT
-- Several ways to hint one page, each for a share of the visitors: every way is a rule of its own, so that counters, logs
-- and `outrider explain` tell them apart. The shares exclude each other, which those of rules with `share` do not.

local function check_share(name, arm, share)
  if type(arm) ~= "string" or arm == "" then
    error("experiment \"" .. name .. "\": expected shares by name as in { none = 0.5, fonts = 0.5 }, found "
      .. tostring(arm) .. " as a name", 4)
  end
  if type(share) ~= "number" or not (share > 0 and share <= 1) then
    error("experiment \"" .. name .. "\": " .. arm .. ": expected a share above 0 and at most 1, found "
      .. tostring(share), 4)
  end
end

--- From which number to which each arm goes.
local function ranges(name, shares)
  local names = {}
  for arm, share in pairs(shares) do
    check_share(name, arm, share)
    names[#names + 1] = arm
  end
  table.sort(names)
  local from, result = 0, {}
  for _, arm in ipairs(names) do
    result[arm] = { from, from + shares[arm] }
    from = from + shares[arm]
  end
  if #names == 0 then error("experiment \"" .. name .. "\": there is no share in it", 3) end
  if from > 1 + 1e-9 then
    error("experiment \"" .. name .. "\": expected shares that make 1 at most together, found " .. from, 3)
  end
  -- 0.1 and 0.2 and 0.7 are not quite 1.
  if from > 1 - 1e-9 then result[names[#names]][2] = 1 end
  return result, table.concat(names, ", ")
end

--- `shares` is { none = 0.2, fonts = 0.4, … }; who is in none of them is in no arm. Returns a function that takes an
--- arm's name and returns a function for `when =`.
local function experiment(name, shares)
  if type(name) ~= "string" or name == "" then
    error("experiment: expected a name as in experiment(\"fonts\", { none = 0.5, early = 0.5 }), found "
      .. tostring(name), 2)
  end
  if type(shares) ~= "table" then
    error("experiment \"" .. name .. "\": expected shares as in { none = 0.5, early = 0.5 }, found " .. tostring(shares),
      2)
  end
  local all, names = ranges(name, shares)
  return function(arm)
    local range = all[arm]
    if not range then
      error("experiment \"" .. name .. "\": there is no \"" .. tostring(arm) .. "\"; there are: " .. names, 2)
    end
    return function(req)
      local number = req.bucket(name)
      return number >= range[1] and number < range[2]
    end
  end
end

return experiment
