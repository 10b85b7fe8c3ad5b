-- The welcome page's push rule. `outrider explain /` says what becomes of it; man outrider-rules says what rules can do.

rule {
  name = "welcome",
  path = "/",
  hints = { style "/welcome.css", image "/outrider.svg" },
}
