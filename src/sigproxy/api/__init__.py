"""The control API: how every client, the TUI first, sees the service and tells it what to do."""
