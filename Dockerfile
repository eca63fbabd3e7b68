# The hub as one image: `hub serve` by default, any other command by name.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./
RUN python -m venv /tools && /tools/bin/pip install --no-cache-dir --require-hashes \
      -r requirements-dev.lock
RUN python -m venv /opt/hub && /opt/hub/bin/pip install --no-cache-dir --require-hashes \
      -r requirements.lock
COPY . .
RUN /tools/bin/python -m build --wheel --no-isolation --outdir /wheels \
    && /opt/hub/bin/pip install --no-cache-dir --no-deps --no-index /wheels/*.whl

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/hub --shell /usr/sbin/nologin hub \
    && install -d -o hub -g hub -m 0700 /var/lib/hub
COPY --from=build /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HUB_DATA_DIR=/var/lib/hub
USER hub
VOLUME /var/lib/hub
EXPOSE 8080
ENTRYPOINT ["hub"]
CMD ["serve"]
