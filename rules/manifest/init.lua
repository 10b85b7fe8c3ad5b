-- SPDX-License-Identifier: MIT
-- The manifests of Vite and webpack: from the names that developers write to the files that a build made of them. Read
-- once while rules load; a new manifest is a new generation.

local known = { file = "a file's name", base = "where its files are served, as in \"/app/\"" }

local function read_options(options)
  if type(options) == "string" then options = { file = options } end
  if type(options) ~= "table" then
    error("manifest: expected a file as in manifest \"dist/.vite/manifest.json\", or { file = …, base = … }, found "
      .. tostring(options), 3)
  end
  for key in pairs(options) do
    if not known[key] then error("manifest: unknown option \"" .. tostring(key) .. "\"; expected file or base", 3) end
  end
  local file, base = options.file, options.base == nil and "/" or options.base
  if type(file) ~= "string" then
    error("manifest: file: expected " .. known.file .. ", found " .. tostring(file), 3)
  end
  if type(base) ~= "string" or base:sub(-1) ~= "/" or not (base:find("^/") or base:find("^https?://[^/]+/")) then
    error("manifest " .. file .. ": base: expected " .. known.base .. " or \"https://cdn.example/\", found "
      .. tostring(base), 3)
  end
  return file, base
end

local function sorted_keys(map, wanted)
  local keys = {}
  for key, value in pairs(map) do
    if type(key) == "string" and (not wanted or wanted(value)) then keys[#keys + 1] = key end
  end
  table.sort(keys)
  return keys
end

--- The first names of a list, for messages.
local function listed(keys)
  local shown = {}
  for i = 1, math.min(#keys, 8) do shown[i] = keys[i] end
  local text = table.concat(shown, ", ")
  if #keys > #shown then text = text .. ", … (" .. #keys .. " in all)" end
  return text == "" and "none" or text
end

local function url_of(base, file)
  if file:find("^/") or file:find("^https?://") then return file end
  return base .. file
end

local function extension(file)
  return file:match("%.(%w+)$") or file:match("%.(%w+)[?#]")
end

local function text(value) return type(value) == "string" and value ~= "" and value or nil end

--- The list that the manifest has at `key`; nothing is an empty one. Errors are without a place: they go to the caller
--- of `entry`.
local function list_at(value, key)
  if value == nil then return {} end
  if type(value) == "table" and (value[1] ~= nil or next(value) == nil) then return value end
  error(key .. ": expected a list, found " .. (type(value) == "table" and "an object" or tostring(value)), 0)
end

local function check_name(name, found, key, place)
  if not name then
    error(key .. ": expected a file's name, found " .. tostring(found) .. " in place " .. place, 0)
  end
end

--- What a build's list of files becomes: style sheets first, for without them nothing is painted.
local function hints_of(base, styles, scripts, options)
  local hints, seen = {}, {}
  local function add(make, each, hint_options)
    local url = url_of(base, each.file)
    if seen[url] or #hints >= options.most then return end
    seen[url] = true
    hint_options.integrity = each.integrity
    hints[#hints + 1] = make(url, hint_options)
  end
  for _, each in ipairs(styles) do add(style, each, { crossorigin = options.crossorigin }) end
  for _, each in ipairs(scripts) do
    if each.module then add(module, each, {}) else add(script, each, { crossorigin = options.crossorigin }) end
  end
  return hints
end

-- Vite: { ["src/main.ts"] = { file = "assets/main-4889e940.js", isEntry = true, imports = {…}, css = {…} } }

local function is_chunk(value) return type(value) == "table" and type(value.file) == "string" end

local function is_vite(map)
  for _, value in pairs(map) do
    if is_chunk(value) then return true end
  end
  return false
end

local function vite_entry(map, name)
  local styles, scripts, seen = {}, {}, {}
  local function add_styles(key)
    for i, file in ipairs(list_at(map[key].css, key .. ": css")) do
      check_name(text(file), file, key .. ": css", i)
      styles[#styles + 1] = { file = file }
    end
  end
  local function add(key)
    local each = { file = map[key].file, integrity = text(map[key].integrity), module = true }
    local list = extension(each.file) == "css" and styles or scripts
    list[#list + 1] = each
  end
  local imported = {}
  local function visit(from)
    for _, key in ipairs(list_at(map[from].imports, from .. ": imports")) do
      if is_chunk(map[key]) and not seen[key] then
        seen[key] = true
        visit(key)
        imported[#imported + 1] = key
      end
    end
  end
  seen[name] = true
  visit(name)
  add_styles(name)
  for _, key in ipairs(imported) do add_styles(key) end
  add(name)
  for _, key in ipairs(imported) do add(key) end
  return styles, scripts
end

local function vite(map)
  local manifest = {}
  function manifest.file_of(name)
    local chunk = map[name]
    if is_chunk(chunk) then return chunk.file, text(chunk.integrity) end
    return nil
  end
  function manifest.files_of(name)
    if not manifest.file_of(name) then return nil end
    return vite_entry(map, name)
  end
  manifest.names = function() return sorted_keys(map, is_chunk) end
  manifest.entries = function() return sorted_keys(map, function(chunk) return is_chunk(chunk) and chunk.isEntry end) end
  -- The page that Vite writes has crossorigin on its style sheets; that of another server has what its template has.
  manifest.crossorigin = function(name) return name:find("%.html$") ~= nil end
  return manifest
end

-- webpack: { ["main.js"] = "/main.8f3c.js" }, with "entrypoints" beside or around it. In place of a name there may be an
-- object: { src = "main.8f3c.js", integrity = "sha384-…" }.

local function name_of(value)
  if type(value) == "table" then value = value.src or value.name end
  return text(value)
end

--- By file, what objects say themselves and what a map "integrity" says.
local function integrity_of(map, files)
  local said = {}
  for _, value in pairs(files) do
    if type(value) == "table" and name_of(value) then said[name_of(value)] = text(value.integrity) end
  end
  if type(map.integrity) == "table" then
    for file, value in pairs(map.integrity) do said[file] = text(value) end
  end
  return said
end

local function split_files(files, integrity)
  local styles, scripts = {}, {}
  for _, each in ipairs(files) do
    local file = name_of(each)
    local kind = extension(file)
    local record = { file = file, integrity = type(each) == "table" and text(each.integrity) or integrity[file] }
    if kind == "css" then styles[#styles + 1] = record end
    if kind == "js" or kind == "mjs" then
      record.module = kind == "mjs"
      scripts[#scripts + 1] = record
    end
  end
  return styles, scripts
end

--- `entrypoints` is { main = { js = {…}, css = {…} } }, the same inside `assets`, a list of files instead, or, where
--- there is one entry alone, that list itself.
local function webpack_entry(entrypoints, name)
  local entry, key = entrypoints[name], "entrypoints: " .. tostring(name)
  if entry == nil and name == "main" and #entrypoints > 0 then entry = entrypoints end
  if entry == nil then return nil end
  if type(entry) == "table" and entry.assets ~= nil then entry, key = entry.assets, key .. ": assets" end
  if type(entry) ~= "table" then error(key .. ": expected a list of files, found " .. tostring(entry), 0) end
  local files = {}
  local function add(list, where)
    for i, file in ipairs(list) do
      check_name(name_of(file), file, where, i)
      files[#files + 1] = file
    end
  end
  add(list_at(entry.css, key .. ": css"), key .. ": css")
  add(list_at(entry.js, key .. ": js"), key .. ": js")
  add(entry, key)
  return files
end

local function webpack(map)
  local files, entrypoints = type(map.files) == "table" and map.files or map, map.entrypoints
  local integrity = integrity_of(map, files)
  local manifest = {}
  function manifest.file_of(name)
    local file = name_of(files[name])
    return file, file and integrity[file]
  end
  function manifest.files_of(name)
    local found = {}
    if type(entrypoints) == "table" then
      found = webpack_entry(entrypoints, name)
      if not found then return nil end
    else
      for _, ending in ipairs{ ".css", ".js" } do found[#found + 1] = manifest.file_of(tostring(name) .. ending) end
      if #found == 0 then return nil end
    end
    local styles, scripts = split_files(found, integrity)
    if #styles + #scripts == 0 then error("entry \"" .. name .. "\": there is no style sheet and no script in it", 0) end
    return styles, scripts
  end
  manifest.names = function() return sorted_keys(files, name_of) end
  function manifest.entries()
    if type(entrypoints) == "table" then return #entrypoints > 0 and { "main" } or sorted_keys(entrypoints) end
    local entries = {}
    for _, name in ipairs(manifest.names()) do entries[#entries + 1] = name:match("^([^/]+)%.js$") end
    return entries
  end
  manifest.crossorigin = function() return false end
  return manifest
end

--- What is wrong with the manifest as a whole, or nil.
local function problem_of(manifest)
  local names = manifest.names()
  for _, name in ipairs(names) do
    if not manifest.file_of(name):find("^auto/") then return nil end
  end
  if #names == 0 then return nil end
  return names[1] .. ": \"" .. manifest.file_of(names[1]) .. "\" begins with webpack's publicPath \"auto\", which does "
    .. "not say where files are served; set publicPath in webpack's output or in the plugin, as in \"/app/\""
end

local function read_manifest(file)
  local worked, map = pcall(data, file)
  if not worked then return nil, (map:gsub("^.-:%d+: ", "", 1):gsub("^data \".-\": ", "", 1)) end
  if type(map) ~= "table" then return nil, "expected a file whose name ends in .json" end
  local expected = "expected what Vite (build.manifest) or webpack (a manifest plugin) writes, found "
  if is_vite(map) then return vite(map) end
  if type(map.chunks) == "table" and type(map.status) == "string" then
    return nil, expected .. "the statistics of webpack-bundle-tracker; add a manifest plugin to the build"
  end
  local manifest = webpack(map)
  if type(map.entrypoints) ~= "table" and #manifest.names() == 0 then
    return nil, expected .. (next(map) == nil and "nothing in it" or "something else")
  end
  local problem = problem_of(manifest)
  if problem then return nil, problem end
  return manifest
end

local entry_options = { crossorigin = true, most = true }

local function read_entry_options(file, name, options, crossorigin)
  options = options or {}
  local where = "manifest " .. file .. ": entry \"" .. tostring(name) .. "\": "
  if type(options) ~= "table" then error(where .. "expected options as in { most = 20 }, found " .. tostring(options), 3) end
  for key in pairs(options) do
    if not entry_options[key] then
      error(where .. "unknown option \"" .. tostring(key) .. "\"; expected crossorigin or most", 3)
    end
  end
  local most = options.most or 64
  if type(most) ~= "number" or most < 1 or most > 64 then
    error(where .. "most: expected a number from 1 to 64, found " .. tostring(most), 3)
  end
  if options.crossorigin ~= nil then crossorigin = options.crossorigin end
  return { most = most, crossorigin = crossorigin or nil }
end

--- Reads a manifest, and returns a table with three functions: `entry(name, options)`, the hints for all that an entry
--- point needs; `url(name)`, where one file is now; `integrity(name)`, what the manifest says of that, or nil.
return function(options)
  local file, base = read_options(options)
  local manifest, problem = read_manifest(file)
  if not manifest then error("manifest " .. file .. ": " .. problem, 2) end

  local function entry(name, given)
    local worked, styles, scripts = pcall(manifest.files_of, name)
    if not worked then error("manifest " .. file .. ": " .. styles, 2) end
    if not styles then
      error("manifest " .. file .. ": there is no entry \"" .. tostring(name) .. "\"; there are: "
        .. listed(manifest.entries()), 2)
    end
    return hints_of(base, styles, scripts, read_entry_options(file, name, given, manifest.crossorigin(name)))
  end

  local function find(name)
    local found, integrity = manifest.file_of(name)
    if found then return url_of(base, found), integrity end
    error("manifest " .. file .. ": there is no \"" .. tostring(name) .. "\"; there are: " .. listed(manifest.names()), 3)
  end

  return {
    entry = entry,
    url = function(name)
      local found = find(name)
      return found
    end,
    integrity = function(name)
      local _, integrity = find(name)
      return integrity
    end,
  }
end
