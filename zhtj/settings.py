"""One settings module; the environment makes the difference between a laptop and a province (.env.example)."""

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF
from kombu import Queue

from zhtj.env import data_keys, env, folder, key, need, study_domains

BASE_DIR = Path(__file__).resolve().parent.parent
ENV_FILE = Path(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))
if ENV_FILE.is_file():
    env.read_env(ENV_FILE)

VAR_DIR = folder("VAR_DIR", BASE_DIR / "var")

# Core -------------------------------------------------------------------------------------------
SECRET_KEY = need("SECRET_KEY")
DEBUG: bool = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "zhtj.urls"
WSGI_APPLICATION = "zhtj.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "orgs",
    "numbering",
    "members",
    "archives",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "mptt",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
]
MIDDLEWARE = [
    "orgs.middleware.RequestIds",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "orgs.middleware.Legible",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "orgs.middleware.SessionLimits",
    "orgs.middleware.ActingRole",
    "orgs.middleware.PrivatePages",
    "members.middleware.TitlesFirst",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "orgs.context.frame",
            ],
            "builtins": ["orgs.templatetags.ui"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# PostgreSQL is the only database: our promises live in its constraints. --------------------------
DATABASES = {"default": env.db_url_config(need("DATABASE_URL"))}
if "postgresql" not in str(DATABASES["default"]["ENGINE"]):
    from django.core.exceptions import ImproperlyConfigured

    raise ImproperlyConfigured("DATABASE_URL 须指向 PostgreSQL（postgres://…）。")
DATABASES["default"].update(CONN_MAX_AGE=env.int("CONN_MAX_AGE", default=60), CONN_HEALTH_CHECKS=True)
# Statements of a page take milliseconds: compiling one, or starting helpers for it, takes longer than the statement itself.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
    "options", "-c jit=off -c max_parallel_workers_per_gather=0"
)

# Redis when there is one; else the database and a folder. ----------------------------------------
REDIS_URL: str = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES: dict[str, Any] = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }
    SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 300,
        "socket_timeout": 2,
        "socket_connect_timeout": 1,
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "zhtj_cache"}}
    SESSION_ENGINE = "django.contrib.sessions.backends.db"
    BROKER_DIR = folder("BROKER_DIR", VAR_DIR / "broker")
    CELERY_BROKER_URL = "filesystem://localhost/"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(folder("BROKER_CONTROL_DIR", VAR_DIR / "broker-control")),
        "polling_interval": 0.2,
    }
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # it needs exchanges; a folder has queues only
# Signs of life do not queue behind a heap of inspections: a worker takes from both queues in turn.
CELERY_TASK_QUEUES = [Queue("celery", routing_key="celery"), Queue("pulse", routing_key="pulse")]
CELERY_TASK_ROUTES = {"orgs.tasks.beat": {"queue": "pulse"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # a dead broker never costs the request; the sweep rings again
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 30
CELERY_TASK_TIME_LIMIT = 45
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 100
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "orgs.tasks.beat", "schedule": 10.0},
    "seal audit": {"task": "orgs.tasks.seal_audit", "schedule": 60.0},
    "sweep jobs": {"task": "orgs.tasks.sweep_jobs", "schedule": 60.0},
    "settle unattended": {"task": "orgs.tasks.settle_unattended", "schedule": 3600.0},
    "purge results": {"task": "orgs.tasks.purge", "schedule": 3600.0},
    "fold number counts": {"task": "numbering.tasks.fold_counts", "schedule": 5.0},
    "check tree": {"task": "orgs.tasks.check_tree", "schedule": crontab(hour=4, minute=30)},
    "check numbers": {"task": "numbering.tasks.check_numbers", "schedule": crontab(hour=3, minute=30)},
    "verify archives": {"task": "archives.tasks.verify_archives", "schedule": crontab(hour=1, minute=30)},
    "sweep uploads": {"task": "archives.tasks.sweep", "schedule": 60.0},
    "purge files": {"task": "archives.tasks.purge", "schedule": 3600.0},
}

