"""Pictures of brands' articles at the desk, which none of the brands' hosts serves."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.ops import brand_pictures
from portal.web.admin.sample import ARTICLES, Article
from portal.web.ground.answers import LOGO_POLICY, answer
from portal.web.ground.porch import Porch, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The pictures in the brands' folders: `folders` are those of the brands that run.

    `own` is where brands are made, None where none may be: there are those to come as well.
    """

    porch: Porch
    folders: Mapping[str, Path]
    own: Path | None

    def _folder(self, brand_id: str) -> Path | None:
        if self.own is not None:
            return self.own / brand_id / brand_pictures.FOLDER
        return self.folders.get(brand_id)

    def articles(self, brand_id: str, under: str) -> list[Article]:
        """Return articles of a brand that have a picture, as many as a sample shows.

        They are called as the catalog does, by their SKUs where it knows none of them. `under` is
        the path below which the pictures are asked for.
        """
        folder = self._folder(brand_id)
        found = brand_pictures.some(folder, ARTICLES) if folder else ()
        with self.porch.parts.store.read() as tx:
            known = tx.catalog.items([sku for sku, _ in found])
        return [
            Article(
                name=(known[sku].title if sku in known else "") or sku,
                picture=f"{under}/{shown.digest}/{quote(shown.name)}",
            )
            for sku, shown in found
        ]

    def send(self, visit: Visit, brand_id: str) -> Response:
        """Send a picture of a brand's by its name and digest."""
        folder, name = self._folder(brand_id), visit.path("name")
        found = brand_pictures.read(folder, name, visit.path("digest")) if folder else None
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return answer(visit.request, found.body, media_type=found.media_type, policy=LOGO_POLICY)
