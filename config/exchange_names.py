"""What things of the exchange may be called."""

from typing import Annotated

from pydantic import Field

ExchangeId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
EventName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]
SecretName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Area = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
ClassCode = Annotated[str, Field(pattern=r"^[0-9]{2}-[0-9]{2}$")]
