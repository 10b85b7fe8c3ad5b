local first_visit = require "first_visit"

rule {
  name  = "front page",
  path  = "/",
  hints = first_visit { style "/css/app.css", font "/fonts/inter.woff2", script "/js/app.js" },
}
