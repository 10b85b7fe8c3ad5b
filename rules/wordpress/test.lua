-- SPDX-License-Identifier: MIT
local wordpress = require "wordpress"

local function says(message, part) assert(message:find(part, 1, true), message) end
local function refused(options)
  local worked, message = pcall(wordpress, options)
  assert(not worked, "it worked")
  return message
end
local function urls(hints)
  local list = {}
  for i, hint in ipairs(hints) do list[i] = tostring(hint) end
  return table.concat(list, " ")
end
local function is(found, expected) assert(found == expected, found) end

local fonts = {
  font("/blog/wp-content/themes/blocky/assets/fonts/text.woff2", { type = "font/woff2" }),
  font("/blog/wp-content/themes/blocky/assets/fonts/head.woff2", { type = "font/woff2" }),
}

test("a block theme: the fonts that text and headings are set in", function()
  expect(request{ path = "/blog/" }).hints{ image "/blog/wp-content/uploads/hero.avif", fonts[1], fonts[2] }
  expect(request{ path = "/blog/2026/11/a-post/" }).hints(fonts)
  expect(request{ path = "/blog/2026/11/a-post/", client = "chromium" }).delivers("early_hints",
    "/blog/wp-content/themes/blocky/assets/fonts/text.woff2")
end)

test("what is no page", function()
  for _, path in ipairs{ "/blog/wp-admin/index.php", "/blog/wp-login.php", "/blog/wp-json/wp/v2/posts", "/blog/feed/",
                         "/blog/a-post/feed/", "/blog/wp-content/uploads/hero.avif", "/blog/wp-sitemap.xml",
                         "/blog/robots.txt", "/blog/favicon.ico", "/blog/sitemap.xml", "/blog/a-post/feed/atom/",
                         "/blog/feed/rdf/", "/blog/2026/11/a-post/embed/", "/blog/a-post/trackback/",
                         "/blog/main-sitemap.xsl" } do
    expect(request{ path = path }).hints{}
  end
end)

test("a classic theme: the library of blocks and its own style sheet, with their versions", function()
  local blog = wordpress { root = "blog", theme = "classic" }
  is(urls(blog.hints), 'style "/wp-includes/css/dist/block-library/style.min.css?ver=6.5.2" '
    .. 'style "/wp-content/themes/classic/style.css?ver=2.0.1"')
  is(blog.version, "6.5.2")
  is(blog.theme_version, "2.0.1")
  is(blog.block_theme, false)
  is(urls(wordpress { root = "new", theme = "classic" }.hints), 'style "/wp-content/themes/classic/style.css?ver=2.0.1"')
end)

test("what is told counts more than what is guessed", function()
  local blog = wordpress { root = "blog", theme = "classic", block_library = false, style = "20240402" }
  is(urls(blog.hints), 'style "/wp-content/themes/classic/style.css?ver=20240402"')
  is(urls(wordpress { root = "blog", theme = "classic", block_library = false, style = false }.hints), "")
  is(urls(wordpress { root = "blog", theme = "blocky", style = true, fonts = false }.hints),
    'style "/wp-content/themes/blocky/style.css?ver=1.3"')
end)

test("a child takes from its parent, and a theme without a version has that of WordPress", function()
  local blog = wordpress { root = "blog", url = "/blog/", theme = "child" }
  is(blog.block_theme, true)
  is(urls(blog.hints), tostring(fonts[1]) .. " " .. tostring(fonts[2]))
  is(blog.file "style.css", "/blog/wp-content/themes/child/style.css?ver=6.5.2")
end)

test("a child's theme.json takes from its parent's what it lacks", function()
  is(urls(wordpress { root = "blog", url = "/blog/", theme = "recoloured" }.hints),
    tostring(fonts[1]) .. " " .. tostring(fonts[2]))
  -- A list that it has counts as a whole, and so does its own file.
  is(urls(wordpress { root = "blog", theme = "refonted" }.hints), 'font "/wp-content/themes/refonted/own%7B1%7D.woff2"')
  is(urls(wordpress { root = "blog", theme = "malformed" }.hints), "")
end)

test("URLs of other files", function()
  local blog = wordpress { root = "blog", url = "/blog/", theme = "classic" }
  is(blog.core("js/jquery/jquery.min.js", "3.7.1"), "/blog/wp-includes/js/jquery/jquery.min.js?ver=3.7.1")
  is(blog.file "js/menu.js", "/blog/wp-content/themes/classic/js/menu.js?ver=2.0.1")
  is(blog.file("fonts/a.woff2", false), "/blog/wp-content/themes/classic/fonts/a.woff2")
end)

test("what is wrong", function()
  says(refused(), "wordpress: expected options as in")
  says(refused{ rot = "x" }, 'unknown option "rot"; expected root, url')
  says(refused{ theme = "x" }, "root: expected the directory that wp-includes is in, found nil")
  says(refused{ root = "blog" }, "theme: expected the name of the theme's folder, found nil")
  says(refused{ root = "blog", theme = "x", url = "blog" }, 'url: expected where it is served, as in "/blog/", found blog')
  says(refused{ root = "blog", theme = "x", style = 5 }, "style: expected true, false, or the version")
  says(refused{ root = "nowhere", theme = "x" }, "wordpress: nowhere/wp-includes/version.php: does not exist; looked for")
  says(refused{ root = "odd", theme = "x" }, "odd/wp-includes/version.php: expected a line as in $wp_version = '6.5.2';")
  says(refused{ root = "blog", theme = "nothing" }, "wordpress: blog/wp-content/themes/nothing/style.css: does not exist")
  says(refused{ root = "blog", theme = "unreadable" }, "wordpress: ")
  says(refused{ root = "blog", theme = "unreadable" }, "themes/unreadable/theme.json:2: no valid JSON")
  says(refused{ root = "blog", theme = "broken" }, "themes/broken/style.css: expected the header of a theme")
end)
