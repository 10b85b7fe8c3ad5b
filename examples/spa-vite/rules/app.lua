-- Vite's manifest says which files an entry needs, under the names that this build gave them. It is read when the rules
-- load; a new build loads them again.
local manifest = json.decode(files.read "../dist/.vite/manifest.json")

-- The style sheets and modules of a chunk and of all that it imports. Vite's tags say `crossorigin`, and so must the
-- hints: browsers fetch a file again that came otherwise.
local function needs(name, list, seen)
  list, seen = list or {}, seen or {}
  if seen[name] then return list end
  seen[name] = true
  local chunk = manifest[name]
  for _, file in ipairs(chunk.css or {}) do list[#list + 1] = style("/" .. file, { crossorigin = "anonymous" }) end
  list[#list + 1] = module("/" .. chunk.file)
  for _, import in ipairs(chunk.imports or {}) do needs(import, list, seen) end
  return list
end

-- Every path is the application's page.
rule {
  name   = "application",
  path   = "/**",
  except = "/assets/**",
  hints  = needs "index.html",
}

-- Whoever comes to this path wants a chunk that a browser would learn of only when the application runs.
rule {
  name  = "timetable",
  path  = "/timetable",
  hints = needs "src/timetable.js",
}
