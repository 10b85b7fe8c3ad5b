rule { name = "shared", path = "/shared", hints = { style "/static/app.css" } }
rule { path = "/unnamed", hints = { style "/static/app.css" } }
