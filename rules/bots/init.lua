-- SPDX-License-Identifier: MIT
-- Who is a program and who is a person, beyond crawlers that say so themselves (req.client.bot).

-- What monitors, previewers and libraries call themselves that have neither "bot" nor "crawler" in their names.
local programs = {
  "apachebench", "axios/", "curl/", "go-http-client/", "headlesschrome", "java/", "libwww-perl/", "node-fetch",
  "okhttp/", "phantomjs", "pingdom", "python-requests/", "python-urllib/", "scrapy/", "skypeuripreview", "statuscake",
  "w3c_validator", "wget/", "whatsapp/",
}
-- They measure what people get.
local auditors = { "chrome-lighthouse", "pagespeed", "ptst/" }

local known = { also = true, except = true }

local function words(options, key)
  local list = options[key] or {}
  if type(list) == "string" then list = { list } end
  if type(list) ~= "table" then
    error("bots: " .. key .. ": expected a part of a user agent or a list of them, found " .. tostring(list), 4)
  end
  local result = {}
  for i, word in ipairs(list) do
    if type(word) ~= "string" or word == "" then
      error("bots: " .. key .. ": expected parts of user agents, found " .. tostring(word) .. " in place " .. i, 4)
    end
    result[i] = word:lower()
  end
  return result
end

local function read(options)
  options = options or {}
  if type(options) ~= "table" then
    error("bots: expected options as in bots.never{ also = \"acme-probe\" }, found " .. tostring(options), 3)
  end
  for key in pairs(options) do
    if not known[key] then
      error("bots: unknown option \"" .. tostring(key) .. "\"; expected also or except", 3)
    end
  end
  return words(options, "also"), words(options, "except")
end

local function has(agent, list)
  for _, word in ipairs(list) do
    if agent:find(word, 1, true) then return true end
  end
  return false
end

local function is_bot(req, also, except)
  local agent = (req.headers["user-agent"] or ""):lower()
  if has(agent, auditors) or has(agent, except) then return false end
  return req.client.bot or agent == "" or has(agent, programs) or has(agent, also)
end

local bots = {}

--- Returns a function for `when =` that holds for people. Options: `also`, parts of user agents that are programs,
--- too; `except`, parts of those that are none.
function bots.never(options)
  local also, except = read(options)
  return function(req) return not is_bot(req, also, except) end
end

--- The same for programs.
function bots.only(options)
  local also, except = read(options)
  return function(req) return is_bot(req, also, except) end
end

return bots
