rule { name = "first", path = "/p/{id}", hints = { style "/static/app.css", image "/img/{id}.avif" } }
rule { name = "second", path = "/p/*", final = true, hints = { style "/static/app.css", style "/static/p.css" } }
rule { name = "third", path = "/p/**", hints = { style "/static/never.css" } }
