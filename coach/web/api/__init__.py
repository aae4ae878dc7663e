"""JSON for the coordinators' own tools, with the same session as the pages."""

from __future__ import annotations

from coach.web.api.routes import api_router

__all__ = ["api_router"]
