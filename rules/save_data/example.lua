local save_data = require "save_data"

rule {
  name  = "front page",
  path  = "/",
  hints = save_data({ style "/css/app.css", font "/fonts/inter.woff2", image "/img/hero.avif" },
                    { style "/css/app.css" }),
}
