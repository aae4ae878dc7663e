"""The least that can take a signed text: check the signature, keep one row. Nothing is decided and nothing answered."""

from __future__ import annotations

import sys
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from sqlalchemy import Column, Integer, MetaData, String, Table, Text, insert
from twilio.request_validator import RequestValidator

from coach.adapters.database.engine import open_engine
from tests.benchmarks.processes import TOKEN

received = Table(
    "received_text",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("sid", String(80), nullable=False, unique=True),
    Column("sender", String(40), nullable=False),
    Column("body", Text, nullable=False),
)

Fields = dict[str, str]


async def _fields(request: Request) -> Fields:
    return {name: str(value) for name, value in (await request.form()).items()}


def make_app(url: str, public_url: str) -> FastAPI:
    """The application, over the database at this address."""
    app, engine, validator = FastAPI(), open_engine(url), RequestValidator(TOKEN)
    received.create(engine, checkfirst=True)

    @app.post("/twilio/sms")
    def text(request: Request, form: Annotated[Fields, Depends(_fields)]) -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(f"{public_url}/twilio/sms", form, signature):
            return Response(status_code=403)
        row = {"sid": form["MessageSid"], "sender": form["From"], "body": form["Body"]}
        with engine.begin() as connection:
            connection.execute(insert(received), [row])
        return Response("<Response/>", media_type="text/xml")

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok")

    return app


def main() -> None:
    """Serve it: the address of the database, then the port."""
    url, port = sys.argv[1], int(sys.argv[2])
    app = make_app(url, f"http://127.0.0.1:{port}")
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, server_header=False)
