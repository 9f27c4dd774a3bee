"""One file per resource; `ROUTERS` is all of them, in the order they are matched."""

from fastapi import APIRouter

from api.routes import (
    accounts,
    cameras,
    cases,
    evidence,
    favourites,
    ground,
    health,
    live,
    map_layers,
    moments,
    near,
    openapi,
    phone,
    sessions,
    town,
    web,
    whep,
    workers,
)

ROUTERS: tuple[APIRouter, ...] = (
    sessions.router,
    town.router,
    map_layers.router,
    cameras.router,
    favourites.router,
    ground.router,
    moments.router,
    near.router,
    workers.router,
    cases.router,
    evidence.router,
    phone.router,
    accounts.router,
    health.router,
    live.router,
    whep.router,
    openapi.router,
    web.router,
)
