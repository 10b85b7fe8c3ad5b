rule { name = "page", path = "/", hints = { image("/hero.svg", { priority = "after" }), style "/app.css", script "/app.js" } }
rule { name = "small", path = "/", budget_bytes = 100, hints = { style "/small.css" } }