# People, sessions, passwords ---------------------------------------------------------------------
AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "orgs.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "orgs.passwords.NotOfThisPlace"},
]
OTP_TOTP_ISSUER = "智慧团建"
OTP_TOTP_TOLERANCE = 1
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # gone with the session, never shown to the next person
IDLE_MINUTES: int = env.int("IDLE_MINUTES", default=30)
SESSION_HOURS: int = env.int("SESSION_HOURS", default=12)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
AXES_FAILURE_LIMIT: int = env.int("LOGIN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME: float = env.float("LOGIN_COOLOFF_HOURS", default=0.25)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # by name alone, anyone could lock a secretary out
AXES_RESET_ON_SUCCESS = True
AXES_SENSITIVE_PARAMETERS = ["password", "csrfmiddlewaretoken"]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # logins are in the audit
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "orgs.views.sign_in.locked_answer"
AXES_CLIENT_IP_CALLABLE = "zhtj.lib.clients.address"
PROXY_COUNT: int = env.int("PROXY_COUNT", default=0)

# Personal data (design: sealed columns, one blind index) ------------------------------------------
DATA_KEYS = data_keys()
INDEX_KEY = key("INDEX_KEY", need("INDEX_KEY"))

# Files: never under a public address. -----------------------------------------------------------
ARCHIVE_DIR = folder("ARCHIVE_DIR", VAR_DIR / "archives")
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(ARCHIVE_DIR)},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
JOB_DIR = folder("JOB_DIR", VAR_DIR / "jobs")  # results of background jobs; purged after JOB_FILE_DAYS
JOB_FILE_DAYS: int = env.int("JOB_FILE_DAYS", default=7)
MOVE_IN_REQUEST: int = env.int("MOVE_IN_REQUEST", default=5000)  # rows; a larger move goes as a job
STATIC_URL = "static/"
STATIC_ROOT = folder("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
UPLOAD_MAX_MB: int = env.int("UPLOAD_MAX_MB", default=20)
UPLOAD_MAX_PAGES: int = env.int("UPLOAD_MAX_PAGES", default=100)
UPLOADS_AN_HOUR: int = env.int("UPLOADS_AN_HOUR", default=300)
UPLOAD_USUAL_PAGES: int = env.int("UPLOAD_USUAL_PAGES", default=12)
FILES_BY_NGINX: bool = env.bool("FILES_BY_NGINX", default=False)
FILE_UPLOAD_HANDLERS = ["archives.handlers.LimitedUploadHandler"]
FILE_UPLOAD_TEMP_DIR = str(folder("UPLOAD_TEMP_DIR", ARCHIVE_DIR / "incoming"))
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**19  # what people type, without the file
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 2

# What a province may see differently (docs/决定.md) ----------------------------------------------
COMMITTEE_ENTRIES_REVIEWED: bool = env.bool("COMMITTEE_ENTRIES_REVIEWED", default=False)
REVIEW_LIMIT_DAYS: int = env.int("REVIEW_LIMIT_DAYS", default=3)
REVIEW_CHECKS_REQUIRED: bool = env.bool("REVIEW_CHECKS_REQUIRED", default=False)
DISCLOSURES_AN_HOUR: int = env.int("DISCLOSURES_AN_HOUR", default=10)
DISCLOSURES_A_DAY: int = env.int("DISCLOSURES_A_DAY", default=50)
SEGMENTS_FROM: int = env.int("SEGMENTS_FROM", default=2023)  # from this year on a number lies in a segment
ISSUE_NEEDED: bool = env.bool("ISSUE_NEEDED", default=True)
ISSUE_BINDS_PERSON: bool = env.bool("ISSUE_BINDS_PERSON", default=False)
STUDY_DOMAINS = study_domains()
PROVINCE_CODE: str = env.str("PROVINCE_CODE", default="11")

# Security ---------------------------------------------------------------------------------------
HTTPS: bool = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-zhtj" if HTTPS else "zhtj"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "orgs.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# Logs: one line an event, with offset, without ID numbers or phones. -------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "masked": {"()": "zhtj.lib.logs.MaskPersonalData"},
        "request": {"()": "zhtj.lib.logs.NameRequest"},
    },
    "formatters": {
        "line": {
            "()": "zhtj.lib.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["masked", "request"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        "axes": {"level": "ERROR"},  # it names what was typed as an account, which may be a password
    },
}
DEFAULT_EXCEPTION_REPORTER_FILTER = "zhtj.lib.logs.NoFormData"
