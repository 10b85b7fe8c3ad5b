rule { name = "all", path = "/**", hints = { style "/app.css" } }
rule { name = "late", path = "/**", phase = "response", hints = { style "/late.css" } }
