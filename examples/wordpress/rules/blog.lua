-- WordPress puts the version of each file behind its URL, `style.css?ver=1.3`, and a hint must name the very same URL.
-- So the versions are read where WordPress has them; an update of core or theme loads these rules again.
local theme = "/wp-content/themes/coach/"
local core_version = files.read("../www/wp-includes/version.php"):match("$wp_version = '(.-)'")
local theme_version = files.read("../www" .. theme .. "style.css"):match("Version: (%S+)")

rule {
  name   = "pages",
  path   = "/**",
  except = { "/wp-admin/**", "/wp-content/**", "/wp-includes/**", "/wp-json/**", "/**.php", "/**/feed/" },
  hints  = {
    style("/wp-includes/css/dist/block-library/style.min.css?ver=" .. core_version),
    style(theme .. "style.css?ver=" .. theme_version),
  },
}

-- Year, month and name: a single post, which the theme gives a script of its own.
rule {
  name  = "post",
  path  = "/{year}/{month}/{name}/",
  hints = { script(theme .. "post.js?ver=" .. theme_version) },
}
