expect(request{ path = "/" }).hints{ style "/assets/site.css", script "/assets/site.js" }
expect(request{ path = "/assets/site.css" }).hints{}
