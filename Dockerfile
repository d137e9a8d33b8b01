# The server as an image: docs/guides/deployment.md. Three stages; of the first two only their results stay.
# Nothing secret is needed to build it, and nothing secret is in it.

# --- the web app -----------------------------------------------------------------------------------------------------
# What it builds is the same on every machine, so it is built on the one that builds, whatever the image is for.
FROM --platform=$BUILDPLATFORM node:24.21.0-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund --loglevel=error
COPY web/ ./
RUN npm run --silent build

# --- the server and what it needs, as the lock file says --------------------------------------------------------------
FROM python:3.13.14-slim-bookworm AS server
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/plant-community
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.9
WORKDIR /src
# What others wrote first: it changes seldom, so this layer is kept while only our own code changes.
COPY pyproject.toml uv.lock ./
COPY packages/resilience/pyproject.toml packages/resilience/
COPY packages/identification/pyproject.toml packages/identification/
COPY packages/simulator/pyproject.toml packages/simulator/
COPY backend/pyproject.toml backend/
RUN uv sync --locked --no-dev --no-install-workspace --no-cache --package plant-community-backend --extra otel
COPY packages/ packages/
COPY backend/ backend/
RUN uv sync --locked --no-dev --no-editable --no-cache --package plant-community-backend --extra otel

# --- what runs ---------------------------------------------------------------------------------------------------------
FROM python:3.13.14-slim-bookworm
# A fixed number, so that volumes belong to the same user whatever machine they are on.
RUN groupadd --gid 10001 plants \
 && useradd --uid 10001 --gid plants --no-create-home --home-dir /data --shell /usr/sbin/nologin plants \
 && install --directory --owner=plants --group=plants --mode=0750 /data /media /backups
COPY --from=server /opt/plant-community /opt/plant-community
COPY --from=web /src/web/dist /opt/web
# The root may be read-only: only the three folders and /tmp (large uploads) are written to.
ENV PATH=/opt/plant-community/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    MEDIA_ROOT=/media \
    WEB_DIR=/opt/web
WORKDIR /data
USER 10001:10001
VOLUME ["/data", "/media", "/backups"]
EXPOSE 8000
# A start migrates first, which takes about half a minute with an empty database.
HEALTHCHECK --interval=15s --timeout=6s --start-period=120s --start-interval=2s --retries=3 \
  CMD ["python", "-c", "import http.client, os, sys; asked = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT') or 8000), timeout=5); asked.request('GET', '/readyz'); sys.exit(asked.getresponse().status != 200)"]
# The server stops taking requests, and ends what runs within 60 seconds: give it 75 before it is killed.
STOPSIGNAL SIGTERM
ENTRYPOINT ["plant-community"]
CMD ["serve", "--host", "0.0.0.0"]
