# syntax=docker/dockerfile:1
# One image for the API, the workers and the migrations. The embedded PostgreSQL and Redis stay out of it.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/turnspit
WORKDIR /src
COPY LICENSE README.md constraints.txt pyproject.toml ./
COPY sdk sdk
COPY migrations migrations
COPY ai ai
COPY jobs jobs
COPY service service
RUN /opt/turnspit/bin/pip install -c constraints.txt './sdk[cli]' .

FROM python:${PYTHON}-slim
RUN groupadd --gid 10001 turnspit \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin turnspit \
 && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/turnspit /var/lib/turnspit/objects /scratch
COPY --from=build /opt/turnspit /opt/turnspit
# A volume made from /var/lib/turnspit/objects or /scratch takes over the owner above.
ENV PATH=/opt/turnspit/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HOME=/models \
    TURNSPIT_HOST=0.0.0.0 \
    TURNSPIT_STORAGE_URL=/var/lib/turnspit/objects
WORKDIR /var/lib/turnspit
USER 10001:10001
EXPOSE 8000
CMD ["turnspit", "api"]
