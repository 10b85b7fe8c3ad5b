rule { name = "form", path = "/form", method = "POST", hints = { style "/static/app.css" } }
rule { name = "late", path = "/form", method = { "GET", "POST" }, phase = "response", hints = { style "/late.css" } }
