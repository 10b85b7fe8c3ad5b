-- Vite's manifest says which files an entry needs, under the names that this build gave them. It is read when the rules
-- load; a new build loads them again. Vite's tags say `crossorigin`, and so must the hints: browsers fetch a file again
-- that came otherwise.
local app = require "manifest" "../dist/.vite/manifest.json"

-- Every path is the application's page.
rule {
  name   = "application",
  path   = "/**",
  except = "/assets/**",
  hints  = app.entry "index.html",
}

-- Whoever comes to this path wants a chunk that a browser would learn of only when the application runs.
rule {
  name  = "timetable",
  path  = "/timetable",
  hints = app.entry("src/timetable.js", { crossorigin = true }),
}
