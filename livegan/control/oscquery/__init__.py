"""OSCQuery: the tree of what can be played, by HTTP and WebSocket, and the browser panel."""
