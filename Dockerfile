# The hub as one image: `hub serve` by default, any other command by name.
# `--target partner` is a supplier's SFTP server to try it with; see docker-compose.yml.

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

# An account that is locked could not log in with a key either, so its password is merely impossible.
FROM debian:bookworm-slim AS partner
RUN apt-get update \
    && apt-get install --yes --no-install-recommends openssh-server \
    && rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_* \
    && useradd --uid 10002 --no-create-home --home-dir / --shell /usr/sbin/nologin \
         --password '*' hub \
    && install -d -m 0755 /srv/acme
EXPOSE 2222
CMD ["/usr/sbin/sshd", "-D", "-e", "-f", "/etc/acme/sshd_config"]

FROM python:3.11-slim-bookworm AS hub
RUN useradd --system --uid 10001 --home-dir /var/lib/hub --shell /usr/sbin/nologin hub \
    && install -d -o hub -g hub -m 0700 /var/lib/hub
COPY --from=build /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HUB_DATA_DIR=/var/lib/hub
USER 10001
VOLUME /var/lib/hub
EXPOSE 8080
# The listener for operators is on the container's own loopback; nothing outside reaches it.
HEALTHCHECK --interval=10s --timeout=8s --start-period=30s --retries=3 CMD ["python", "-c", \
    "import urllib.request as u; u.urlopen('http://127.0.0.1:8081/readyz', timeout=7)"]
ENTRYPOINT ["hub"]
CMD ["serve"]
