rule { name = "home", path = "/", hints = { style "/stale/app.css", style "/unsaid/app.css", script "/asked/app.js" } }
