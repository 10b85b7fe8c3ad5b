-- SPDX-License-Identifier: MIT
-- Hints for pages that lie on the disk: what the head of each names, read once while rules load. Which of that is worth a
-- hint is decided here; html.head only tells what is there.

local known = { directory = true, url = true, glob = true, index = true, most = true, head_bytes = true, keep = true }

local function read_options(options)
  if type(options) ~= "table" then
    error("static_site: expected options as in static_site{ directory = \"docs\", url = \"/docs/\" }, found "
      .. tostring(options), 3)
  end
  for key in pairs(options) do
    if not known[key] then
      error("static_site: unknown option \"" .. tostring(key)
        .. "\"; expected directory, url, glob, index, most, head_bytes or keep", 3)
    end
  end
  local function check(name, fallback, what, holds)
    local value = options[name]
    if value == nil then value = fallback end
    if not holds(value) then error("static_site: " .. name .. ": expected " .. what .. ", found " .. tostring(value), 4) end
    return value
  end
  local function is_text(value) return type(value) == "string" and value ~= "" end
  local function is_whole(from, to)
    return function(value) return type(value) == "number" and value >= from and value <= to and value % 1 == 0 end
  end
  return {
    directory = check("directory", nil, "a directory's name", is_text),
    url = check("url", "/", "where it is served, as in \"/docs/\"",
      function(value) return is_text(value) and value:sub(1, 1) == "/" and value:sub(-1) == "/" end),
    glob = check("glob", "*.html", "what the pages' names match, as in \"*.html\"", is_text),
    index = check("index", "index.html", "the name of a folder's own page", is_text),
    most = check("most", 24, "a number of hints from 1 to 64", is_whole(1, 64)),
    head_bytes = check("head_bytes", 32768, "a number of bytes from 1024 to 262144", is_whole(1024, 262144)),
    keep = check("keep", function() return true end, "a function of a record of html.head and the page's path",
      function(value) return type(value) == "function" end),
  }
end

--- What an option of a hint may hold, or nil.
local function text(value)
  if value and value ~= "" and #value <= 4096 and value:find("^[ -~]+$") then return value end
  return nil
end

local function crossorigin(element)
  if not element.crossorigin then return nil end
  return element.crossorigin == "use-credentials" and "use-credentials" or "anonymous"
end

local function priority(element)
  local value = element.fetchpriority
  return (value == "high" or value == "low") and value or nil
end

local function has_word(list, word)
  return (" " .. (list or "") .. " "):find(" " .. word .. " ", 1, true) ~= nil
end

local function is_address(url)
  return url ~= nil and #url <= 4096 and (url:find("^/") or url:find("^https?://[^/?#@]+$")
    or url:find("^https?://[^/?#@]+[/?]")) ~= nil
end

--- A style sheet that is for paper, or for nobody yet, need not come early.
local function is_needed(element)
  return not element.disabled and not has_word(element.rel, "alternate") and element.media ~= "print"
end

local function media(element)
  if element.media == "all" or element.media == "screen" then return nil end
  return text(element.media)
end

local makers = { style = style, script = script, font = font, image = image, fetch = fetch }

local function of_preload(element)
  local make = makers[element.as]
  if not make then return nil end
  local options = { type = text(element.type), fetchpriority = priority(element), integrity = text(element.integrity),
                    media = media(element) }
  -- Said also where there is none, because a hint of "fetch" has it by itself.
  if element.as ~= "font" then options.crossorigin = crossorigin(element) or false end
  if element.as == "image" then
    options.imagesrcset, options.imagesizes = text(element.imagesrcset), text(element.imagesizes)
  end
  if not is_address(element.href) and not options.imagesrcset then return nil end
  return make(element.href or "", options)
end

local function of_link(element, modules)
  local rel, href = element.rel, element.href
  if has_word(rel, "preload") then return of_preload(element) end
  if not is_address(href) then return nil end
  if has_word(rel, "stylesheet") and is_needed(element) then
    return style(href, { crossorigin = crossorigin(element), integrity = text(element.integrity), media = media(element),
                         fetchpriority = priority(element) })
  end
  if has_word(rel, "modulepreload") and modules then
    return module(href, { integrity = text(element.integrity), fetchpriority = priority(element),
                          crossorigin = crossorigin(element) })
  end
  if has_word(rel, "preconnect") and href:find("^http") then
    return preconnect(href:match("^%a+://[^/?#]+"), { crossorigin = crossorigin(element) })
  end
  return nil
