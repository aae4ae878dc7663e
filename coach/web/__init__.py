"""Everything that speaks HTTP: webhooks, calls, dashboard and API."""
