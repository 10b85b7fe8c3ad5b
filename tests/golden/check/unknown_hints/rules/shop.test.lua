expect(request{ path = "/tested/gone", response = { status = 200 } }).hints{ style "/static/gone.css" }
