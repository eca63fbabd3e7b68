"""What a partner page says under `settings:` of a channel whose transport is `http`."""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from hub.domain.addresses import NO_LOGIN, url_refusal

MEBIBYTE = 1 << 20
OWN_HEADERS = frozenset(
    "host content-length transfer-encoding connection accept-encoding content-type te trailer "
    "upgrade expect idempotency-key if-none-match if-modified-since authorization".split()
)


def _token(name: str) -> str:
    if name.lower() in OWN_HEADERS:
        raise ValueError(f"the wire itself sends {name}; take it out, or use its own key")
    return name


def _several(statuses: object) -> object:
    return statuses if isinstance(statuses, list | tuple) else (statuses,)


SecretRef = Annotated[str, StringConstraints(pattern=r"^(file:.+|env:[A-Za-z_][A-Za-z0-9_]*)$")]
HeaderName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$"), AfterValidator(_token)
]
HeaderText = Annotated[str, StringConstraints(pattern=r"^[!-~]([ -~]{0,500}[!-~])?$")]
Status = Annotated[Literal[409] | Annotated[int, Field(ge=200, le=299)], Field()]
"""What means yes: 2xx, and 409 where a partner says so of an order that it has already."""
Statuses = Annotated[tuple[Status, ...], BeforeValidator(_several), Field(min_length=1)]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bearer(_Keys):
    """`Authorization: Bearer TOKEN` (RFC 6750)."""

    kind: Literal["bearer"]
    token: SecretRef = Field(description="`file:/path` or `env:NAME`")


class Basic(_Keys):
    """`Authorization: Basic …` (RFC 7617)."""

    kind: Literal["basic"]
    user: Annotated[str, StringConstraints(pattern=r"^[!-9;-~]{1,200}$")]
    password: SecretRef = Field(description="`file:/path` or `env:NAME`")


class InHeader(_Keys):
    """A secret in a header of the partner's own, such as X-Api-Key."""

    kind: Literal["header"]
    name: HeaderName
    secret: SecretRef = Field(description="`file:/path` or `env:NAME`")


class Hmac(_Keys):
    """HMAC-SHA256 over `TIMESTAMP.BODY`, over the body alone without a timestamp header."""

    kind: Literal["hmac"]
    secret: SecretRef = Field(description="`file:/path` or `env:NAME`")
    header: HeaderName = "X-Signature"
    prefix: Annotated[str, StringConstraints(pattern=r"^[!-~]{0,20}$")] = Field(
        default="sha256=", description="what stands before the signature"
    )
    encoding: Literal["hex", "base64"] = "hex"
    timestamp_header: HeaderName | None = Field(
        default="X-Timestamp", description="carries the time in seconds since 1970"
    )


def _of_a_kind(auth: object) -> object:
    kinds = ("bearer", "basic", "header", "hmac")
    if isinstance(auth, dict) and auth.get("kind") not in kinds:
        raise ValueError(f"say the kind: one of {', '.join(kinds)}")
    return auth


Auth = Annotated[
    Annotated[Bearer | Basic | InHeader | Hmac, Field(discriminator="kind")],
    BeforeValidator(_of_a_kind),
]


class Tls(_Keys):
    """What TLS goes by beside the machine's authorities."""

    certificate: SecretRef | None = Field(
        default=None, description="ours, PEM with its chain, for mutual TLS"
    )
    private_key: SecretRef | None = Field(default=None, description="of our certificate, PEM")
    passphrase: SecretRef | None = Field(default=None, description="of the key, where it has one")
    authorities: SecretRef | None = Field(
        default=None, description="PEM of those alone who vouch for this partner"
    )

    @model_validator(mode="after")
    def _together(self) -> "Tls":
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("certificate and private_key belong together; give both or neither")
        return self


class Pull(_Keys):
    """A document at a fixed address that is fetched whenever it changed."""

    url: str = Field(description="https://host/path")
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$")] = Field(
        description="what to call it: stock.xml"
    )
    accept: HeaderText = "*/*"
    max_bytes: int = Field(
        default=50 * MEBIBYTE, ge=1, le=2048 * MEBIBYTE, description="raise it for large feeds"
    )
    seconds: float = Field(
        default=600, gt=0, le=7200, description="for all of it, however fast it comes"
    )


class Config(_Keys):
    """Where documents are sent to and fetched from, and how we prove who we are."""

    url: str | None = Field(default=None, description="https://host/path that takes documents")
    method: Literal["POST", "PUT"] = "POST"
    content_type: HeaderText = "application/octet-stream"
    headers: dict[HeaderName, HeaderText] = Field(default={}, description="more of them, as is")
    auth: Auth | None = Field(default=None, description="kind: bearer, basic, header or hmac")
    tls: Tls = Tls()
    expect: Statuses = Field(
        default=(200, 201, 202, 204), description="statuses that mean: it has been taken"
    )
    reply: Literal["none", "document"] = Field(
        default="none", description="document: what is answered is read like a delivery"
    )
    max_reply: int = Field(default=MEBIBYTE, ge=1024, le=50 * MEBIBYTE, description="bytes")
    pull: Pull | None = None
    connect_seconds: float = Field(default=10, gt=0, le=120)
    io_seconds: float = Field(default=30, gt=0, le=600, description="for each wait")
    total_seconds: float = Field(default=60, gt=0, le=600, description="for one document")
    allow_private: bool = Field(
        default=False,
        description="the partner is on this machine or in this network; never clouds' metadata",
    )

    @model_validator(mode="after")
    def _callable(self) -> "Config":
        if self.url is None and self.pull is None:
            raise ValueError("nothing to do here; give url, or pull, or both")
        for key, url in (("url", self.url), ("pull.url", self.pull.url if self.pull else None)):
            why = url_refusal(url, private=self.allow_private) if url is not None else ""
            if why:
                where = " and say them under auth" if why == NO_LOGIN else ""
                raise ValueError(f"{key}: {why}{where}")
        return self

    @property
    def warnings(self) -> tuple[str, ...]:
        """What `partner check` should tell the operator although the page is valid."""
        urls = (self.url or "", self.pull.url if self.pull else "")
        if not any(url.startswith("http:") for url in urls):
            return ()
        return ("http without TLS is spoken with this machine alone; use https for all others",)
