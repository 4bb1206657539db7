from django.apps import AppConfig
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models.signals import post_migrate


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = "组织"

    def ready(self) -> None:
        from orgs.services import accounts, dictionaries

        # What no column takes, said once for every text field as our own rules say it: Django's words are no sentence in Chinese.
        ProhibitNullCharactersValidator.message = "有看不见的字符，请删去后重新填写"
        accounts.connect()
        post_migrate.connect(dictionaries.plant, sender=self, dispatch_uid="orgs.plant_dictionaries")
