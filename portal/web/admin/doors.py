"""The doors of those who keep the hub; each page says what it is about, forms lead back to it."""

from collections.abc import Mapping
from pathlib import Path

from starlette.responses import Response

from hub.access import Action
from portal.web.admin.brand_logo import LARGEST_UPLOAD
from portal.web.admin.brands import LARGEST_FORM, Brands, Logos
from portal.web.admin.keys import Keys
from portal.web.admin.new_brand import PATH as NEW_BRAND
from portal.web.admin.new_brand import NewBrand
from portal.web.admin.people import People
from portal.web.admin.reference import Reference
from portal.web.admin.webhooks import Webhooks
from portal.web.ground.porch import Door, Place, Porch, Visit
from portal.web.reference.pages import Document

MENU = (Place(path="/settings", label="Settings", needs=Action.KEEP_USERS),)
_USERS, _KEYS = Action.KEEP_USERS, Action.KEEP_KEYS


def doors(
    house: Porch,
    document: Document,
    logos: Logos,
    folder: Path | None,
    pictures: Mapping[str, Path],
) -> list[Door]:
    """Return every door of the settings, and those to the API's reference.

    `folder` is where brands may be published to; None where that is not the operator's own.
    `pictures` are the folders of the brands' pictures.
    """

    def first(visit: Visit) -> Response:
        return house.page(visit, "admin/first.html", {})

    return [
        Door(method="GET", path="/settings", needs=_USERS, endpoint=first),
        *_people(house),
        *_keys(house),
        *_webhooks(house),
        *_brands(NewBrand(house, folder), Brands(house, logos, folder, pictures)),
        *_reference(house, document),
    ]


def _people(house: Porch) -> list[Door]:
    people = People(house)
    one = "/settings/people/{account}"
    posts = {
        "/settings/people": people.invite,
        f"{one}/again": people.again,
        f"{one}/role": people.role,
        f"{one}/disable": people.disable,
        f"{one}/enable": people.enable,
        f"{one}/end-sessions": people.end_sessions,
        f"{one}/forget-code": people.forget_code,
    }
    return [
        Door(method="GET", path="/settings/people", needs=_USERS, endpoint=people.listed),
        Door(method="GET", path=one, needs=_USERS, endpoint=people.one),
        *(
            Door(method="POST", path=path, needs=_USERS, endpoint=endpoint)
            for path, endpoint in posts.items()
        ),
    ]


def _keys(house: Porch) -> list[Door]:
    keys, one = Keys(house), "/settings/keys/{key}"
    return [
        Door(method="GET", path="/settings/keys", needs=_KEYS, endpoint=keys.listed),
        Door(method="POST", path="/settings/keys", needs=_KEYS, endpoint=keys.make),
        Door(method="GET", path=one, needs=_KEYS, endpoint=keys.one),
        Door(method="POST", path=one, needs=_KEYS, endpoint=keys.revoke),
        Door(method="POST", path=f"{one}/rotate", needs=_KEYS, endpoint=keys.rotate),
    ]


def _webhooks(house: Porch) -> list[Door]:
    webhooks, needs = Webhooks(house), Action.KEEP_WEBHOOKS
    one = "/settings/webhooks/{webhook}"
    gets = {
        "/settings/webhooks": webhooks.listed,
        one: webhooks.one,
        f"{one}/remove": webhooks.remove_form,
    }
    posts = {
        "/settings/webhooks": webhooks.register,
        f"{one}/rotate": webhooks.rotate,
        f"{one}/try": webhooks.try_it,
        f"{one}/types": webhooks.types,
        f"{one}/told": webhooks.tell_again,
        f"{one}/replay": webhooks.replay,
        f"{one}/resume": webhooks.resume,
        f"{one}/remove": webhooks.remove,
    }
    return [
        *(
            Door(method="GET", path=path, needs=needs, endpoint=endpoint)
            for path, endpoint in gets.items()
        ),
        *(
            Door(method="POST", path=path, needs=needs, endpoint=endpoint)
            for path, endpoint in posts.items()
        ),
    ]


def _reference(house: Porch, document: Document) -> list[Door]:
    reference = Reference(house, document)
    gets = {
        "/docs": reference.index,
        "/docs/openapi.json": reference.download,
        "/docs/webhooks": reference.webhooks,
        "/docs/errors": reference.errors,
        "/docs/errors/{code}": reference.error,
        "/docs/{operation}": reference.one,
    }
    return [
        Door(method="GET", path=path, needs=Action.READ_DESK, endpoint=endpoint)
        for path, endpoint in gets.items()
    ]


def _brands(new: NewBrand, brands: Brands) -> list[Door]:
    needs = Action.KEEP_BRANDS
    one = "/settings/brands/{brand}"
    gets = {
        "/settings/brands": brands.listed,
        "/settings/brands/portal.css": brands.style,
        NEW_BRAND: new.form,
        one: brands.one,
        f"{one}/preview.css": brands.colours,
        f"{one}/logo": brands.logo,
        f"{one}/pictures/{{digest}}/{{name}}": brands.picture,
    }
    return [
        *(
            Door(method="GET", path=path, needs=needs, endpoint=endpoint)
            for path, endpoint in gets.items()
        ),
        Door(method="POST", path=NEW_BRAND, needs=needs, endpoint=new.make),
        Door(method="POST", path=one, needs=needs, endpoint=brands.check, largest=LARGEST_FORM),
        Door(
            method="POST",
            path=f"{one}/logo",
            needs=needs,
            endpoint=brands.choose_logo,
            largest=LARGEST_UPLOAD,
            takes_file=True,
        ),
    ]
