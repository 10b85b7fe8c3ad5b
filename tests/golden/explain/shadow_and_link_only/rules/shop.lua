rule { name = "trial", path = "/", shadow = true, hints = { style "/static/trial.css" } }
rule { name = "careful", path = "/", deliver = "link", hints = { style "/static/app.css" } }
rule { name = "stale", path = "/", hints = { style("/static/media.css", { media = "print" }), "/static/plain.js" } }
