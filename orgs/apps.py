from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = "组织"

    def ready(self) -> None:
        from orgs.services import accounts, dictionaries

        accounts.connect()
        post_migrate.connect(dictionaries.plant, sender=self, dispatch_uid="orgs.plant_dictionaries")
