"""How a letter becomes pages: lines, parts, the flow over pages, furniture and tags. Only this room draws."""
