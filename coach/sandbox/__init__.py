"""The local phone network: Twilio's REST API and webhooks on loopback, with simulated phones.

It knows the coach by HTTP alone and imports nothing from it. Nothing here reaches a real phone.
"""
