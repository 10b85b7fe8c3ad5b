-- The versions are read here, too: a reload whose tests fail is refused, and an update must not be.
local theme = "/wp-content/themes/coach/"
local core_version = files.read("../www/wp-includes/version.php"):match("$wp_version = '(.-)'")
local theme_version = files.read("../www" .. theme .. "style.css"):match("Version: (%S+)")

local block_styles = style("/wp-includes/css/dist/block-library/style.min.css?ver=" .. core_version)
local theme_styles = style(theme .. "style.css?ver=" .. theme_version)
local post_script = script(theme .. "post.js?ver=" .. theme_version)
local post = "/2026/11/the-coach-is-late/"

expect(request{ path = "/" }).hints{ block_styles, theme_styles }
expect(request{ path = post }).hints{ block_styles, theme_styles, post_script }

test("what is no page has no hints", function()
  for _, path in ipairs{ "/wp-admin/", "/wp-json/wp/v2/posts", "/feed/", "/wp-login.php", "/wp-content/themes/coach/style.css" } do
    expect(request{ path = path }).hints{}
  end
end)

test("browsers get a 103 while PHP is still at work", function()
  expect(request{ path = post, client = "chromium" }).delivers("early_hints", theme .. "post.js?ver=" .. theme_version)
end)
