rule { name = "two", path = { "/a", "/b/*" }, final = true, hints = { style "/static/app.css" } }
rule { name = "a", path = "/a", hints = { script "/static/app.js" } }
rule { name = "both", path = { "/a", "/b/c" }, hints = { script "/static/app.js" } }
rule { name = "more", path = { "/a", "/c" }, hints = { script "/static/app.js" } }
rule { name = "exact", path = "/x", final = true, hints = { style "/static/app.css" } }
rule { name = "again", path = "/x", hints = { script "/static/app.js" } }
