FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements/base.txt requirements/base.txt
RUN pip install --require-hashes -r requirements/base.txt

# A number, not a name: nginx and the volumes use the same one (docker-compose.yml).
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin zhtj \
    && install -d -o zhtj -g zhtj -m 700 /var/lib/zhtj
COPY . .

# The settings refuse to load without keys; these exist for this one command only and open nothing.
RUN SECRET_KEY=build DATABASE_URL=postgres://build@localhost/build VAR_DIR=/tmp/build \
    DATA_KEYS=1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= INDEX_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    python manage.py collectstatic --noinput && rm -rf /tmp/build

USER zhtj
EXPOSE 8000
CMD ["sh", "-c", "exec gunicorn zhtj.wsgi --bind 0.0.0.0:8000 --workers ${WEB_WORKERS:-4} --threads 4 --timeout 60 --max-requests 5000 --max-requests-jitter 500 --worker-tmp-dir /dev/shm --no-control-socket"]
