-- SPDX-License-Identifier: MIT
-- What the pages of a WordPress site begin with, under the very URLs that WordPress writes into them: it adds a version to
-- each, which is read from its files, so that an update changes the hints with the pages.

local known = { root = true, url = true, theme = true, content = true, block_library = true, style = true, fonts = true }

local function read_options(options)
  if type(options) ~= "table" then
    error("wordpress: expected options as in wordpress{ root = \"/srv/blog\", theme = \"twentytwentyfour\" }, found "
      .. tostring(options), 3)
  end
  for key in pairs(options) do
    if not known[key] then
      error("wordpress: unknown option \"" .. tostring(key)
        .. "\"; expected root, url, theme, content, block_library, style or fonts", 3)
    end
  end
  local function check(name, fallback, what, holds)
    local value = options[name]
    if value == nil then value = fallback end
    if not holds(value) then error("wordpress: " .. name .. ": expected " .. what .. ", found " .. tostring(value), 4) end
    return value
  end
  local function is_text(value) return type(value) == "string" and value ~= "" end
  local function is_switch(value) return value == nil or type(value) == "boolean" end
  return {
    root = check("root", nil, "the directory that wp-includes is in", is_text),
    url = check("url", "/", "where it is served, as in \"/blog/\"",
      function(value) return is_text(value) and value:sub(1, 1) == "/" and value:sub(-1) == "/" end),
    theme = check("theme", nil, "the name of the theme's folder", is_text),
    content = check("content", "wp-content", "the name of the folder that themes is in", is_text),
    block_library = check("block_library", nil, "true or false", is_switch),
    style = check("style", nil, "true, false, or the version that the theme gives its style.css",
      function(value) return is_switch(value) or is_text(value) end),
    fonts = check("fonts", true, "true or false", is_switch),
  }
end

--- Without spaces around it and the end of a comment behind it.
local function trimmed(text) return text:gsub("%*/.*", ""):match("^%s*(.*%S)") or "" end

--- The fields of a theme's style.css, which stand in a comment at its beginning.
local function header_of(css)
  local header = {}
  for line in css:gmatch("[^\r\n]+") do
    local name, value = line:match("^[ \t/*#@]*(%a[%a ]-):(.*)$")
    name = name and name:lower()
    if name and not header[name] then header[name] = trimmed(value) end
  end
  return header
end

local function read(file, bytes)
  local worked, text = pcall(files.read, file, bytes)
  if worked then return text end
  error("wordpress: " .. file .. ": " .. text:gsub("^.-:%d+: ", "", 1):gsub("^files.read \".-\": ", "", 1), 4)
end

local function core_version(options)
  local file = options.root .. "/wp-includes/version.php"
  local version = ("\n" .. read(file)):match("\n%s*%$wp_version%s*=%s*['\"]([^'\"]+)['\"]")
  if not version then error("wordpress: " .. file .. ": expected a line as in $wp_version = '6.5.2';, found none", 3) end
  return version
end

local function theme_at(options, name)
  local file = options.root .. "/" .. options.content .. "/themes/" .. name .. "/style.css"
  local header = header_of(read(file, 8192))
  if not header["theme name"] then
    error("wordpress: " .. file .. ": expected the header of a theme, with \"Theme Name:\", found none", 3)
  end
  return header
end

local function is_there(file) return (pcall(files.read, file, 1)) end

-- theme.json: { settings = { typography = { fontFamilies = {…} } }, styles = { typography = { fontFamily = … } } }

local function at(value, ...)
  for _, key in ipairs{ ... } do
    if type(value) ~= "table" then return nil end
    value = value[key]
  end
  return value
end

local function list_at(...)
  local value = at(...)
  return type(value) == "table" and value or {}
end

--- What theme.json says, or nil where there is none.
local function settings_of(file)
  if not is_there(file) then return nil end
  local worked, settings = pcall(data, file)
  if worked then return settings end
  error("wordpress: " .. settings:gsub("^.-:%d+: ", "", 1):gsub("^data \".-\": ", "", 1), 3)
end

--- "var(--wp--preset--font-family--body)" and "var:preset|font-family|body" name the family "body".
local function slug_of(family)
  if type(family) ~= "string" then return nil end
  return family:match("font%-family%-%-([%w-]+)") or family:match("font%-family|([%w-]+)")
end

local function has_weight(face, wanted)
  local weight = tostring(face.fontWeight or "400"):gsub("normal", "400"):gsub("bold", "700")
  local from, to = weight:match("^(%d+)%s+(%d+)$")
  if from then return tonumber(from) <= wanted and wanted <= tonumber(to) end
  return tonumber(weight) == wanted
end

