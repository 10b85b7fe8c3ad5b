local bots = require "bots"

rule {
  name  = "front page",
  path  = "/",
  when  = bots.never { also = "acme-probe" },
  hints = { style "/css/app.css", image "/img/hero.avif" },
}
