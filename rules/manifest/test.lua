-- SPDX-License-Identifier: MIT
local manifest = require "manifest"

local function says(message, part) assert(message:find(part, 1, true), message) end
local function refused(...)
  local worked, message = pcall(...)
  assert(not worked, "it worked")
  return message
end
local function urls(hints)
  local list = {}
  for i, hint in ipairs(hints) do list[i] = tostring(hint) end
  return table.concat(list, " ")
end
local function is(found, expected) assert(found == expected, found) end

test("an entry of Vite: its styles, those of what it imports, itself, what it imports", function()
  expect(request{ path = "/app/" }).hints{
    style("/app/assets/index-5UjPuW-k.css", { crossorigin = true }),
    style("/app/assets/shared-ChJ_j-JJ.css", { crossorigin = true }),
    module "/app/assets/index-BRBmoGS9.js",
    module "/app/assets/vendor-9X2a1Bcd.js",
    module "/app/assets/shared-B7PI925R.js",
  }
  expect(request{ path = "/app/", client = "chromium" }).delivers("early_hints", "/app/assets/index-BRBmoGS9.js")
end)

test("single files", function()
  expect(request{ path = "/about" }).hints{
    style "/app/assets/print-Cq8zLw3e.css", image "/app/assets/logo-D8n2sQ0a.svg" }
end)

test("a page that another server writes has no crossorigin, unless it is said", function()
  local app = manifest { file = "app/.vite/manifest.json", base = "https://cdn.example/" }
  is(urls(app.entry "src/server.ts"),
    'style "https://cdn.example/assets/server-Deadbeef.css" module "https://cdn.example/assets/server-C0ffee00.js"')
  is(urls(app.entry("index.html", { most = 1 })), 'style "https://cdn.example/assets/index-5UjPuW-k.css"')
  is(urls(app.entry "src/print.css"), 'style "https://cdn.example/assets/print-Cq8zLw3e.css"')
end)

test("webpack's manifests", function()
  is(manifest("shop/manifest.json").url "logo.png", "/shop/logo.5d41402a.png")
  is(urls(manifest("encore/entrypoints.json").entry "app"),
    'style "/build/app.30d5a0f1.css" script "/build/runtime.188fa053.js" script "/build/app.2b1c9e77.js"')
  local assets = manifest { file = "assets/manifest.json", base = "/s/" }
  is(urls(assets.entry "main"), 'style "/s/css/main-aa11.css" script "/s/js/runtime-bb22.js" module "/s/js/main-cc33.mjs"')
  is(urls(assets.entry "admin"), 'style "/s/css/admin-ee55.css" script "/s/js/admin-dd44.js"')
  is(assets.url "main.js", "/s/js/main-cc33.mjs")
  local react = manifest "cra/asset-manifest.json"
  is(urls(react.entry "main"), 'style "/static/css/main.073c9b0a.css" script "/static/js/main.a1b2c3d4.js"')
  is(react.url "main.css", "/static/css/main.073c9b0a.css")
end)

test("integrity, where the manifest says it", function()
  expect(request{ path = "/shop/cart" }).hints{
    style "/shop/main.1f0e2d3c.css", script("/shop/main.8f3c9a7b.js", { integrity = "sha384-main" }) }
  local assets = manifest { file = "integrity/assets.json", base = "/s/" }
  is(urls(assets.entry "main"), 'style "/s/css/main-aa11.css" script "/s/js/main-cc33.js"')
  is(urls(assets.entry "admin"), 'script "/s/js/admin-dd44.js"')
  is(assets.url "main.js", "/s/js/main-cc33.js")
  is(assets.integrity "main.js", "sha256-main")
  is(manifest("shop/manifest.json").integrity "main.css", nil)
  is(manifest("integrity/vite.json").integrity "src/main.ts", "sha384-main")
end)

test("names that are not there", function()
  local app = manifest "app/.vite/manifest.json"
  says(refused(app.entry, "main.ts"),
    'manifest app/.vite/manifest.json: there is no entry "main.ts"; there are: index.html, src/print.css, src/server.ts')
  says(refused(app.url, "src/nothing.css"), 'there is no "src/nothing.css"; there are: _shared-B7PI925R.js, ')
  says(refused(manifest("shop/manifest.json").entry, "cart"), 'there is no entry "cart"; there are: main')
  says(refused(manifest("encore/entrypoints.json").entry, "x"), 'there is no entry "x"; there are: app')
  says(refused(manifest, "app/manifest.json"), "manifest app/manifest.json: does not exist; looked for")
end)

test("files that are none", function()
  says(refused(manifest, "odd/empty.json"), "manifest odd/empty.json: expected what Vite")
  says(refused(manifest, "odd/empty.json"), "found nothing in it")
  says(refused(manifest, "odd/other.json"), "found something else")
  says(refused(manifest, "odd/text.txt"), "manifest odd/text.txt: expected a file whose name ends in .json")
  says(refused(manifest, "odd/broken.json"), "odd/broken.json:2: no valid JSON")
end)

test("files that are not quite one", function()
  local entry = manifest("odd/entrypoints.json").entry
  says(refused(entry, "text"), "manifest odd/entrypoints.json: entrypoints: text: expected a list of files, found main.js")
  says(refused(entry, "list"), "entrypoints: list: js: expected a list, found one.js")
  says(refused(entry, "object"), "entrypoints: object: css: expected a list, found an object")
  says(refused(entry, "place"), "entrypoints: place: js: expected a file's name, found 2 in place 2")
  says(refused(entry, "maps"), 'entry "maps": there is no style sheet and no script in it')
  local vite = manifest("odd/vite.json")
  says(refused(vite.entry, "a.js"), "manifest odd/vite.json: a.js: imports: expected a list, found b.js")
  says(refused(vite.entry, "b.js"), "b.js: css: expected a file's name, found false in place 2")
  says(refused(vite.entry, "a.css"), 'there is no entry "a.css"; there are: none')
  says(refused(vite.url, "a.css"), 'there is no "a.css"; there are: a.js, b.js')
  says(refused(manifest, "odd/auto.json"), 'main.css: "auto/main.1234.css" begins with webpack\'s publicPath "auto"')
  says(refused(manifest, "odd/tracker.json"), "found the statistics of webpack-bundle-tracker")
end)

test("wrong options", function()
  says(refused(manifest), "manifest: expected a file as in")
  says(refused(manifest, { fil = "x" }), 'unknown option "fil"; expected file or base')
  says(refused(manifest, { base = "/" }), "file: expected a file's name, found nil")
  says(refused(manifest, { file = "app/.vite/manifest.json", base = "app" }), "base: expected where its files are served")
  local app = manifest "app/.vite/manifest.json"
  says(refused(app.entry, "index.html", { mots = 1 }), 'entry "index.html": unknown option "mots"')
  says(refused(app.entry, "index.html", { most = 65 }), "most: expected a number from 1 to 64, found 65")
  says(refused(app.entry, "index.html", 5), "expected options as in { most = 20 }, found 5")
end)