--- The file of a family's upright face of that weight, or else of its first upright one.
local function face_file(family, wanted)
  local first
  for _, face in ipairs(list_at(family, "fontFace")) do
    local sources = at(face, "src")
    local file
    for _, source in ipairs(type(sources) == "table" and sources or { sources }) do
      file = file or type(source) == "string" and source:match("^file:%./(.+%.woff2)$")
    end
    if file and (face.fontStyle or "normal") == "normal" then
      if has_weight(face, wanted) then return file end
      first = first or file
    end
  end
  return first
end

--- Of the families that text and headings are set in. `all` are a theme's settings and its parent's: WordPress takes each
--- value from the first that has it, a list as a whole.
local function font_files(all)
  local function first(...)
    for _, settings in ipairs(all) do
      local value = at(settings, ...)
      if value ~= nil then return value end
    end
    return nil
  end
  local found = {}
  local function add(family_used, weight)
    local slug = slug_of(family_used)
    for _, family in ipairs(list_at(first("settings", "typography", "fontFamilies"))) do
      if slug and at(family, "slug") == slug then
        local file = face_file(family, tonumber(weight) or 400)
        if file and file ~= found[1] then found[#found + 1] = file end
      end
    end
  end
  add(first("styles", "typography", "fontFamily"), first("styles", "typography", "fontWeight"))
  add(first("styles", "elements", "heading", "typography", "fontFamily"),
    first("styles", "elements", "heading", "typography", "fontWeight"))
  return found
end

--- As browsers ask for a file of that name.
local function encoded(file)
  return (file:gsub("[^!$-;=@-Z_a-z~]", function(c) return ("%%%02X"):format(c:byte()) end))
end

--- From 6.9 on classic themes, too, get the styles of the blocks that a page has, and no longer the whole library.
local function has_library(version)
  local major, minor = version:match("^(%d+)%.(%d+)")
  major, minor = tonumber(major), tonumber(minor)
  return major ~= nil and (major < 6 or major == 6 and minor < 9)
end

--- Reads a WordPress site's version and theme. Options: `root`, the directory that wp-includes is in; `url`, where it is
--- served ("/"); `theme`, the name of its folder; `content` ("wp-content"); and what is otherwise guessed:
--- `block_library`, `style`, `fonts`. Returns a table: `front`, `posts`, `private` are patterns of paths; `hints` is a
--- list for all pages; `core(file, version)` and `file(file, version)` are URLs in wp-includes and in the theme;
--- `version`, `theme_version`, `block_theme` say what was found.
return function(options)
  options = read_options(options)
  local version, header = core_version(options), theme_at(options, options.theme)
  local themes = options.root .. "/" .. options.content .. "/themes/"
  local folders = { options.theme, header.template }  -- a child theme takes what it lacks from its parent
  local site = { version = version, theme_version = header.version or version, block_theme = false }
  local settings = {}
  for _, folder in ipairs(folders) do
    local theme = themes .. folder
    site.block_theme = site.block_theme or is_there(theme .. "/templates/index.html")
      or is_there(theme .. "/block-templates/index.html")
    settings[#settings + 1] = settings_of(theme .. "/theme.json")
  end

  local function with_version(url, given, own)
    if given == false then return url end
    return url .. "?ver=" .. (given or own)
  end
  function site.core(file, given)
    return with_version(options.url .. "wp-includes/" .. file, given, version)
  end
  local function theme_url(folder, file) return options.url .. options.content .. "/themes/" .. folder .. "/" .. file end
  function site.file(file, given) return with_version(theme_url(options.theme, file), given, site.theme_version) end

  local url = options.url
  site.front = url
  site.posts = url .. "**"
  site.private = { url .. "wp-admin/**", url .. "wp-includes/**", url .. options.content .. "/**", url .. "wp-json/**",
                   url .. "wp-*.php", url .. "xmlrpc.php", url .. "feed/**", url .. "**/feed/**", url .. "**/embed/",
                   url .. "**/trackback/", url .. "*.xml", url .. "*.xsl", url .. "*.txt", url .. "*.ico" }

  local library, own = options.block_library, options.style
  if library == nil then library = not site.block_theme and has_library(version) end
  if own == nil then own = not site.block_theme end
  site.hints = {}
  local function add(hint) site.hints[#site.hints + 1] = hint end
  if library then add(style(site.core "css/dist/block-library/style.min.css")) end
  if own then add(style(site.file("style.css", type(own) == "string" and own or nil))) end
  for _, file in ipairs(options.fonts and font_files(settings) or {}) do
    -- As get_theme_file_uri() has it: the child's file where there is one.
    local folder = is_there(themes .. options.theme .. "/" .. file) and options.theme or header.template or options.theme
    add(font(theme_url(folder, encoded(file)), { type = "font/woff2" }))
  end
  return site
end
