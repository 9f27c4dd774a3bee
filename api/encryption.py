"""Serving under https: the certificate, its watch, and the plain port that sends everybody over."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.https import CertificateWatch, Https
from api.redirect import redirect_server
from api.server import listen
from api.settings import Settings
from runtime.clock import Clock

logger = logging.getLogger(__name__)


@asynccontextmanager
async def encrypting(https: Https, settings: Settings, clock: Clock, port: int) -> AsyncIterator[ssl.SSLContext]:
    """The context to serve with, kept up to date while this stands. Raises CertificateProblem."""
    credentials = https.credentials(settings.data_dir)
    for warning in credentials.prepare(clock.now()).warnings:
        logger.warning("%s", warning)
    context = credentials.context()
    plain = listen(settings.host, https.http_port) if https.http_port else None
    tasks = [asyncio.create_task(CertificateWatch(credentials, context, clock).run(), name="certificate watch")]
    redirect = redirect_server(port, settings.authority)
    if plain:
        tasks.append(asyncio.create_task(redirect.serve(sockets=[plain]), name="redirect to https"))
        logger.info("sending to https from http://%s:%d", *plain.getsockname()[:2])
    try:
        yield context
    finally:
        redirect.should_exit = True
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
