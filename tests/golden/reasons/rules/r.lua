rule { name = "page", path = "/page", method = { "GET", "HEAD" }, hints = { style "/files/a.css" } }
rule { name = "page at hand", path = "/files/page.html", hints = { style "/files/a.css" } }
rule { name = "many", path = "/many", hints = { style "/files/a.css", style "/files/b.css", style "/files/c.css" } }
rule { name = "itself", path = "/files/a.css", hints = { style "/files/a.css" } }
rule { name = "elsewhere", path = "/elsewhere", hints = { style "https://cdn.example/a.css", preconnect "https://cdn.example" } }
rule { name = "unpushed", path = "/unpushed", hints = { style("/files/a.css", { nopush = true }) } }
rule { name = "link alone", path = "/link", deliver = "link", hints = { style "/files/a.css" } }
rule { name = "push alone", path = "/push", deliver = "push", hints = { style "/files/a.css" } }
rule { name = "small", path = "/small", budget_bytes = 1, hints = { style "/files/a.css" } }
rule { name = "bad assets", path = "/bad", hints = { style "/files/none.css", style "/moved/a.css", style "/files/notes.txt" } }
rule { name = "stale", path = "/stale", hints = { style "/stale/a.css" } }
rule { name = "late", path = "/late", phase = "response", hints = { style "/files/a.css" } }
rule { name = "own", path = "/own", when = { cookie = "session" }, hints = { style "/files/a.css" } }
rule { name = "trial", path = "/trial", shadow = true, hints = { style "/files/a.css" } }
rule { name = "chosen", path = "/chosen", hints = { style("/files/a.css", { media = "(min-width: 60em)" }) } }