end

local classic = { [""] = true, ["text/javascript"] = true, ["application/javascript"] = true }

local function of_script(element, modules)
  if not is_address(element.src) or element.nomodule then return nil end
  local kind = element.type or ""
  local options = { crossorigin = crossorigin(element), integrity = text(element.integrity),
                    -- What the page does not wait for must not overtake what it waits for.
                    fetchpriority = priority(element) or (element.async and "low" or nil) }
  if kind == "module" then return modules and module(element.src, options) or nil end
  return classic[kind] and script(element.src, options) or nil
end

--- The hints of one page, and what they are called together.
local function hints_of(elements, path, options)
  -- After a modulepreload Firefox takes no import map any more.
  local modules = true
  for _, element in ipairs(elements) do
    if element.tag == "script" and element.type == "importmap" then modules = false end
  end
  local hints, names = {}, {}
  for _, element in ipairs(elements) do
    if #hints < options.most and options.keep(element, path) then
      local hint
      if element.tag == "link" then hint = of_link(element, modules) else hint = of_script(element, modules) end
      if hint then
        hints[#hints + 1] = hint
        local name = { tostring(hint) }
        for key, value in pairs(element) do name[#name + 1] = key .. "=" .. value end
        table.sort(name)
        names[#names + 1] = table.concat(name, "\n")
      end
    end
  end
  return hints, table.concat(names, "\n\n")
end

--- The page's path as its own links are resolved against.
local function encoded(path)
  return (path:gsub("[%%?#]", function(c) return ("%%%02X"):format(c:byte()) end))
end

--- A message of files.read or files.find without the place in this file.
local function cleaned(message) return (message:gsub("^.-:%d+: ", "", 1):gsub("^files%.%a+ ", "", 1)) end

--- What the server cannot send either is no page: a link that leads nowhere, what others may read alone, a pipe.
local function is_no_page(message)
  for _, sign in ipairs{ "does not exist", "is outside the directories", "is no regular file",
                        "cannot be read: Permission denied" } do
    if message:find(sign, 1, true) then return true end
  end
  return false
end

--- What html.head tells of a page, or nil. All that is read is kept with the generation: no more than it takes.
local function head_of(file, path, most)
  local bytes = 0
  while true do
    bytes = math.min(bytes + math.max(4096, math.floor(bytes / 2)), most)
    local worked, text_of_page = pcall(files.read, file, bytes)
    if not worked then
      local problem = cleaned(text_of_page)
      if is_no_page(problem) then
        print("left out: " .. problem)
        return nil
      end
      local is_too_much = problem:find("goes beyond the", 1, true)
      error("static_site: " .. problem .. (is_too_much and "; lower head_bytes, or name a smaller directory" or ""), 3)
    end
    local is_all = #text_of_page < bytes or bytes == most
    if is_all or text_of_page:lower():find("<body", 1, true) then
      local elements, whole = html.head(text_of_page, encoded(path))
      if is_all or whole then return elements end
    end
  end
end

--- Reads the heads of all pages in a directory and below it, and returns a function for `hints =`.
--- Options: `directory`; `url`, where it is served ("/"); `glob` ("*.html"); `index` ("index.html"); `most` hints of a
--- page (24); `head_bytes` that are read of a page at most (32768); `keep`, a function of a record of html.head and the
--- page's path that says whether it may become a hint.
local function static_site(options)
  options = read_options(options)
  local worked, names = pcall(files.find, options.directory, options.glob)
  if not worked then error("static_site: directory " .. cleaned(names), 2) end
  local pages, lists = {}, {}
  for _, name in ipairs(names) do
    local path = options.url .. name
    local elements = head_of(options.directory .. "/" .. name, path, options.head_bytes)
    if elements then
      local hints, key = hints_of(elements, path, options)
      -- Most pages of a site have the same head.
      lists[key] = lists[key] or hints
      pages[path] = lists[key]
      local folder, file = path:match("^(.*/)([^/]*)$")
      if file == options.index then pages[folder] = lists[key] end
    end
  end
  if next(pages) == nil then
    error("static_site: directory \"" .. options.directory .. "\": there is no page in it or below whose name matches \""
      .. options.glob .. "\"; correct directory or glob", 2)
  end
  return function(req) return pages[req.path] end
end

return static_site
