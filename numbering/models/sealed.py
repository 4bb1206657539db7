"""A row about one named person, whose ID number it keeps sealed."""

from __future__ import annotations

from django.db import models

from orgs.models import Located, new_uuid
from zhtj.lib.sealing import SealedField, blind, mask_id, open_sealed, seal


class SealedPerson(Located):
    """Its uuid stands in its address, and is what the seal of its ID number is bound to."""

    uuid = models.UUIDField(default=new_uuid, unique=True, editable=False)
    id_number = SealedField("身份证号码")
    id_blind = models.BinaryField("身份证号码盲索引", max_length=32, editable=False)

    class Meta:
        abstract = True

    def seal_id(self, id_number: str) -> None:
        """Keep the person's normalised ID number, sealed, with its blind index."""
        self.id_number = seal(self.uuid, f"{self._meta.label}.id_number", id_number)
        self.id_blind = blind("person.id", id_number)

    def opened_id(self) -> str:
        """The plain ID number. Whoever shows it in full records the look in the audit."""
        return open_sealed(self.uuid, f"{self._meta.label}.id_number", self.id_number)

    @property
    def masked_id(self) -> str:
        return mask_id(self.opened_id())
