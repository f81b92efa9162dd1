# In place of the official image of Temporal's page: its Go module, which carries the page inside.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN useradd --uid 1000 temporal
WORKDIR /home/ui-server
COPY ui-server ./
COPY ui-config.yaml ./config/docker.yaml
USER temporal
ENTRYPOINT ["./ui-server", "--env", "docker", "start"]
