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

--- What a build's list of files becomes: style sheets first, for without them nothing is painted.
local function hints_of(base, styles, scripts, options)
  local hints, seen = {}, {}
  local function add(make, file, hint_options)
    local url = url_of(base, file)
    if seen[url] or #hints >= options.most then return end
    seen[url] = true
    hints[#hints + 1] = make(url, hint_options)
  end
  for _, file in ipairs(styles) do add(style, file, { crossorigin = options.crossorigin }) end
  for _, each in ipairs(scripts) do
    if each.module then add(module, each.file) else add(script, each.file, { crossorigin = options.crossorigin }) end
  end
  return hints
end

-- Vite: { ["src/main.ts"] = { file = "assets/main-4889e940.js", isEntry = true, imports = {…}, css = {…} } }

local function is_vite(map)
  for _, value in pairs(map) do
    if type(value) == "table" and type(value.file) == "string" then return true end
  end
  return false
end

local function vite_entry(map, name)
  local styles, scripts, seen = {}, {}, {}
  local function add_styles(chunk)
    for _, file in ipairs(chunk.css or {}) do styles[#styles + 1] = file end
  end
  local function add(file)
    if extension(file) == "css" then
      styles[#styles + 1] = file
    else
      scripts[#scripts + 1] = { file = file, module = true }
    end
  end
  local imported = {}
  local function visit(chunk)
    for _, key in ipairs(chunk.imports or {}) do
      local import = map[key]
      if import and not seen[key] then
        seen[key] = true
        visit(import)
        imported[#imported + 1] = import
      end
    end
  end
  local entry = map[name]
  seen[name] = true
  visit(entry)
  add_styles(entry)
  for _, chunk in ipairs(imported) do add_styles(chunk) end
  add(entry.file)
  for _, chunk in ipairs(imported) do add(chunk.file) end
  return styles, scripts
end

local function vite(map)
  local manifest = {}
  function manifest.file_of(name)
    local chunk = map[name]
    return type(chunk) == "table" and chunk.file or nil
  end
  function manifest.files_of(name)
    if not manifest.file_of(name) then return nil end
    return vite_entry(map, name)
  end
  manifest.names = function() return sorted_keys(map) end
  manifest.entries = function() return sorted_keys(map, function(chunk) return chunk.isEntry end) end
  -- The page that Vite writes has crossorigin on its style sheets; that of another server has what its template has.
  manifest.crossorigin = function(name) return name:find("%.html$") ~= nil end
  return manifest
end

-- webpack: { ["main.js"] = "/main.8f3c.js" }, with "entrypoints" beside or around it.

local function names_of(files)
  local names = {}
  for i, file in ipairs(files or {}) do names[i] = type(file) == "table" and file.name or file end
  return names
end

local function split_files(files)
  local styles, scripts = {}, {}
  for _, file in ipairs(names_of(files)) do
    local kind = extension(file)
    if kind == "css" then styles[#styles + 1] = file end
    if kind == "js" or kind == "mjs" then scripts[#scripts + 1] = { file = file, module = kind == "mjs" } end
  end
  return styles, scripts
end

--- `entrypoints` is { main = { js = {…}, css = {…} } }, the same inside `assets`, a list of files instead, or, where
--- there is one entry alone, that list itself.
local function webpack_entry(entrypoints, name)
  local entry = entrypoints[name]
  if not entry and name == "main" and #entrypoints > 0 then entry = entrypoints end
  if not entry then return nil end
  entry = entry.assets or entry
  local files = {}
  for _, list in ipairs{ entry.css or {}, entry.js or {}, entry } do
    for _, file in ipairs(list) do files[#files + 1] = file end
  end
  return split_files(files)
end

local function webpack(map)
  local files, entrypoints = type(map.files) == "table" and map.files or map, map.entrypoints
  local manifest = {}
  function manifest.file_of(name) return type(files[name]) == "string" and files[name] or nil end
  function manifest.files_of(name)
    if type(entrypoints) == "table" then return webpack_entry(entrypoints, name) end
    local found = {}
    for _, ending in ipairs{ ".css", ".js" } do found[#found + 1] = manifest.file_of(name .. ending) end
    if #found == 0 then return nil end
    return split_files(found)
  end
  manifest.names = function() return sorted_keys(files, function(file) return type(file) == "string" end) end
  function manifest.entries()
    if type(entrypoints) == "table" then return #entrypoints > 0 and { "main" } or sorted_keys(entrypoints) end
    local entries = {}
    for _, name in ipairs(manifest.names()) do entries[#entries + 1] = name:match("^([^/]+)%.js$") end
    return entries
  end
  manifest.crossorigin = function() return false end
  return manifest
end

local function read_manifest(file)
  local worked, map = pcall(data, file)
  if not worked then return nil, (map:gsub("^.-:%d+: ", "", 1):gsub("^data \".-\": ", "", 1)) end
  if type(map) ~= "table" then return nil, "expected a file whose name ends in .json" end
  if is_vite(map) then return vite(map) end
  if type(map.entrypoints) == "table" then return webpack(map) end
  for _, value in pairs(map) do
    if type(value) == "string" then return webpack(map) end
  end
  return nil, "expected what Vite (build.manifest) or webpack (a manifest plugin) writes, found "
    .. (next(map) == nil and "nothing in it" or "something else")
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

--- Reads a manifest, and returns a table with two functions:
--- `entry(name, options)`, the hints for all that an entry point needs, and `url(name)`, where one file is now.
return function(options)
  local file, base = read_options(options)
  local manifest, problem = read_manifest(file)
  if not manifest then error("manifest " .. file .. ": " .. problem, 2) end

  local function entry(name, given)
    local styles, scripts = manifest.files_of(name)
    if not styles then
      error("manifest " .. file .. ": there is no entry \"" .. tostring(name) .. "\"; there are: "
        .. listed(manifest.entries()), 2)
    end
    return hints_of(base, styles, scripts, read_entry_options(file, name, given, manifest.crossorigin(name)))
  end

  local function url(name)
    local found = manifest.file_of(name)
    if not found then
      error("manifest " .. file .. ": there is no \"" .. tostring(name) .. "\"; there are: " .. listed(manifest.names()), 2)
    end
    return url_of(base, found)
  end

  return { entry = entry, url = url }
end
