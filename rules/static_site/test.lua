-- SPDX-License-Identifier: MIT
local static_site = require "static_site"

local function says(message, part) assert(message:find(part, 1, true), message) end
local function refused(options)
  local worked, message = pcall(static_site, options)
  assert(not worked, "it worked")
  return message
end
--- What another choice of options gives for a path.
local function urls(options, path)
  local list = {}
  for i, hint in ipairs(static_site(options){ path = path } or {}) do list[i] = tostring(hint) end
  return table.concat(list, " ")
end
local function is(found, expected) assert(found == expected, found) end

test("what the head needs, as the browser would ask for it", function()
  local head = {
    preconnect("https://cdn.example", { crossorigin = true }),
    style "/docs/css/site.css",
    style("/docs/css/wide.css", { media = "(min-width: 60em)" }),
    font("/docs/fonts/inter.woff2", { type = "font/woff2" }),
    image("", { imagesrcset = "hero-1x.avif 1x, hero-2x.avif 2x" }),
    script "/docs/js/early.js",
    script("/docs/js/counter.js", { fetchpriority = "low" }),
    module "/docs/js/app.js",
  }
  expect(request{ path = "/docs/" }).hints(head)
  expect(request{ path = "/docs/index.html" }).hints(head)
  expect(request{ path = "/docs/", client = "chromium" }).delivers("early_hints", "/docs/css/site.css")
end)

test("a head without tags, with a base and an import map", function()
  local head = {
    style "/docs/css/site.css",
    style("https://cdn.example/theme.css", { integrity = "sha384-abc", crossorigin = "use-credentials" }),
  }
  expect(request{ path = "/docs/guide/" }).hints(head)
  expect(request{ path = "/docs/guide/install.html" }).hints(head)
end)

test("a head as many pages have it: a counter in <noscript>, an old <body> in a comment", function()
  expect(request{ path = "/docs/counted.html" }).hints{
    style "/docs/css/early.css",
    style "/css/before.css",
    style "/css/between.css",
    style "/css/after.css",
    fetch("/data.json", { crossorigin = false }),
    fetch "/more.json",
  }
end)

test("pages without hints, and what is no page", function()
  for _, path in ipairs{ "/docs/plain.html", "/docs/nothing.html", "/docs/.drafts/new.html", "/docs/notes.txt" } do
    expect(request{ path = path }).hints{}
  end
end)

test("options", function()
  is(urls({ directory = "docs", url = "/d/", glob = "*.txt" }, "/d/notes.txt"), 'style "/text.css"')
  is(urls({ directory = "docs", most = 1 }, "/"), 'preconnect "https://cdn.example"')
  is(urls({ directory = "docs", index = "plain.html" }, "/"), "")
  is(urls({ directory = "docs", keep = function(element) return element.tag == "script" end }, "/"),
    'script "/js/early.js" script "/js/counter.js" module "/js/app.js"')
  is(urls({ directory = "docs/guide", url = "/", head_bytes = 1024 }, "/"),
    'style "/docs/css/site.css" style "https://cdn.example/theme.css"')
end)

test("wrong options", function()
  says(refused(), "static_site: expected options as in static_site{ directory =")
  says(refused{ dir = "docs" }, 'unknown option "dir"; expected directory, url')
  says(refused{}, "directory: expected a directory's name, found nil")
  says(refused{ directory = "docs", url = "/docs" }, 'url: expected where it is served, as in "/docs/", found /docs')
  says(refused{ directory = "docs", most = 0 }, "most: expected a number of hints from 1 to 64, found 0")
  says(refused{ directory = "docs", head_bytes = 10 }, "head_bytes: expected a number of bytes from 1024 to 262144")
  says(refused{ directory = "docs", keep = true }, "keep: expected a function")
  says(refused{ directory = "docs", glob = "*.htm" },
    'directory "docs": there is no page in it or below whose name matches "*.htm"; correct directory or glob')
  says(refused{ directory = "nowhere" }, 'static_site: directory "nowhere": does not exist; looked for')
end)
