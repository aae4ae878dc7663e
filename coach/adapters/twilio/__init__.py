"""The Twilio adapter, the only home of the twilio package: sends, calls, parses and verifies webhooks, builds TwiML."""

from coach.adapters.twilio.carrier import CarrierOptions, TwilioCarrier
from coach.adapters.twilio.verify import Verifier

__all__ = ["CarrierOptions", "TwilioCarrier", "Verifier"]
